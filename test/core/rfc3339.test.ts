/**
 * Instants as text: the core's own calendar agrees with the platform's.
 */
import fc from 'fast-check'
import t from 'tap'
import { formatInstant, rfc3339, rfc3339OrNull } from '../../src/core/rfc3339.ts'
import { T0 } from '../support/builders.ts'

void t.test('an instant is the text that the platform would write', async (sub) => {
  for (const text of [
    '1970-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2000-02-29T12:00:00.001Z',
    '2100-02-28T23:59:59.999Z',
    '2100-03-01T00:00:00.000Z',
    '2024-12-31T23:59:59.000Z',
    '0001-01-01T00:00:00.000Z'
  ]) {
    sub.equal(rfc3339(Date.parse(text)), text)
  }
  const years = { min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }
  fc.assert(
    fc.property(fc.integer(years), (at) => rfc3339(at) === new Date(at).toISOString()),
    { seed: 1, numRuns: 5000 }
  )
})

void t.test('people are shown seconds, and null stays null', async (sub) => {
  sub.equal(formatInstant(T0 + 999), '2026-11-20T10:00:00Z')
  sub.equal(rfc3339OrNull(null), null)
  sub.equal(rfc3339OrNull(0), '1970-01-01T00:00:00.000Z')
})
