/**
 * What the simulation found, as the smallest worlds in which it was so. Each was a violation once.
 */
import t, { type Test } from 'tap'
import { anErrorRateGate, aPolicy } from '../support/builders.ts'
import { run } from './run.ts'
import type { Act, Scenario } from './scenario.ts'

const SECOND = 1_000
const MINUTE = 60_000

const policy = aPolicy({
  name: 'simulated',
  steps: [100, 500, 1000].map((percent) => ({ percent, bakeMs: MINUTE, approval: null })),
  gates: [anErrorRateGate({ periodMs: 10 * SECOND, delayMs: 20 * SECOND, minRequests: 20 })],
  alb: { settleMs: 5 * SECOND },
  drain: { residual: 0.005, forMs: 30 * SECOND, deadlineMs: 3 * MINUTE },
  deadlineMs: 60 * MINUTE
})

const route: Scenario['routes'][number] = {
  name: 'web',
  kind: 'rule',
  attached: false,
  weights: null,
  stickySeconds: null,
  third: false,
  targets: { old: 3, new: 3 }
}

function aWorld(acts: readonly Act[], fields: Partial<Scenario> = {}): Scenario {
  return {
    seed: 1,
    routes: [route],
    policy,
    from: 'zero',
    store: 'memory',
    rps: 100,
    counts: 'exact',
    latencyMs: 40,
    dataPlaneLagMs: 500,
    healthyAfterMs: 2_000,
    metrics: { delayMs: 10 * SECOND, partial: true, lateShare: 0, lateMs: 0 },
    writesPerSecond: 2,
    newSide: { kind: 'healthy' },
    oldErrorRate: 0,
    acts,
    faultsMs: 5 * MINUTE,
    choice: 'overwrite',
    restore: false,
    ...fields
  }
}

/** How it came to it, where it came to anything. */
function told(t: Test, trace: readonly string[], isWrong: boolean): void {
  if (isWrong) for (const line of trace) t.comment(line)
}

const abort: Act['deed'] = { kind: 'order', verb: 'abort', drift: null, stepOff: 0, force: false, bypass: false }

t.test('a foreign hand gives new traffic before the first step, and new fails: rolled back, users first', async (t) => {
  const { violations, ends, trace } = await run(
    aWorld(
      [
        {
          when: { after: 'weight.confirmed', nth: 1, delayMs: 300 },
          deed: { kind: 'foreign', route: 'web', weights: 'weird', share: { old: 320, new: 680 } }
        }
      ],
      { newSide: { kind: 'bad', rate: 0.5, fromMs: 0, untilMs: null, aboveShare: 0, how: 'errors' } }
    )
  )
  t.strictSame(violations, [])
  told(t, trace, ends[0] !== 'rolled_back')
  t.strictSame(ends, ['rolled_back'])
})

t.test('an increase that waits for its rate budget is called off by an abort', async (t) => {
  const { violations, ends, trace } = await run(
    aWorld(
      [
        { when: { after: 'weight.confirmed', nth: 1, delayMs: 1_800 }, deed: { kind: 'storm', calls: 30 } },
        { when: { after: 'weight.requested', nth: 2, delayMs: 200 }, deed: abort }
      ],
      { writesPerSecond: 0.5 }
    )
  )
  t.strictSame(violations, [])
  told(t, trace, ends[0] !== 'aborted')
  t.strictSame(ends, ['aborted'])
  t.ok(
    trace.some((line) => line.includes('"percent":100,')),
    '10 % had been decided'
  )
  t.notOk(
    trace.some((line) => line.includes('ModifyRule web 900:100')),
    'and were never sent'
  )
})

t.test('a write that is tried again does not go out after a pause', async (t) => {
  const { violations, trace } = await run(
    aWorld([
      {
        when: { bake: 1, beforeEndMs: SECOND },
        deed: { kind: 'throttle', calls: 'writes', everyNth: 1, forMs: 4_000 }
      },
      {
        when: { after: 'step.completed', nth: 1, delayMs: 1_500 },
        deed: { kind: 'order', verb: 'pause', drift: null, stepOff: 0, force: false, bypass: false }
      }
    ])
  )
  told(t, trace, violations.length > 0)
  t.strictSame(violations, [])
})

t.test(
  'a bad period and good ones after it are read at once, after blindness: it is a breach all the same',
  async (t) => {
    const { violations, ends, trace } = await run(
      aWorld(
        [
          {
            when: { after: 'weight.in_effect', nth: 2, delayMs: 0 },
            deed: { kind: 'metrics', status: 'PartialData', forMs: 100 * SECOND }
          }
        ],
        { newSide: { kind: 'bad', rate: 0.5, fromMs: 20 * SECOND, untilMs: 50 * SECOND, aboveShare: 0, how: 'errors' } }
      )
    )
    t.strictSame(violations, [])
    told(t, trace, ends[0] !== 'rolled_back')
    t.strictSame(ends, ['rolled_back'])
  }
)

t.test('the clock goes back four minutes over a restart in the midst of a rollback: it goes on at once', async (t) => {
  const { violations, ends, trace } = await run(
    aWorld([
      { when: { after: 'weight.in_effect', nth: 2, delayMs: 10 * SECOND }, deed: abort },
      {
        when: { after: 'rollback.started', nth: 1, delayMs: 0 },
        deed: { kind: 'timeouts', landing: 'never', times: 1, forMs: 5 * SECOND }
      },
      {
        when: { after: 'rollback.started', nth: 1, delayMs: SECOND },
        deed: { kind: 'crash', points: 0, downMs: SECOND, skewMs: -4 * MINUTE }
      }
    ])
  )
  told(t, trace, violations.length > 0)
  t.strictSame(violations, [])
  t.strictSame(ends, ['aborted'])
})

t.test('FM-33: a rollback that waits for a dead old side is not let go by health that cannot be read', async (t) => {
  const { violations, ends, trace } = await run(
    aWorld([
      {
        when: { after: 'weight.in_effect', nth: 2, delayMs: 5 * SECOND },
        deed: { kind: 'targets', route: 'web', side: 'old', healthy: 0, total: 3, forMs: 90 * SECOND }
      },
      { when: { after: 'weight.in_effect', nth: 2, delayMs: 10 * SECOND }, deed: abort },
      {
        when: { after: 'shift.halted', nth: 1, delayMs: 15 * SECOND },
        deed: { kind: 'silence', calls: 'health', forMs: 30 * SECOND }
      }
    ])
  )
  told(t, trace, violations.length > 0)
  t.strictSame(violations, [])
  t.strictSame(ends, ['aborted'])
})

t.test(
  'a deleted rule has no traffic, also while it cannot be read: the other route is not brought back for it',
  async (t) => {
    const { violations, trace } = await run(
      aWorld(
        [
          {
            when: { after: 'weight.in_effect', nth: 2, delayMs: 5 * SECOND },
            deed: { kind: 'foreignShape', route: 'web', how: 'remove' }
          },
          {
            when: { after: 'shift.halted', nth: 1, delayMs: 10 * SECOND },
            deed: { kind: 'silence', calls: 'rules', forMs: 60 * SECOND }
          }
        ],
        { routes: [route, { ...route, name: 'api' }] }
      )
    )
    told(t, trace, violations.length > 0)
    t.strictSame(violations, [])
    t.notOk(trace.some((line) => line.includes('rollback.started')))
  }
)

t.test('somebody writes the very share that stands: resolvers have had it since the first of the two', async (t) => {
  const records = { ...route, kind: 'dns' as const, attached: true }
  const { violations, ends, trace } = await run(
    aWorld(
      [
        {
          when: { after: 'weight.confirmed', nth: 3, delayMs: 15 * SECOND },
          deed: { kind: 'foreign', route: 'web', weights: 'all', share: { old: 0, new: 1 } }
        }
      ],
      { routes: [records], policy: { ...policy, dns: { ...policy.dns, floorMs: 5 * SECOND } } }
    )
  )
  told(t, trace, violations.length > 0)
  t.strictSame(violations, [])
  t.strictSame(ends, ['completed'])
  t.ok(trace.some((line) => line.includes('somebody sets web to 0:255')))
})

t.test('a leader is cut off with an ask that it saved and never sent: its successor cannot know that', async (t) => {
  const { violations, trace } = await run(
    aWorld(
      [
        { when: { after: 'weight.requested', nth: 1, delayMs: 0 }, deed: { kind: 'zombie', forMs: 6_500 } },
        {
          when: { after: 'weight.in_effect', nth: 2, delayMs: 10 * SECOND },
          deed: { kind: 'foreign', route: 'web', weights: 'previous', share: { old: 999, new: 0 } }
        }
      ],
      { seed: 1052, replicas: 3, latencyMs: 200 }
    )
  )
  told(t, trace, violations.length > 0)
  t.strictSame(violations, [])
  t.ok(trace.some((line) => line.includes('"why":"retry"')))
})
