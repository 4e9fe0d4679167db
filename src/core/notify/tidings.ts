/**
 * What happens to no single shift and is told as well: the red button, and routes that nobody watches. Pure.
 */
import type { Stop } from '../command.ts'
import { listed, said } from '../explain/words.ts'
import { formatInstant } from '../rfc3339.ts'
import type { Instant } from '../time.ts'
import type { Tidings } from './notices.ts'

const ACTIONS = {
  hold: 'Every shift is paused where it stands; a rollback goes on.',
  rollback: 'Every shift goes back.'
} as const

export function stopTidings({ action, reason, actor, at }: Stop): Tidings {
  return {
    event: 'stop.set',
    key: String(at),
    at,
    page: true,
    title: `the red button was pressed: ${action}`,
    evidence: [`${actor} pressed it at ${formatInstant(at)}${said(reason)}`, ACTIONS[action]],
    todo: ['Nothing starts, resumes, advances or is approved until it is lifted: sluice stop lift']
  }
}

/** `stop`: what was lifted; `by`: who lifted it. */
export function liftTidings({ action, actor, at: since }: Stop, by: string, at: Instant): Tidings {
  return {
    event: 'stop.lifted',
    key: String(at),
    at,
    page: false,
    title: 'the red button was lifted',
    evidence: [`${by} lifted it; ${actor} had pressed it (${action}) at ${formatInstant(since)}`],
    todo: ['Lifting resumes nothing by itself. To see what is paused: sluice list']
  }
}

/** `names`: `migration/route` of each; at least one. */
export function orphanTidings(names: readonly string[], at: Instant): Tidings {
  return {
    event: 'routes.orphaned',
    key: String(at),
    at,
    page: true,
    title: `${names.length === 1 ? 'a route is' : `${names.length} routes are`} between 0 and 100 % and no shift watches`,
    evidence: [`Users of both sides, and nobody who looks after them: ${listed(names)}`],
    todo: [
      'To go on from where it stands: sluice start MIGRATION POLICY --from live',
      'Or bring it to 0 or 100 % by hand: Sluice does not touch it.'
    ]
  }
}
