import t from 'tap'
import fc from 'fast-check'
import { ALL, formatPercent, formatRate, NONE, percentOf, tenthsOf } from '../../src/core/percent.ts'

t.test('percent is a whole number of tenths from 0 to 100, and nothing else', async (t) => {
  t.equal(tenthsOf(0), NONE, '0 is a percent')
  t.equal(tenthsOf(100), ALL)
  t.equal(tenthsOf(12.5), 125)
  t.equal(tenthsOf(0.1), 1)
  t.equal(tenthsOf(0.3), 3, 'also where binary fractions are not exact')
  for (const wrong of [-0.1, 100.1, 0.25, 33.333, NaN, Infinity]) t.equal(tenthsOf(wrong), null, String(wrong))
})

t.test('every tenth comes back as itself, also through JSON', async () => {
  fc.assert(
    fc.property(fc.integer({ min: NONE, max: ALL }), (tenths) => {
      const json: unknown = JSON.parse(JSON.stringify(percentOf(tenths)))
      return typeof json === 'number' && tenthsOf(json) === tenths && formatPercent(tenths) === `${json} %`
    })
  )
})

t.test('a number is a percent exactly where its tenfold is whole and in range', async () => {
  fc.assert(
    fc.property(fc.integer({ min: -20_000, max: 120_000 }), (thousandths) => {
      const tenths = tenthsOf(thousandths / 1000)
      const legal = thousandths % 100 === 0 && thousandths >= 0 && thousandths <= 100_000
      return legal ? tenths === thousandths / 100 : tenths === null
    })
  )
})

t.test('a rate for people keeps the digits that matter', async (t) => {
  t.equal(formatRate(0), '0 %')
  t.equal(formatRate(0.0012), '0.12 %')
  t.equal(formatRate(0.00012), '0.012 %')
  t.equal(formatRate(0.5), '50 %')
  t.equal(formatRate(1), '100 %')
})
