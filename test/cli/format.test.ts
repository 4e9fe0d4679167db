import t from 'tap'
import { clockTime, dateTime, number, pairs, percent, rate, table } from '../../src/cli/format.ts'
import { clean } from '../../src/cli/out.ts'

t.test('a table aligns words to the left and numbers to the right', async (t) => {
  t.strictSame(
    table(
      ['NAME', 'PERCENT', ''],
      [
        ['web', '5 %', 'é'],
        ['api-long', '12.5 %', 'x']
      ]
    ),
    ['NAME      PERCENT', 'web           5 %  é', 'api-long   12.5 %  x']
  )
})

t.test('pairs stand under each other', async (t) => {
  t.strictSame(
    pairs([
      ['a', '1'],
      ['long', '2']
    ]),
    ['a     1', 'long  2']
  )
})

t.test('0 is a number, null is not known', async (t) => {
  t.equal(percent(0), '0 %')
  t.equal(percent(null), '-')
  t.equal(percent(12.54), '12.5 %')
  t.equal(number(0), '0')
  t.equal(number(null), '-')
  t.equal(number(1_234_567), '1,234,567')
  t.equal(number(0.001234567), '0.001235')
  t.equal(rate(0.0012), '0.12 %')
  t.equal(rate(0), '0 %')
  t.equal(rate(null), '-')
})

t.test('instants are UTC and say so', async (t) => {
  t.equal(dateTime('2026-03-01T10:00:00.123Z'), '2026-03-01 10:00:00Z')
  t.equal(dateTime(null), '-')
  t.equal(clockTime('2026-03-01T10:00:00.123Z'), '10:00:00')
})

t.test('control characters and reordering marks of others never reach the terminal', async (t) => {
  t.equal(clean('a\u001b[2Jb\nrm -rf /\u202Ec'), 'a [2Jb rm -rf / c')
})
