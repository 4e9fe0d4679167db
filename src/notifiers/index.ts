/**
 * Which notifier a target of the configuration asks for. The only place that knows all of them.
 */
import type { Aws } from '../aws/aws.ts'
import type { Clock } from '../clock.ts'
import type { Notifier } from './notifier.ts'
import { slack, type SlackSpec } from './slack.ts'
import { sns, type SnsSpec } from './sns.ts'
import { webhook, type WebhookSpec } from './webhook.ts'

export type TargetSpec =
  | ({ readonly type: 'webhook' } & WebhookSpec)
  | ({ readonly type: 'slack' } & SlackSpec)
  | ({ readonly type: 'sns' } & SnsSpec)

export interface NotifierDeps {
  readonly aws: Aws
  readonly clock: Clock
  /** Where people reach the daemon, without a slash at the end; null: messages hold no link. */
  readonly publicUrl: string | null
}

export function makeNotifier(target: TargetSpec, { aws, clock, publicUrl }: NotifierDeps): Notifier {
  switch (target.type) {
    case 'webhook':
      return webhook(target, clock, publicUrl)
    case 'slack':
      return slack(target, publicUrl)
    case 'sns':
      return sns(target, aws, clock, publicUrl)
  }
}
