/**
 * The schema of a route of type route53: weighted records of one name (CONTRACT 3).
 */
import Type from 'typebox'
import { RECORD_TYPES } from '../../core/migration.ts'
import { account, vars } from './account.ts'
import { name } from './leaf.ts'
import { measure } from './metricParts.ts'
import { closed, names } from './section.ts'

const LABEL = '[A-Za-z0-9_-]{1,63}'

const side = closed(
  {
    ...account,
    setIdentifier: Type.String({
      minLength: 1,
      maxLength: 128,
      allowed: 'text of 1 to 128 characters',
      description: "Set identifier of this side's weighted records"
    }),
    loadBalancer: Type.Optional(
      Type.String({
        allowed: 'the ARN of an Application Load Balancer; with measure, of a Network Load Balancer too',
        description: "Where this side's requests are counted; without it the target of the record's alias"
      })
    ),
    targetGroups: Type.Optional(names('ARNs: of a shared load balancer only these target groups are this side')),
    vars,
    measure
  },
  { allowed: 'a side such as { setIdentifier: blue }' }
)

export const dnsRoute = closed({
  ...account,
  name: name('What the route is called; once in a migration'),
  type: Type.Literal('route53'),
  hostedZone: Type.String({
    pattern: '^(?:/hostedzone/)?Z[A-Z0-9]{1,31}$',
    allowed: 'the id of a hosted zone, such as Z0123456789ABCDEFGHIJ',
    description: 'Id of the hosted zone'
  }),
  record: Type.String({
    pattern: String.raw`^(?=.{1,255}$)(?:\*|\\052|${LABEL})(?:\.${LABEL})+\.?$`,
    allowed: 'a whole domain name such as api.example.com',
    description: 'Name of the records'
  }),
  recordTypes: Type.Array(Type.Enum([...RECORD_TYPES]), {
    minItems: 1,
    uniqueItems: true,
    default: ['A'],
    allowed: 'a list of A, AAAA or CNAME, each once',
    description: 'Moved together, in one batch'
  }),
  allowExternalDns: Type.Boolean({
    default: false,
    description: 'These records belong to external-dns, and it may write over what Sluice writes'
  }),
  old: side,
  new: side
})
