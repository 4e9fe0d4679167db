/**
 * Whom the daemon tells: the targets of a checked configuration, and what is wrong with them beyond their shape. Never prints an
 * address or a secret.
 */
import type { NoticeEvent } from '../core/notice.ts'
import { valueAt } from './path.ts'
import { complain, type Complaint } from './problem.ts'
import type { TargetDocument } from './schemas/notify.ts'

interface TargetCommon {
  readonly name: string
  /** Null: whatever a person must know. */
  readonly events: readonly NoticeEvent[] | null
}

/** `url` and `secret` are secrets. */
export type TargetConfig = TargetCommon &
  (
    | { readonly type: 'webhook'; readonly url: string; readonly secret: string }
    | { readonly type: 'slack'; readonly url: string }
    | { readonly type: 'sns'; readonly topicArn: string; readonly roleArn?: string; readonly externalId?: string }
  )

export function toTarget(doc: TargetDocument): TargetConfig {
  const common = { name: doc.name, events: doc.events ?? null }
  switch (doc.type) {
    case 'webhook':
      return { ...common, type: doc.type, url: doc.url, secret: doc.secret }
    case 'slack':
      return { ...common, type: doc.type, url: doc.url }
    case 'sns': {
      const { topicArn, roleArn, externalId } = doc
      return {
        ...common,
        type: doc.type,
        topicArn,
        ...(roleArn === undefined ? {} : { roleArn }),
        ...(externalId === undefined ? {} : { externalId })
      }
    }
  }
}

/** Looks at a value whose shape may be wrong elsewhere. */
export function targetProblems(value: unknown): readonly Complaint[] {
  const given = valueAt(value, ['notify'])
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  const names = list.map((target) => valueAt(target, ['name']))
  return list.flatMap((target, i) => [
    ...(typeof names[i] === 'string' && names.indexOf(names[i]) < i
      ? [complain(['notify', i, 'name'], `there is another target named ${names[i]}: names must differ`)]
      : []),
    ...addressProblems(target, i),
    ...roleProblems(target, i)
  ])
}

function addressProblems(target: unknown, i: number): readonly Complaint[] {
  const address = valueAt(target, ['url'])
  if (typeof address !== 'string' || !/^https?:\/\/\S+$/.test(address)) return []
  const path = ['notify', i, 'url']
  if (!URL.canParse(address)) return [complain(path, 'is no address: check host and port')]
  const { username, password, protocol, hostname } = new URL(address)
  if (username !== '' || password !== '') {
    return [complain(path, 'holds a user or password, which HTTP clients refuse: a webhook has `secret` for that')]
  }
  if (protocol === 'https:' || valueAt(target, ['type']) !== 'slack' || isLoopback(hostname)) return []
  return [complain(path, 'begins with http://, but whoever reads it could post: it must begin with https://')]
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function roleProblems(target: unknown, i: number): readonly Complaint[] {
  const alone = valueAt(target, ['externalId']) !== undefined && valueAt(target, ['roleArn']) === undefined
  return alone ? [complain(['notify', i, 'externalId'], 'belongs to a role, but there is no roleArn')] : []
}
