import t from 'tap'
import { lookOf, makeLine, ROOM, type Look } from '../../src/engine/line.ts'
import { aPhase, aRoute, aShift } from '../support/builders.ts'

const never = new AbortController().signal
const PLACE = 'own/eu-west-1'
const aLook = (fields: Partial<Look> = {}): Look => ({ places: [PLACE], size: 1, soon: false, ...fields })

/** A line whose room is taken, and a list of who came in since. */
async function full() {
  const line = makeLine()
  const leave = await line.enter(aLook({ size: ROOM }), never)
  const entered: string[] = []
  const wait = (name: string, look: Look = aLook({ size: ROOM }), hurry: AbortSignal = never) =>
    line.enter(look, hurry).then((giveBack) => {
      entered.push(name)
      return giveBack
    })
  return { line, leave, entered, wait }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

t.test('as many routes as there is room for are looked at at once, the next waits for a place', async (t) => {
  const line = makeLine()
  const leaves = await Promise.all(Array.from({ length: ROOM }, () => line.enter(aLook(), never)))
  let isIn = false
  const last = line.enter(aLook(), never).then(() => {
    isIn = true
  })
  await settled()
  t.notOk(isIn)
  leaves[0]?.()
  await last
  t.ok(isIn)
})

t.test('in order of arrival, and two that look soon before each of the others', async (t) => {
  const { leave, entered, wait } = await full()
  const soon = aLook({ size: ROOM, soon: true })
  const all = [wait('a'), wait('b'), wait('S1', soon), wait('S2', soon), wait('S3', soon), wait('S4', soon)]
  leave()
  for (const one of [2, 3, 0, 4, 5, 1]) (await all[one])?.()
  t.strictSame(entered, ['S1', 'S2', 'a', 'S3', 'S4', 'b'])
})

t.test('a large look is not overtaken by small ones for ever', async (t) => {
  const line = makeLine()
  const [first, second] = [await line.enter(aLook(), never), await line.enter(aLook(), never)]
  const entered: string[] = []
  const large = line.enter(aLook({ size: 30 }), never).then((leave) => {
    entered.push('large')
    leave()
  })
  const small = line.enter(aLook(), never).then(() => entered.push('small'))
  await settled()
  t.strictSame(entered, [], 'there would be room for the small one')
  first()
  second()
  await Promise.all([large, small])
  t.strictSame(entered, ['large', 'small'])
})

t.test('whoever is hurried enters without a place, and those behind do not wait for it', async (t) => {
  const { leave, entered, wait } = await full()
  const hurry = new AbortController()
  const all = [wait('hurried', aLook({ size: ROOM }), hurry.signal), wait('behind')]
  hurry.abort()
  ;(await all[0])?.()
  await settled()
  t.strictSame(entered, ['hurried'])
  leave()
  await all[1]
  t.strictSame(entered, ['hurried', 'behind'])
})

t.test('what is read in two places waits for both, and nobody waits for each other', async (t) => {
  const line = makeLine()
  const both = aLook({ places: [PLACE, 'own/us-east-1'], size: ROOM })
  for (let i = 0; i < 3; i += 1) {
    const [one, other] = [line.enter(both, never), line.enter(both, never)]
    ;(await one)()
    ;(await other)()
  }
  t.pass('all have looked')
})

t.test('another account, or region, does not wait', async (t) => {
  const { line } = await full()
  const leave = await line.enter(aLook({ places: ['123456789012/eu-west-1'], size: ROOM }), never)
  leave()
  t.pass()
})

t.test('a look reads in the accounts of its routes; two roles of one account are one place', (t) => {
  const as = (roleArn: string) => ({ region: 'eu-west-1', roleArn })
  const routes = ['arn:aws:iam::123456789012:role/a', 'arn:aws:iam::123456789012:role/b'].map((role, i) =>
    aRoute({ name: `r${i}`, account: as(role) })
  )
  const shift = { ...aShift(), routeSpecs: routes }
  t.strictSame(lookOf({ ...shift, phase: aPhase('baking') }, false), {
    places: ['123456789012/eu-west-1'],
    size: 2,
    soon: false
  })
  t.strictSame(lookOf({ ...shift, phase: aPhase('preflight') }, true), {
    places: ['123456789012/eu-west-1 preflight'],
    size: ROOM,
    soon: false
  })
  t.match(lookOf({ ...shift, phase: aPhase('rolling_back') }, false), { soon: true })
  t.end()
})
