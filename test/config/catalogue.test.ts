import t, { type Test } from 'tap'
import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCatalogue } from '../../src/config/catalogue.ts'
import { ShiftError } from '../../src/errors.ts'
import { arns, migrationText, policyText } from './support.ts'

const head = (name: string, kind = 'Policy') => `apiVersion: sluice/v1\nkind: ${kind}\nname: ${name}`
const policy = (name: string) => policyText({ head: head(name) })

type Dir = Record<string, string | Record<string, string>>

interface Folders {
  policies?: Dir
  migrations?: Dir
}

function folders(t: Pick<Test, 'testdir'>, content: Folders = {}) {
  const dir = t.testdir({ policies: {}, migrations: {}, ...content })
  return { policies: join(dir, 'policies'), migrations: join(dir, 'migrations') }
}

/** The errors, with the folders cut off. */
async function errorsOf(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work
    return []
  } catch (fault) {
    if (!(fault instanceof ShiftError) || fault.code !== 'invalid_configuration') throw fault
    return fault.errors.map(({ field, message }) => `${field.replace(/^.*\//, '')} ${message}`)
  }
}

t.test('every document of every YAML file is known by its name', async (t) => {
  const where = folders(t, {
    policies: {
      'a.yaml': `${policy('two')}\n---\n${policy('one')}`,
      'b.yml': policy('three'),
      'notes.txt': 'not: [yaml',
      sub: { 'c.yaml': '!' }
    },
    migrations: { 'm.yaml': migrationText() }
  })
  const catalogue = await makeCatalogue(where, {})
  t.same(
    catalogue.policies().map(({ name, file }) => [name, file]),
    [
      ['one', join(where.policies, 'a.yaml')],
      ['three', join(where.policies, 'b.yml')],
      ['two', join(where.policies, 'a.yaml')]
    ]
  )
  t.equal(catalogue.policies()[0]?.value.name, 'one')
  t.equal(catalogue.migrations()[0]?.value.routes[0]?.key, `alb:${arns.listener}`)
})

t.test('a folder as Kubernetes mounts it is read once', async (t) => {
  const where = folders(t, { policies: { '..2026_01': { 'p.yaml': policy('p') } } })
  await symlink('..2026_01', join(where.policies, '..data'))
  await symlink(join('..data', 'p.yaml'), join(where.policies, 'p.yaml'))
  await writeFile(join(where.policies, '..p.yaml'), 'not: [yaml')
  const catalogue = await makeCatalogue(where, {})
  t.same(
    catalogue.policies().map(({ name }) => name),
    ['p']
  )
})

t.test('all that is wrong in all files is told at once, with file, line and column', async (t) => {
  const where = folders(t, {
    policies: {
      'a.yaml': `${policy('one')}\nonBreech: hold\n`,
      'b.yaml': `${policy('one')}\n`,
      'c.yaml': 'a: [',
      'd.yaml': migrationText()
    },
    migrations: { 'm.yaml': migrationText({ target: 'listener: x' }), 'n.yaml': policy('p') }
  })
  t.match(await errorsOf(makeCatalogue(where, {})), [
    /^a\.yaml:10:1 onBreech: unknown key; did you mean onBreach\?/,
    /^b\.yaml:3:7 name: there is another Policy named one, at .*a\.yaml:3:7: names must differ/,
    /^c\.yaml:1:5 not valid YAML/,
    /^d\.yaml:2:7 kind: is Migration, but must be Policy here/,
    /^m\.yaml:7:15 routes\[0\]\.listener: is "x", no whole ARN/,
    /^n\.yaml:2:7 kind: is Policy, but must be Migration here/
  ])
})

t.test('a folder that is gone is an error', async (t) => {
  const { policies } = folders(t)
  t.match(await errorsOf(makeCatalogue({ policies, migrations: join(policies, 'none') }, {})), [
    /^none there is no such file or folder/
  ])
})

t.test('reload reads again, all or nothing: what was good stays until everything is good', async (t) => {
  const where = folders(t, { policies: { 'p.yaml': policy('p') } })
  const catalogue = await makeCatalogue(where, {})
  const names = () => [...catalogue.policies(), ...catalogue.migrations()].map(({ name }) => name)
  t.same(names(), ['p'])

  await writeFile(join(where.policies, 'q.yaml'), policy('q'))
  await writeFile(join(where.migrations, 'm.yaml'), 'kind: Migration\n')
  t.ok((await errorsOf(catalogue.reload())).length > 0)
  t.same(names(), ['p'], 'q was good, but not everything was')

  await writeFile(join(where.migrations, 'm.yaml'), migrationText())
  t.same(await catalogue.reload(), { policies: 2, migrations: 1 })
  t.same(names(), ['p', 'q', 'm'])

  await rm(join(where.policies, 'p.yaml'))
  t.same(await catalogue.reload(), { policies: 1, migrations: 1 })
  t.same(names(), ['q', 'm'])
})

t.test('warnings do not refuse, and can be asked for', async (t) => {
  const gates = 'gates:\n  - { name: e, type: errorRate, max: 1%, against: none, period: 30s }'
  const catalogue = await makeCatalogue(folders(t, { policies: { 'p.yaml': policyText({ gates }) } }), {})
  t.equal(catalogue.policies().length, 1)
  t.match(catalogue.warnings(), [{ key: 'gates[0].period' }])
})

t.test('policies and migrations may use the environment', async (t) => {
  const where = folders(t, { migrations: { 'm.yaml': migrationText({ target: 'listener: ${LISTENER}' }) } })
  const catalogue = await makeCatalogue(where, { LISTENER: arns.listener })
  t.equal(catalogue.migrations()[0]?.value.routes[0]?.key, `alb:${arns.listener}`)
  t.match(await errorsOf(makeCatalogue(where, {})), [/^m\.yaml:7:15 the environment variable LISTENER is not set/])
})

t.test('a side that says no region has that of the daemon', async (t) => {
  const sides = 'old: { setIdentifier: blue }, new: { setIdentifier: green }'
  const route = `{ name: api, type: route53, hostedZone: Z0123456789ABCDEFGHIJ, record: api.example.com, ${sides} }`
  const where = folders(t, { migrations: { 'm.yaml': `${head('m', 'Migration')}\nroutes:\n  - ${route}` } })
  const catalogue = await makeCatalogue({ ...where, aws: { region: 'eu-north-1' } }, {})
  t.match(catalogue.migrations()[0]?.value.routes, [{ new: { account: { region: 'eu-north-1' } } }])
  t.match(await errorsOf(makeCatalogue(where, {})), [/old\.region is missing|region/, /region/])
})
