/**
 * The format of a stored shift: what is written is read back as it was, what is not known is never taken for what it is not,
 * and nobody changes the shape without noticing.
 */
import t from 'tap'
import { createShift } from '../../src/core/create.ts'
import { decodeShift, encodeShift, SHIFT_FORMAT } from '../../src/stores/format.ts'
import { aPolicy, aRoute, aShift } from '../support/builders.ts'

const words = (text: string) => text.trim().split(/\s+/)

const SHIFT = `
  adopted advance approved asked back backs bakeLeftMs blindSince createdAt deadlineAt endedAt findings firstWriteAt gateSpecs
  gates holdSince id insufficient meters migration pagedAt phase policy pools reason restores routeSpecs routes seq shareSince
  shareTold start startedBy step steps target updatedAt version versions waitSince`

const ROUTE = `
  asks changeId confirmedAt counted drift emptySince from fromAttached inEffectAt key lumps name observed oldHealthyAtStart
  oldShortSince origin problem repairs restore sentAt served shape sticky suspect tides ttlAtStart want`

const KNOWN = { id: 'shf_1', version: 4, ended: false }

t.test('a shift is read back as it was, and its text carries the number of its format', (t) => {
  const shift = aShift()
  const text = encodeShift(shift)
  t.match(JSON.parse(text), { format: SHIFT_FORMAT })
  t.strictSame(decodeShift(text, KNOWN), shift)
  t.end()
})

for (const [what, text] of [
  ['a later format', JSON.stringify({ ...aShift(), format: SHIFT_FORMAT + 1 })],
  ['no format', JSON.stringify(aShift())],
  ['facts of other types', '{"format":"x","routes":{"a":1},"routeSpecs":[{"name":3},null],"phase":"up","policy":4}'],
  ['another JSON value', '[1]'],
  ['a text that was cut off', encodeShift(aShift()).slice(0, 99)]
] as const) {
  t.test(`${what} becomes a shift that is halted as unreadable, and is never stored`, (t) => {
    const shift = decodeShift(text, KNOWN)
    t.match(shift, { id: 'shf_1', version: 4, phase: { kind: 'halted', why: 'unreadable' }, endedAt: null })
    t.throws(() => encodeShift(shift), /not overwritten/)
    t.match(
      decodeShift(text, { ...KNOWN, ended: true }).phase.kind,
      /failed|completed/,
      'what has ended is not open again'
    )
    t.end()
  })
}

/**
 * Names of everything that a new shift with one route holds. Where this differs, a state that is stored now cannot be decided on
 * by the former version, or the other way round: raise SHIFT_FORMAT and turn the former format into the new one in `decodeShift`.
 * Only before the first release is it enough to change these lists.
 */
t.test(`format ${SHIFT_FORMAT} has this shape`, (t) => {
  const shift = createShift({
    id: 'shf_1',
    migration: { name: 'm', description: '', versions: null, routes: [aRoute()], gates: [] },
    policy: aPolicy(),
    routes: null,
    toPercent: null,
    from: 'zero',
    reason: '',
    actor: 'a',
    now: 0,
    quantise: (_route, percents) => percents.map((percent) => ({ old: 1000 - percent, new: percent }))
  })
  const [route, gate, meter] = [shift.routes[0], shift.gates[0], shift.meters[0]]
  const names = (value: object | undefined) => Object.keys(value ?? {}).toSorted()
  t.strictSame(names(shift), words(SHIFT))
  t.strictSame(names(route), words(ROUTE))
  t.strictSame(names(gate), words('at gate last limit lowSince note passed pool route samples value verdict'))
  t.strictSame(names(meter), words('blind delayMs gate guard guardBaseline judgedTo key periodMs route'))
  t.end()
})
