import t from 'tap'
import { parseDocuments } from '../../src/config/documents.ts'
import { parseMigrationObject } from '../../src/config/migrations.ts'
import type { Migration } from '../../src/core/migration.ts'
import { arns, elsewhere, migrationText, spoken } from './support.ts'

const ROLE = 'arn:aws:iam::111122223333:role/sluice'
const OTHER = 'arn:aws:iam::111122223333:role/metrics'

function read(text: string): Migration {
  const { items, errors } = parseDocuments('Migration', text, 'm.yaml', {})
  const [item] = items
  if (!item || errors.length > 0) throw new Error(spoken(errors).join('\n'))
  return item.value
}

const head = (more: string) => `apiVersion: sluice/v1\nkind: Migration\nname: m\n${more}`

t.test('a migration that says only what it must', async (t) => {
  const account = { region: 'ap-northeast-1' }
  t.same(read(migrationText()), {
    name: 'm',
    description: '',
    versions: null,
    routes: [
      {
        name: 'web',
        type: 'alb',
        key: `alb:${arns.listener}`,
        target: { kind: 'listener', arn: arns.listener },
        account,
        old: { targetGroup: arns.old, vars: {}, account },
        new: { targetGroup: arns.new, vars: {}, account }
      }
    ],
    gates: []
  } satisfies Migration)
})

t.test('FM-08: owners that a route allows are seen', async (t) => {
  const allowed = (value: string) => {
    const [route] = read(migrationText({ more: `    allowOwner: ${value}` })).routes
    return route?.type === 'alb' ? route.allowOwner : null
  }
  t.equal(allowed('true'), true)
  t.equal(allowed('false'), undefined)
  t.same(allowed('[aws-load-balancer-controller, crossplane]'), ['aws-load-balancer-controller', 'crossplane'])
})

t.test('a migration with everything that this version knows', async (t) => {
  const migration = read(
    migrationText({
      head: head(
        `description: d\nversions: { from: "1.33", to: "1.34" }\ndefaults: { region: ap-northeast-1, roleArn: ${ROLE}, externalId: x }`
      ),
      target: `rule: ${arns.rule}`,
      old: `{ targetGroup: ${arns.old}, vars: { cluster: shop-133 } }`,
      more: 'gates:\n  - { name: g, type: targetHealth, routes: [web] }'
    })
  )
  const account = { region: 'ap-northeast-1', roleArn: ROLE, externalId: 'x' }
  t.match(migration, {
    description: 'd',
    versions: { from: '1.33', to: '1.34' },
    routes: [
      {
        key: `alb:${arns.rule}`,
        target: { kind: 'rule', arn: arns.rule },
        account,
        old: { vars: { cluster: 'shop-133' }, account },
        new: { vars: {}, account }
      }
    ],
    gates: [{ name: 'g', type: 'targetHealth', routes: ['web'] }]
  })
})

t.test('the nearest role counts, and an external id only for the role that it belongs to', async (t) => {
  const accounts = (defaults: string, route: string, old: string) => {
    const text = migrationText({
      head: head(`defaults: { ${defaults} }`),
      target: `listener: ${arns.listener}\n    ${route}`,
      old: `{ targetGroup: ${arns.old}, ${old} }`
    })
    const spec = read(text).routes[0]
    const { region, ...rest } = spec?.account ?? {}
    const { region: oldRegion, ...oldRest } = spec?.old.account ?? {}
    t.same([region, oldRegion], ['ap-northeast-1', 'ap-northeast-1'])
    return [rest, oldRest]
  }
  const a = `roleArn: ${ROLE}`
  const b = `roleArn: ${OTHER}`
  t.same(accounts(`${a}, externalId: x`, '', ''), [
    { roleArn: ROLE, externalId: 'x' },
    { roleArn: ROLE, externalId: 'x' }
  ])
  t.same(accounts(`${a}, externalId: x`, b, ''), [{ roleArn: OTHER }, { roleArn: OTHER }])
  t.same(accounts(a, '', `${b}, externalId: y`), [{ roleArn: ROLE }, { roleArn: OTHER, externalId: 'y' }])
  t.same(accounts(a, 'externalId: z', ''), [
    { roleArn: ROLE, externalId: 'z' },
    { roleArn: ROLE, externalId: 'z' }
  ])
})

t.test('a route may lie in another region than the defaults, if it says so', async (t) => {
  const text = migrationText({
    head: head('defaults: { region: ap-northeast-1 }'),
    target: `listener: ${elsewhere(arns.listener)}\n    region: eu-west-1`,
    old: `{ targetGroup: ${elsewhere(arns.old)} }`,
    new: `{ targetGroup: ${elsewhere(arns.new)} }`
  })
  const [route] = read(text).routes
  t.equal(route?.account.region, 'eu-west-1')
  t.equal(route?.new.account.region, 'eu-west-1')
})

t.test('a role of another account than the load balancer is a warning', async (t) => {
  const text = migrationText({ head: head('defaults: { roleArn: arn:aws:iam::999900001111:role/sluice }') })
  const { items, errors, warnings } = parseDocuments('Migration', text, 'm.yaml', {})
  t.same(spoken(errors), [])
  t.equal(items.length, 1)
  t.match(spoken(warnings), [
    /routes\[0\]\.listener: is in account 111122223333, but its role is in account 999900001111/
  ])
})

t.test('ARNs of other partitions are ARNs', async (t) => {
  const china = (arn: string) => arn.replace('arn:aws:', 'arn:aws-cn:').replaceAll('ap-northeast-1', 'cn-north-1')
  const text = china(migrationText().replaceAll('arn:aws:', 'arn:aws-cn:'))
  t.equal(read(text).routes[0]?.account.region, 'cn-north-1')
})

t.test('a rule and the default action of its listener are two routes', async (t) => {
  const more = `  - name: api\n    type: alb\n    rule: ${arns.rule}\n    old: { targetGroup: ${arns.old} }\n    new: { targetGroup: ${arns.new} }`
  t.same(
    read(migrationText({ more })).routes.map(({ key }) => key),
    [`alb:${arns.listener}`, `alb:${arns.rule}`]
  )
})

t.test('an inline migration is the same migration, with errors by JSON pointer', async (t) => {
  const route = {
    name: 'web',
    type: 'alb',
    listener: arns.listener,
    old: { targetGroup: arns.old },
    new: { targetGroup: arns.new }
  }
  t.same(parseMigrationObject({ name: 'm', routes: [route] }), {
    value: read(migrationText()),
    errors: [],
    warnings: []
  })
  const wrong = { name: 'm', routes: [{ ...route, listener: arns.rule, ruel: 1 }] }
  t.match(parseMigrationObject(wrong, '/migration').errors, [
    { field: '/migration/routes/0/ruel', message: /did you mean rule\?/ },
    { field: '/migration/routes/0/listener', message: /is the ARN of an ALB listener rule/ }
  ])
})
