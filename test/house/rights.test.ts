/**
 * The rights that docs/aws.md asks for are the calls that the program makes: none is missing at 3 a.m., none is asked for in vain.
 */
import t from 'tap'
import { projectFiles, textOf } from './files.ts'

/** IAM's name of each service whose calls that page lists, by the SDK's. */
const SERVICES: Readonly<Record<string, string>> = {
  'client-elastic-load-balancing-v2': 'elasticloadbalancing',
  'client-cloudwatch': 'cloudwatch',
  'client-route-53': 'route53',
  'client-sns': 'sns'
}

const files = projectFiles()
const skip = files === null ? 'this is no git clone' : false

/** `route53:GetChange` of every command that is made under these folders. */
function called(...folders: readonly string[]): readonly string[] {
  const sources = (files ?? []).filter((name) => folders.some((folder) => name.startsWith(`${folder}/`)))
  const actions = sources.flatMap((name) => {
    const text = textOf(name)
    const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g)]
    return imports.flatMap(([, names = '', sdk = '']) => {
      const service = SERVICES[sdk]
      const commands = [...names.matchAll(/(\w+)Command\b/g)].map(([, operation = '']) => operation)
      const made = commands.filter((operation) => text.includes(`new ${operation}Command(`))
      return service === undefined ? [] : made.map((operation) => `${service}:${operation}`)
    })
  })
  return [...new Set(actions)].toSorted()
}

/** Condition keys look like actions, but are none. */
const CONDITION = /Sets(?:NormalizedRecordNames|RecordTypes|Actions)$/

function documented(text: string): readonly string[] {
  const words = text.match(/\b(?:elasticloadbalancing|cloudwatch|route53|sns):[A-Z]\w+/g) ?? []
  return [...new Set(words.filter((word) => !CONDITION.test(word)))].toSorted()
}

const [, rights = ''] = textOf('docs/aws.md').split('\n## Rights\n')
const [page = ''] = rights.split('\n## ')
const [balancers = '', records = ''] = page.split('For a route of type `route53`')

t.test('all rights of the page are the calls of the code', { skip }, async (t) => {
  const calls = called('src/routers', 'src/observers', 'src/notifiers', 'src/heartbeats')
  t.ok(calls.length > 15)
  t.same(documented(page), calls)
})

t.test('each kind of route has its own', { skip }, async (t) => {
  t.same(
    documented(records).filter((action) => !action.startsWith('cloudwatch:')),
    called('src/routers/route53', 'src/routers/elb')
  )
  t.same(
    documented(balancers).filter((action) => action.startsWith('elasticloadbalancing:')),
    called('src/routers/alb', 'src/routers/elb')
  )
})

t.test('the policies are JSON that IAM takes', async (t) => {
  const policies = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json))
  t.ok(policies.length >= 3)
  for (const policy of policies) t.match(policy, { Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] })
})
