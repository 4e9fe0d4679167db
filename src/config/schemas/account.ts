/**
 * What routes and sides of every type have in common: where calls go, and the words for gates.
 */
import Type from 'typebox'
import { filledText, regionName } from './leaf.ts'

/** Where calls go; can stand on defaults, a route and a side. */
export const account = {
  region: Type.Optional(regionName('AWS region; without it that of the ARN, else of the daemon')),
  roleArn: Type.Optional(
    Type.String({
      pattern: String.raw`^arn:aws[a-z-]*:iam::\d{12}:role/\S+$`,
      allowed: 'the ARN of an IAM role (arn:aws:iam::ACCOUNT:role/NAME)',
      description: 'Role to take for these calls'
    })
  ),
  externalId: Type.Optional(filledText('External id of the role'))
}

export const vars = Type.Record(Type.String(), Type.String(), {
  default: {},
  description: 'Words that gates may put into their queries'
})
