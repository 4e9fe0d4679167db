/**
 * The schema of a target of notifications (CONTRACT 5.6). A union told apart by `type`. Addresses and secrets are never printed.
 */
import Type, { type Static } from 'typebox'
import { NOTICE_EVENTS } from '../../core/notify/audience.ts'
import { account } from './account.ts'
import { name } from './leaf.ts'
import { closed } from './section.ts'

/** As long as half a SHA-256: shorter ones can be guessed from one signed message. */
const SECRET_LEAST = 16

const common = {
  name: name('What policies call it by'),
  events: Type.Optional(
    Type.Array(Type.Enum([...NOTICE_EVENTS]), {
      minItems: 1,
      uniqueItems: true,
      allowed: 'a list of at least one type of event, each once',
      description: 'What it is told; without it whatever a person must know'
    })
  )
}

const webhook = closed({
  ...common,
  type: Type.Literal('webhook'),
  url: Type.String({
    pattern: String.raw`^https?://[^\s]+$`,
    allowed: 'an address that begins with https:// or http://',
    hidden: true,
    description: 'Where the message is posted'
  }),
  secret: Type.String({
    minLength: SECRET_LEAST,
    allowed: `text of at least ${SECRET_LEAST} characters`,
    ifMissing: `messages are signed with it: text of at least ${SECRET_LEAST} characters, best from the environment`,
    hidden: true,
    description: 'Key of the signature (HMAC-SHA-256); best from the environment'
  })
})

const slack = closed({
  ...common,
  type: Type.Literal('slack'),
  url: Type.String({
    pattern: String.raw`^https?://[^\s]+$`,
    allowed: 'the address of an incoming webhook of Slack',
    hidden: true,
    description: 'Incoming webhook; whoever has it can post, so best from the environment'
  })
})

const sns = closed({
  ...common,
  type: Type.Literal('sns'),
  topicArn: Type.String({
    pattern: String.raw`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$`,
    allowed: 'the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)',
    description: 'Topic that the message is published to'
  }),
  roleArn: account.roleArn,
  externalId: account.externalId
})

const otherTypes = Type.Object({ type: Type.Enum(['eventbridge'], { not: {}, notAvailable: [] }) })

export type TargetDocument = Static<typeof webhook> | Static<typeof slack> | Static<typeof sns>

export const targetSchema = Type.Unsafe<TargetDocument>({
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [webhook, slack, sns, otherTypes],
  allowed: 'a target: a map with name, type and an address'
})
