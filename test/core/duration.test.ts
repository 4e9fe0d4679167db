import t from 'tap'
import fc from 'fast-check'
import { formatDuration, formatWait, parseDuration } from '../../src/core/duration.ts'

const ms = fc.integer({ min: 0, max: 400 * 86_400_000 })

t.test('durations are read as people write them', async (t) => {
  const known = { '500ms': 500, '30s': 30_000, '5m': 300_000, '1h30m': 5_400_000, '7d': 604_800_000, '0s': 0 }
  for (const [text, expected] of Object.entries(known)) t.equal(parseDuration(text), expected, text)
  t.equal(parseDuration('1m5ms'), 60_005, 'minutes and milliseconds are told apart')
  t.equal(parseDuration('5ms'), 5)
})

t.test('what is no duration is none', async (t) => {
  for (const text of [
    '',
    ' ',
    '5',
    '5 m',
    '-5m',
    '1.5h',
    '30m1h',
    '5m5m',
    '2w',
    'm',
    '5M',
    '1e3s',
    ' 5m',
    '5m ',
    '5m\n'
  ]) {
    t.equal(parseDuration(text), null, JSON.stringify(text))
  }
  t.equal(parseDuration('99999999999999999d'), null, 'more milliseconds than can be counted exactly')
})

t.test('durations are written in their shortest exact form', async (t) => {
  t.equal(formatDuration(90_000), '1m30s')
  t.equal(formatDuration(0), '0s')
  t.equal(formatDuration(86_400_000 + 1), '1d1ms')
})

t.test('every duration that is written can be read again, exactly', async () => {
  fc.assert(fc.property(ms, (value) => parseDuration(formatDuration(value)) === value))
})

t.test('every duration that can be read is written in a form that means the same', async () => {
  const part = (unit: string) => fc.option(fc.nat(500), { nil: null }).map((n) => (n === null ? '' : `${n}${unit}`))
  const texts = fc.tuple(part('d'), part('h'), part('m'), part('s'), part('ms')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(texts, (text) => {
      const value = parseDuration(text)
      return text === '' ? value === null : value !== null && parseDuration(formatDuration(value)) === value
    })
  )
})

t.test('a wait for people has at most two units, whole seconds, and is never shorter than it is', async () => {
  fc.assert(
    fc.property(ms, (value) => {
      const text = formatWait(value)
      const units = text.match(/\d+[a-z]+/g) ?? []
      const back = parseDuration(text) ?? NaN
      const exact = units.length < 2 || value < 3_600_000
      return units.length >= 1 && units.length <= 2 && !text.includes('ms') && (!exact || back >= value)
    })
  )
})

t.test('a wait that is nearly over is not yet over', async (t) => {
  t.equal(formatWait(1), '1s')
  t.equal(formatWait(0), '0s')
  t.equal(formatWait(-5), '0s')
  t.equal(formatWait(90_061_000), '1d1h')
})
