import fc from 'fast-check'
import t from 'tap'
import { bucketOf, DEFAULT_RATES, makeBudget, type Rate } from '../../src/aws/budget.ts'
import { AwsFailure } from '../../src/aws/aws.ts'
import type { Call, Urgency } from '../../src/core/call.ts'
import { virtualClock, type VirtualClock } from '../support/virtual.ts'

function aCall(clock: VirtualClock, urgency: Urgency, ms = 60_000, signal = new AbortController().signal): Call {
  return { urgency, deadlineAt: clock.now() + ms, signal }
}

/** Takes at once or not at all. */
async function takesNow(clock: VirtualClock, take: Promise<void>): Promise<boolean> {
  let taken = false
  const done = take.then(
    () => (taken = true),
    () => undefined
  )
  await clock.advance(0)
  void done
  return taken
}

const arrivals = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 2_000 }),
    urgency: fc.constantFrom<Urgency>('rollback', 'forward', 'observe', 'prepare')
  }),
  { minLength: 1, maxLength: 40 }
)
const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 1, max: 20 }) })

t.test('never more calls in any window than the burst and what the rate gives', async (t) => {
  await fc.assert(
    fc.asyncProperty(arrivals, rates, fc.double({ min: 0, max: 0.9, noNaN: true }), async (calls, rate, reserve) => {
      const clock = virtualClock()
      const budget = makeBudget(clock, reserve)
      const taken: number[] = []
      const all: Promise<unknown>[] = []
      for (const { afterMs, urgency } of calls) {
        await clock.advance(afterMs)
        all.push(budget.take('b', rate, aCall(clock, urgency, 600_000)).then(() => taken.push(clock.now())))
      }
      await clock.complete(Promise.all(all))
      for (const [i, from] of taken.entries()) {
        for (const [j, to] of taken.entries()) {
          if (j < i) continue
          const allowed = rate.burst + (rate.perSecond * (to - from)) / 1000 + 1e-6
          if (j - i + 1 > allowed) throw new Error(`${j - i + 1} calls in ${to - from} ms, ${allowed} allowed`)
        }
      }
    }),
    { numRuns: 60 }
  )
  t.pass('held for every sequence')
})

t.test('FM-04: a rollback never waits behind forward calls', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 5_000 }),
      fc.constantFrom<Urgency>('forward', 'observe', 'prepare'),
      async (waiting, afterMs, urgency) => {
        const clock = virtualClock()
        const budget = makeBudget(clock, 0.3)
        const rate: Rate = { perSecond: 2, burst: 10 }
        for (let i = 0; i < waiting; i++) void budget.take('b', rate, aCall(clock, urgency)).catch(() => undefined)
        await clock.advance(afterMs)
        // The reserve of 3 is there at any moment.
        for (let i = 0; i < 3; i++) {
          if (!(await takesNow(clock, budget.take('b', rate, aCall(clock, 'rollback'))))) {
            throw new Error(`rollback ${i} waited behind ${waiting}`)
          }
        }
      }
    ),
    { numRuns: 60 }
  )
  t.pass('held for every load')
})

t.test('rollbacks beyond the reserve are served before anybody who came earlier', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0.5)
  const rate: Rate = { perSecond: 1, burst: 2 }
  const order: string[] = []
  const take = (name: string, urgency: Urgency) =>
    budget.take('b', rate, aCall(clock, urgency)).then(() => order.push(name))
  const all = [take('f1', 'forward'), take('f2', 'forward'), take('f3', 'observe')]
  await clock.advance(0)
  all.push(take('r1', 'rollback'), take('r2', 'rollback'))
  await clock.complete(Promise.all(all))
  t.same(order, ['f1', 'r1', 'r2', 'f2', 'f3'])
})

t.test('a write that was decided goes before the looks that came earlier', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0)
  const order: string[] = []
  const rate = { perSecond: 1, burst: 1 }
  await budget.take('b', rate, aCall(clock, 'observe'))
  const all = ['look', 'another look'].map((name) =>
    budget.take('b', rate, aCall(clock, 'observe')).then(() => order.push(name))
  )
  all.unshift(budget.take('b', rate, aCall(clock, 'prepare')).then(() => order.push('preflight')))
  all.push(budget.take('b', rate, aCall(clock, 'forward')).then(() => order.push('write')))
  await clock.complete(Promise.all(all))
  t.strictSame(order, ['write', 'look', 'another look', 'preflight'])
})

t.test('a rollback that needs a token waits for one, not for the reserve to fill up for others', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0.5)
  const rate: Rate = { perSecond: 1, burst: 10 }
  for (let i = 0; i < 5; i++) await budget.take('b', rate, aCall(clock, 'forward'))
  for (let i = 0; i < 4; i++) await budget.take('b', rate, aCall(clock, 'rollback'))
  const forward = budget.take('b', rate, aCall(clock, 'forward'))
  await budget.take('b', rate, aCall(clock, 'rollback'))
  const before = clock.now()
  await clock.complete(budget.take('b', rate, aCall(clock, 'rollback')))
  t.equal(clock.now() - before, 1_000)
  await clock.complete(forward)
  t.equal(clock.now() - before, 7_000, 'the other one waits until the reserve is full again')
})

t.test('waiting ends with the deadline, as throttled and never sent', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0)
  const rate: Rate = { perSecond: 0.1, burst: 1 }
  await budget.take('b', rate, aCall(clock, 'forward'))
  const before = clock.now()
  const failure = await clock.complete(
    budget.take('b', rate, aCall(clock, 'forward', 3_000)).catch((error: unknown) => error)
  )
  t.match(failure, { kind: 'throttled', code: 'BudgetExhausted', attempts: 0 })
  t.ok(failure instanceof AwsFailure)
  t.equal(clock.now() - before, 3_000)
})

t.test('a call that is called off leaves the line', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0)
  const rate: Rate = { perSecond: 1, burst: 1 }
  await budget.take('b', rate, aCall(clock, 'forward'))
  const off = new AbortController()
  const first = budget.take('b', rate, aCall(clock, 'forward', 60_000, off.signal)).catch((error: unknown) => error)
  const second = budget.take('b', rate, aCall(clock, 'forward'))
  await clock.advance(100)
  off.abort()
  t.match(await first, { kind: 'timeout', code: 'Aborted' })
  const before = clock.now()
  await clock.complete(second)
  t.ok(clock.now() - before <= 1_000, 'the second moved up')
})

t.test('an answer of "throttled" takes everybody but rollbacks out of the way', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock, 0.3)
  const rate: Rate = { perSecond: 1, burst: 10 }
  budget.penalise('b', rate)
  t.equal(await takesNow(clock, budget.take('b', rate, aCall(clock, 'forward', 1))), false)
  t.equal(await takesNow(clock, budget.take('b', rate, aCall(clock, 'rollback'))), true)
})

t.test('a reserve of nothing lets forward calls have all, a larger one less', async (t) => {
  for (const [reserve, expected] of [
    [0, 10],
    [0.5, 5]
  ] as const) {
    const clock = virtualClock()
    const budget = makeBudget(clock, reserve)
    let taken = 0
    for (let i = 0; i < 12; i++) {
      if (await takesNow(clock, budget.take('b', { perSecond: 0.001, burst: 10 }, aCall(clock, 'forward')))) taken++
    }
    t.equal(taken, expected)
  }
  t.throws(() => makeBudget(virtualClock(), 1), /reserve must be/)
})

t.test('a bucket is of an account, a region, a service and a kind of access, not of a role', (t) => {
  const role = (name: string, account = '111122223333') => ({
    region: 'eu-west-1',
    roleArn: `arn:aws:iam::${account}:role/${name}`
  })
  t.equal(bucketOf('elbv2', role('a'), 'read'), bucketOf('elbv2', role('b'), 'read'))
  const distinct = [
    bucketOf('elbv2', role('a'), 'read'),
    bucketOf('elbv2', role('a', '444455556666'), 'read'),
    bucketOf('elbv2', { region: 'eu-west-1' }, 'read'),
    bucketOf('elbv2', { region: 'us-east-1' }, 'read'),
    bucketOf('elbv2', role('a'), 'write'),
    bucketOf('cloudwatch', role('a'), 'read')
  ]
  t.equal(new Set(distinct).size, distinct.length)
  t.end()
})

t.test('FM-19: Route 53 has one bucket for an account, all regions, reads and writes', (t) => {
  const here = bucketOf('route53', { region: 'eu-west-1' }, 'read')
  t.equal(here, bucketOf('route53', { region: 'us-east-1' }, 'write'))
  const roleArn = 'arn:aws:iam::111122223333:role/dns'
  t.not(here, bucketOf('route53', { region: 'eu-west-1', roleArn }, 'read'))
  t.end()
})

t.test('FM-19: never more than 5 requests to Route 53 in any second, rollbacks among them', async (t) => {
  const clock = virtualClock()
  const budget = makeBudget(clock)
  const sent: number[] = []
  const all = Array.from({ length: 60 }, async (_, i) => {
    const urgency = i % 3 === 0 ? 'rollback' : 'observe'
    await budget.take('b', DEFAULT_RATES.route53[i % 2 === 0 ? 'read' : 'write'], aCall(clock, urgency))
    sent.push(clock.now())
  })
  await clock.complete(Promise.all(all))
  for (const at of sent) t.ok(sent.filter((one) => one >= at && one < at + 1_000).length <= 5)
  t.equal(sent.length, 60)
})
