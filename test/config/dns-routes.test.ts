import t from 'tap'
import { parseDocuments } from '../../src/config/documents.ts'
import { validateText } from '../../src/config/validateText.ts'
import type { Migration, Route53RouteSpec } from '../../src/core/migration.ts'
import { migrationDocument } from '../../src/http/catalogueDocuments.ts'
import { parseMigrationObject } from '../../src/config/migrations.ts'
import { arns, elsewhere, marked, placeOf, spoken } from './support.ts'

const OLD = arns.loadBalancer
const NEW = arns.loadBalancer.replace('/shop/', '/shop-new/')
const ROLE = 'arn:aws:iam::111122223333:role/sluice'

interface Parts {
  readonly head?: string
  readonly zone?: string
  readonly record?: string
  readonly more?: string
  readonly old?: string
  readonly new?: string
  readonly routes?: string
}

function text(parts: Parts = {}): string {
  return [
    'apiVersion: sluice/v1\nkind: Migration\nname: m',
    parts.head ?? '',
    'routes:',
    '  - name: api',
    '    type: route53',
    `    hostedZone: ${parts.zone ?? 'Z0123456789ABCDEFGHIJ'}`,
    `    record: ${parts.record ?? 'api.example.com'}`,
    ...(parts.more === undefined ? [] : [`    ${parts.more}`]),
    `    old: ${parts.old ?? `{ setIdentifier: blue, loadBalancer: ${OLD} }`}`,
    `    new: ${parts.new ?? `{ setIdentifier: green, loadBalancer: ${NEW} }`}`,
    parts.routes ?? ''
  ].join('\n')
}

function read(parts: Parts = {}): Migration {
  const { items, errors } = parseDocuments('Migration', text(parts), 'm.yaml', {})
  const [item] = items
  if (!item || errors.length > 0) throw new Error(spoken(errors).join('\n'))
  return item.value
}

function route(parts: Parts = {}): Route53RouteSpec {
  const [found] = read(parts).routes
  if (found?.type !== 'route53') throw new Error('no such route')
  return found
}

t.test('a route of records that says only what it must', async (t) => {
  const account = { region: 'ap-northeast-1' }
  const side = (setIdentifier: string, loadBalancer: string) => ({
    setIdentifier,
    loadBalancer,
    targetGroups: null,
    vars: {},
    account
  })
  t.same(route(), {
    name: 'api',
    type: 'route53',
    key: 'route53:Z0123456789ABCDEFGHIJ/api.example.com/A',
    hostedZone: 'Z0123456789ABCDEFGHIJ',
    record: 'api.example.com',
    recordTypes: ['A'],
    account,
    old: side('blue', OLD),
    new: side('green', NEW)
  } satisfies Route53RouteSpec)
})

t.test('names and zones are one however they are written', async (t) => {
  t.equal(route({ record: 'API.Example.com.' }).record, 'api.example.com')
  t.equal(route({ record: "'*.Example.com'" }).record, '*.example.com')
  t.equal(route({ record: '\\052.example.com' }).record, '*.example.com')
  t.equal(route({ zone: '/hostedzone/Z0123456789ABCDEFGHIJ' }).hostedZone, 'Z0123456789ABCDEFGHIJ')
})

t.test('record types are moved together, and their order does not matter', async (t) => {
  const found = route({ more: 'recordTypes: [AAAA, A]' })
  t.same(found.recordTypes, ['A', 'AAAA'])
  t.equal(found.key, 'route53:Z0123456789ABCDEFGHIJ/api.example.com/A+AAAA')
  t.same(route({ more: 'recordTypes: [CNAME]' }).recordTypes, ['CNAME'])
})

t.test('FM-08: every other setting of a route of records is seen', async (t) => {
  t.equal(route({ more: 'allowExternalDns: true' }).allowExternalDns, true)
  t.notOk('allowExternalDns' in route({ more: 'allowExternalDns: false' }))
  const old = `{ setIdentifier: blue, loadBalancer: ${OLD}, targetGroups: [${arns.old}], vars: { cluster: shop-133 } }`
  t.match(route({ old }).old, { targetGroups: [arns.old], vars: { cluster: 'shop-133' } })
})

t.test('a side may be counted by metrics of its own: one or several, in an account of their own', async (t) => {
  const net = NEW.replace('/app/', '/net/')
  const measure = `{ region: eu-west-1, roleArn: ${ROLE}, requests: { namespace: N, metric: R, dimensions: { C: $cluster } }, errors: [{ namespace: N, metric: E }, { namespace: N, metric: F, stat: 'TC(0.8:)' }] }`
  const found = route({
    new: `{ setIdentifier: green, loadBalancer: ${net}, vars: { cluster: c }, measure: ${measure} }`
  })
  t.equal(found.new.loadBalancer, net, 'a network load balancer, for its targets')
  t.strictSame(found.new.measure, {
    requests: [{ namespace: 'N', metric: 'R', stat: 'Sum', dimensions: { C: '$cluster' } }],
    errors: [
      { namespace: 'N', metric: 'E', stat: 'Sum', dimensions: {} },
      { namespace: 'N', metric: 'F', stat: 'TC(0.8:)', dimensions: {} }
    ],
    account: { region: 'eu-west-1', roleArn: ROLE }
  })
  t.notOk('measure' in found.old)
})

t.test('load balancers need not be named, where something says their region', async (t) => {
  const bare = { old: '{ setIdentifier: blue }', new: '{ setIdentifier: green }' }
  const found = route({ ...bare, more: 'region: eu-west-1' })
  t.match(found, { account: { region: 'eu-west-1' }, old: { loadBalancer: null, account: { region: 'eu-west-1' } } })
  t.equal(route({ ...bare, head: 'defaults: { region: eu-west-1 }' }).new.account.region, 'eu-west-1')
  const own = route({ head: 'defaults: { region: us-east-1 }', old: '{ setIdentifier: blue, region: eu-west-1 }' })
  t.match(own, {
    account: { region: 'us-east-1' },
    old: { account: { region: 'eu-west-1' } },
    new: { account: { region: 'ap-northeast-1' } }
  })
})

t.test('a side without ARN and region is measured in the region of the daemon; all else outranks it', async (t) => {
  const withRegion = (parts: Parts) => {
    const { items, errors } = parseDocuments('Migration', text(parts), 'm.yaml', {}, 'eu-north-1')
    const [found] = items[0]?.value.routes ?? []
    if (found?.type !== 'route53') throw new Error(spoken(errors).join('\n'))
    return found
  }
  const bare = { old: '{ setIdentifier: blue }', new: '{ setIdentifier: green, region: us-west-2 }' }
  t.match(withRegion(bare), {
    account: { region: 'eu-north-1' },
    old: { account: { region: 'eu-north-1' } },
    new: { account: { region: 'us-west-2' } }
  })
  t.equal(withRegion({ ...bare, head: 'defaults: { region: eu-west-1 }' }).old.account.region, 'eu-west-1')
  t.same(withRegion({}), route(), 'an ARN says its region itself')
  const whole = {
    name: 'm',
    routes: [{ name: 'api', type: 'route53', hostedZone: 'Z0123456789ABCDEFGHIJ', record: 'a.example.com' }]
  }
  const inline = {
    ...whole,
    routes: [{ ...whole.routes[0], old: { setIdentifier: 'a' }, new: { setIdentifier: 'b' } }]
  }
  t.match(parseMigrationObject(inline, '/migration', 'eu-north-1').value, {
    routes: [{ old: { account: { region: 'eu-north-1' } } }]
  })
  t.equal(parseMigrationObject(inline, '/migration').value, null, 'where nobody says any')
  t.same(validateText(text(bare), 'm.yaml', { env: {}, region: 'eu-north-1' }).errors, [])
})

t.test('zone and load balancers may be in different accounts', async (t) => {
  const dns = 'arn:aws:iam::999900001111:role/dns'
  const found = route({
    more: `roleArn: ${dns}\n    externalId: x`,
    old: `{ setIdentifier: blue, loadBalancer: ${OLD}, roleArn: ${ROLE} }`,
    new: `{ setIdentifier: green, loadBalancer: ${NEW}, roleArn: ${ROLE}, externalId: y }`
  })
  t.match(found, {
    account: { roleArn: dns, externalId: 'x' },
    old: { account: { roleArn: ROLE } },
    new: { account: { roleArn: ROLE, externalId: 'y' } }
  })
  t.notOk('externalId' in found.old.account)
  const { warnings } = parseDocuments('Migration', text({ head: `defaults: { roleArn: ${dns} }` }), 'm.yaml', {})
  t.match(spoken(warnings), [
    /old\.loadBalancer: is in account 111122223333, but its role is in account 999900001111/,
    /new/
  ])
})

const second = (record: string, more = '') =>
  `  - name: two\n    type: route53\n    hostedZone: Z0123456789ABCDEFGHIJ\n    record: ${record}\n    ${more}\n    old: { setIdentifier: blue, loadBalancer: ${OLD} }\n    new: { setIdentifier: green, loadBalancer: ${NEW} }`

t.test('two routes of one name are two routes where their types differ', async (t) => {
  t.equal(read({ routes: second('api.example.com', 'recordTypes: [AAAA]') }).routes.length, 2)
  t.equal(read({ routes: second('web.example.com') }).routes.length, 2)
})

type Row = readonly [what: string, text: string, key: string, ...words: string[]]

const rows: readonly Row[] = [
  [
    'no record',
    text().replace('    record: api.example.com\n', '').replace('- name', '- ‸name'),
    'routes[0].record',
    'is missing',
    'api.example.com'
  ],
  [
    'something else as record',
    text({ record: '‸https://api.example.com/' }),
    'routes[0].record',
    'a whole domain name'
  ],
  ['a name without a dot', text({ record: '‸api' }), 'routes[0].record', 'a whole domain name'],
  ['an asterisk inside', text({ record: '‸api.*.example.com' }), 'routes[0].record', 'a whole domain name'],
  ['a zone by name', text({ zone: '‸example.com' }), 'routes[0].hostedZone', '"example.com"', 'id of a hosted zone'],
  ['no record types', text({ more: 'recordTypes: ‸[]' }), 'routes[0].recordTypes', 'A, AAAA or CNAME'],
  ['a type twice', text({ more: 'recordTypes: ‸[A, A]' }), 'routes[0].recordTypes', 'each once'],
  ['another type', text({ more: 'recordTypes: [A, ‸MX]' }), 'routes[0].recordTypes[1]', 'A, AAAA or CNAME'],
  ['CNAME beside A', text({ more: 'recordTypes: ‸[A, CNAME]' }), 'routes[0].recordTypes', 'mixes CNAME'],
  [
    'one identifier on both sides',
    text({ new: `{ setIdentifier: ‸blue, loadBalancer: ${NEW} }` }),
    'routes[0].new.setIdentifier',
    'must differ'
  ],
  [
    'no identifier',
    text({ new: `‸{ loadBalancer: ${NEW} }` })
      .replace('‸{', '{')
      .replace('    new', '    ‸new'),
    'routes[0].new.setIdentifier',
    'is missing'
  ],
  [
    'one load balancer for both sides',
    text({ new: `{ setIdentifier: green, loadBalancer: ‸${OLD} }` }),
    'routes[0].new.loadBalancer',
    'targetGroups',
    'told apart'
  ],
  [
    'one target group on both sides',
    text({
      old: `{ setIdentifier: blue, loadBalancer: ${OLD}, targetGroups: [${arns.old}] }`,
      new: `{ setIdentifier: green, loadBalancer: ${OLD}, targetGroups: [${arns.new}, ‸${arns.old}] }`
    }),
    'routes[0].new.targetGroups[1]',
    'of old as well'
  ],
  [
    'a listener as load balancer',
    text({ new: `{ setIdentifier: green, loadBalancer: ‸${arns.listener} }` }),
    'routes[0].new.loadBalancer',
    'is the ARN of an ALB listener',
    'an Application Load Balancer'
  ],
  [
    'a Network Load Balancer',
    text({ new: `{ setIdentifier: green, loadBalancer: ‸${OLD.replace('/app/', '/net/')} }` }),
    'routes[0].new.loadBalancer',
    'is the ARN of a Network Load Balancer'
  ],
  [
    'half a load balancer',
    text({ new: `{ setIdentifier: green, loadBalancer: ‸${OLD.slice(0, -17)} }` }),
    'routes[0].new.loadBalancer',
    'not whole'
  ],
  [
    'a load balancer among the target groups',
    text({ new: `{ setIdentifier: green, loadBalancer: ${NEW}, targetGroups: [‸${OLD}] }` }),
    'routes[0].new.targetGroups[0]',
    'must be the ARN of a target group'
  ],
  [
    'target groups of another region',
    text({ new: `{ setIdentifier: green, loadBalancer: ${NEW}, targetGroups: ‸[${elsewhere(arns.new)}] }` }),
    'routes[0].new.targetGroups',
    'not all in the region'
  ],
  [
    'another region on a side',
    text({ new: `{ setIdentifier: green, loadBalancer: ${NEW}, region: ‸eu-west-1 }` }),
    'routes[0].new.region',
    'its load balancer is in ap-northeast-1'
  ],
  [
    'no region at all',
    text({ new: '{ setIdentifier: green }' }).replace('    new', '    ‸new'),
    'routes[0].new.region',
    'is missing',
    'settings a region'
  ],
  ['an external id without a role', text({ more: 'externalId: ‸x' }), 'routes[0].externalId', 'without a roleArn'],
  [
    'a target group as of a load balancer',
    text({ new: `{ ‸targetGroup: ${arns.new}, setIdentifier: green, loadBalancer: ${NEW} }` }),
    'routes[0].new.targetGroup',
    'did you mean targetGroups?'
  ],
  [
    'measurements of its own without errors',
    text({
      new: `{ setIdentifier: green, loadBalancer: ${NEW}, ‸measure: { requests: { namespace: N, metric: R } } }`
    }),
    'routes[0].new.measure.errors',
    'is missing',
    'a metric such as'
  ],
  [
    'measurements of its own that cannot be added up',
    text({
      new: `{ setIdentifier: green, loadBalancer: ${NEW}, measure: { requests: { namespace: N, metric: R, stat: ‸Average }, errors: [{ namespace: N, metric: E }] } }`
    }),
    'routes[0].new.measure.requests.stat',
    '"Average"',
    'Sum, SampleCount'
  ],
  [
    'measurements of its own by a word that the side does not have',
    text({
      new: `{ setIdentifier: green, loadBalancer: ${NEW}, ‸measure: { requests: { namespace: N, metric: R, dimensions: { C: $cluster } }, errors: { namespace: N, metric: E } } }`
    }),
    'routes[0].new.measure',
    'asks for $cluster',
    'has no var cluster'
  ],
  [
    'a network load balancer without measurements of its own',
    text({ new: `{ setIdentifier: green, loadBalancer: ‸${NEW.replace('/app/', '/net/')} }` }),
    'routes[0].new.loadBalancer',
    'a Network Load Balancer'
  ],
  [
    'two routes of one record',
    text({ routes: second('‸API.example.com.') }),
    'routes[1].record',
    'what route api moves already'
  ],
  [
    'two routes with a type in common',
    text({ more: 'recordTypes: [A, AAAA]', routes: second('‸api.example.com', 'recordTypes: [AAAA]') }),
    'routes[1].record',
    'all its types move together'
  ]
]

for (const [what, row, key, ...words] of rows) {
  t.test(`a route of records with ${what} is refused at its place`, async (t) => {
    const { text: clean, places } = marked(row)
    const { errors } = validateText(clean, 'm.yaml', { env: {} })
    t.equal(errors.length, 1, spoken(errors).join(' | '))
    const [error] = errors
    t.equal(error && placeOf(error), `${places[0]?.line}:${places[0]?.column}`)
    t.equal(error?.key, key)
    for (const word of words) t.ok(error?.message.includes(word), `${JSON.stringify(error?.message)} says ${word}`)
  })
}

t.test('what the catalogue shows of it can be read again, and is the same', async (t) => {
  const migration = read({
    more: 'recordTypes: [A, AAAA]\n    allowExternalDns: true',
    old: `{ setIdentifier: blue, loadBalancer: ${OLD}, targetGroups: [${arns.old}] }`
  })
  const { value, errors } = parseMigrationObject(migrationDocument(migration))
  t.same(errors, [])
  t.same(value, migration)
})
