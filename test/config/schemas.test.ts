import t from 'tap'
import fc from 'fast-check'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { configJsonSchema } from '../../src/config/schemas/config.ts'
import { duration, durationOrZero, name, share } from '../../src/config/schemas/leaf.ts'
import { migrationJsonSchema } from '../../src/config/schemas/migration.ts'
import { policyJsonSchema } from '../../src/config/schemas/policy.ts'
import { jsonSchemaOf } from '../../src/config/schemas/section.ts'
import { fractionOf } from '../../src/config/units.ts'
import { formatDuration, parseDuration } from '../../src/core/duration.ts'
import { migrationText, policyText } from './support.ts'

const schemas = { policy: policyJsonSchema(), migration: migrationJsonSchema(), config: configJsonSchema() }

const validator = (schema: object) => new Ajv2020({ strict: false, multipleOfPrecision: 6 }).compile(schema)

t.test('the schemas for editors are plain JSON Schema, with nothing of ours in them', async (t) => {
  for (const [what, schema] of Object.entries(schemas)) {
    t.same(JSON.parse(JSON.stringify(schema)), schema, `${what} is JSON`)
    t.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema')
    t.notMatch(JSON.stringify(schema), /"(?:allowed|notAvailable|ifMissing|hidden|discriminator)":/)
    t.ok(new Ajv2020({ strict: false }).validateSchema(schema), `${what} is a schema`)
  }
})

t.test('every key of every document is described to an editor, and no section is open', async (t) => {
  const walk = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { properties, ...rest } = schema as Record<string, unknown>
    for (const [key, inner] of Object.entries((properties ?? {}) as Record<string, Record<string, unknown>>)) {
      const plain = ['apiVersion', 'kind', 'type', 'steps', 'ramp', 'old', 'new', 'versions'].includes(key)
      t.ok(plain || inner['description'] !== undefined, `${at}.${key} has a description`)
      walk(inner, `${at}.${key}`)
    }
    for (const inner of Object.values(rest)) {
      if (Array.isArray(inner)) inner.forEach((one) => walk(one, at))
      else walk(inner, at)
    }
  }
  for (const [what, schema] of Object.entries(schemas)) {
    t.equal(schema['additionalProperties'], false)
    walk(schema, what)
  }
})

t.test('an editor accepts what the daemon accepts, and refuses what it refuses', async (t) => {
  const policy = validator(schemas.policy)
  t.ok(policy(parse(policyText())), JSON.stringify(policy.errors))
  t.ok(policy(parse(policyText({ gates: 'gates: none', more: 'maxJump: 99.3' }))), JSON.stringify(policy.errors))
  t.notOk(policy(parse(policyText({ more: 'onBreech: hold' }))))
  t.notOk(policy(parse(policyText({ more: 'windows: {}' }))))
  t.notOk(policy(parse(policyText({ gates: 'gates:\n  - { name: g, type: latency, max: 1 }' }))))
  t.ok(policy(parse(policyText({ gates: 'gates:\n  - { name: p, type: probe, url: https://x }' }))))
  const migration = validator(schemas.migration)
  t.ok(migration(parse(migrationText())), JSON.stringify(migration.errors))
  t.notOk(migration(parse(migrationText({ more: '  - { name: r, type: route53 }' }))))
  const config = validator(schemas.config)
  t.ok(config({}), 'a configuration may be empty')
  t.ok(config({ store: { type: 'dynamodb' } }))
  t.notOk(config({ store: { type: 'postgres' } }))
})

t.test('defaults stand in the schema, and what has one is not required', async (t) => {
  t.match(schemas.policy, {
    required: ['apiVersion', 'kind', 'name', 'gates'],
    properties: { deadline: { default: '24h' } }
  })
  t.match(schemas.config, { properties: { server: { properties: { port: { default: 8080 } } } } })
  t.notOk('required' in schemas.config)
})

t.test('what the schema lets through as a duration is one, and above 0', async () => {
  const above = validator(jsonSchemaOf(duration('')))
  const orZero = validator(jsonSchemaOf(durationOrZero('')))
  const likely = fc.stringMatching(/^(\d{0,3}(d|h|ms|m|s| )){0,5}$/)
  fc.assert(
    fc.property(fc.oneof(likely, fc.string()), (text) => {
      const ms = parseDuration(text)
      return above(text) === (ms !== null && ms > 0) && orZero(text) === (ms !== null)
    })
  )
})

t.test('every duration of a sensible length is let through in its shortest form', async () => {
  const above = validator(jsonSchemaOf(duration('')))
  fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 * 86_400_000 }), (ms) => above(formatDuration(ms))))
})

t.test('a share that the schema lets through is a fraction from 0 to 1, without binary noise', async (t) => {
  const valid = validator(jsonSchemaOf(share('')))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), (thousandths) => {
      const text = `${thousandths / 1000}%`
      const fraction = fractionOf(text)
      return valid(text) && Math.abs(fraction - thousandths / 100_000) < 1e-12 && fraction >= 0 && fraction <= 1
    })
  )
  t.equal(fractionOf('0.7%'), 0.007)
  t.equal(fractionOf('29%'), 0.29)
  for (const wrong of ['1', '1 %', '.5%', '101%', '100.1%', '-1%', '%', '1%%', '١%']) t.notOk(valid(wrong), wrong)
  t.throws(() => fractionOf('1'), /let "1" through/, 'what the schema refuses is a bug here')
})

t.test('names are safe in addresses, labels and file names', async () => {
  const valid = validator(jsonSchemaOf(name('')))
  fc.assert(
    fc.property(fc.string(), (text) => {
      return !valid(text) || (encodeURIComponent(text) === text && !text.startsWith('.') && text.length <= 100)
    })
  )
})
