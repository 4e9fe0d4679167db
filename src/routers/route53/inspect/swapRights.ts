/**
 * Whether rights allow a swap. AWS tells nobody what a role may do but by refusing it; so Route 53 is asked for a batch that it
 * must refuse twice over: it deletes a member that does not exist, and creates one that stands, as it stands. Batches are atomic, and
 * rights are looked at first: whoever may swap hears InvalidChangeBatch, the others AccessDenied. Were it carried out by some
 * imitation, in whole or in part, every record would still be as it was.
 */
import type { Change } from '@aws-sdk/client-route-53'
import type { Route53RouteSpec, RouteKey } from '../../../core/migration.ts'
import type { Ms } from '../../../core/time.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { isDenied } from '../../../aws/classify.ts'
import type { Clock } from '../../../clock.ts'
import type { Got } from '../../elb/batches.ts'
import type { As } from '../../elb/targets.ts'
import { fits } from '../compose.ts'
import { normalise } from '../normalise.ts'
import { groupsOf, type RecordSets } from '../records.ts'
import { changeSets } from '../requests.ts'

/** `refused`: as it must be. `accepted`: by something that is not Route 53. */
export type SwapAnswer = 'refused' | 'accepted' | AwsFailure

/** Nothing else of preflight waits for it. */
const LONGEST_MS: Ms = 4_000

/** Of each route whose records could be swapped; all of a zone together, and one by one only to tell who lacks the right. */
export async function swapRights(
  clock: Clock,
  as: As,
  zone: string,
  routes: readonly Route53RouteSpec[],
  setsOf: (route: Route53RouteSpec) => Got<RecordSets>
): Promise<ReadonlyMap<RouteKey, SwapAnswer>> {
  const all = routes.flatMap((route) => {
    const sets = setsOf(route)
    if (sets instanceof AwsFailure || normalise(route, sets).kind !== 'normal') return []
    return [{ key: route.key, changes: impossible(route, sets) }]
  })
  if (all.length === 0) return new Map()
  const deadlineAt = Math.min(as.call.deadlineAt, clock.now() + LONGEST_MS)
  const ask = (changes: readonly Change[]) => answerTo({ ...as, call: { ...as.call, deadlineAt } }, zone, changes)
  const together = all.flatMap(({ changes }) => changes)
  const joint = fits(together) ? await ask(together) : null
  if (joint !== null && (all.length === 1 || !(joint instanceof AwsFailure && isDenied(joint)))) {
    return new Map(all.map(({ key }) => [key, joint]))
  }
  const answers = new Map<RouteKey, SwapAnswer>()
  for (const { key, changes } of all) answers.set(key, await ask(changes))
  return answers
}

/** For every type of the route one thing that is not there to delete, and one that is there to create. */
function impossible(route: Route53RouteSpec, sets: RecordSets): readonly Change[] {
  return groupsOf(route, sets).flatMap(({ old, new: fresh, others }): readonly Change[] => {
    if (old === null) return []
    const known = [old, fresh, ...others].map((set) => set?.SetIdentifier)
    const stranger = { ...old, SetIdentifier: nobodyAmong(known) }
    return [
      { Action: 'DELETE', ResourceRecordSet: stranger },
      { Action: 'CREATE', ResourceRecordSet: old }
    ]
  })
}

function nobodyAmong(known: readonly (string | undefined)[]): string {
  let name = 'sluice-preflight-no-such-member'
  while (known.includes(name)) name += '-'
  return name
}

async function answerTo(as: As, zone: string, changes: readonly Change[]): Promise<SwapAnswer> {
  try {
    const turn = await as.aws.turn('route53', as.account, 'write', as.call)
    await changeSets(as, zone, [...changes], turn)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    return error.kind === 'refused' && error.code === 'InvalidChangeBatch' ? 'refused' : error
  }
}
