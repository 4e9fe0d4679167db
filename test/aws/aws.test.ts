import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { LONGEST_CALL_MS, makeAws, type AwsClient, type AwsOptions, type CallSeen } from '../../src/aws/aws.ts'
import type { Call } from '../../src/core/call.ts'
import type { AccountRef } from '../../src/core/migration.ts'
import { virtualClock } from '../support/virtual.ts'

const HERE: AccountRef = { region: 'ap-northeast-1' }
const READ = () => new DescribeRulesCommand({ RuleArns: ['arn'] })
const WRITE = () => new ModifyRuleCommand({ RuleArn: 'arn', Actions: [] })

type Send = (signal: AbortSignal) => Promise<object>

function bench(send: Send, options: Partial<AwsOptions> = {}) {
  const clock = virtualClock()
  const made: string[] = []
  const destroyed: string[] = []
  const seen: CallSeen[] = []
  const aws = makeAws({
    clock,
    region: 'eu-west-1',
    observe: (call) => seen.push(call),
    clientFor: (service, account, access): AwsClient => {
      const name = [service, access, account.region, account.roleArn, account.externalId].join('|')
      made.push(name)
      return {
        send: async <O extends object>(_command: unknown, { abortSignal }: { abortSignal: AbortSignal }) =>
          (await send(abortSignal)) as O,
        destroy: () => destroyed.push(name)
      }
    },
    ...options
  })
  const call = (ms = 60_000, signal = new AbortController().signal): Call => ({
    urgency: 'forward',
    deadlineAt: clock.now() + ms,
    signal
  })
  return { clock, aws, made, destroyed, seen, call }
}

const never: Send = () => new Promise(() => undefined)

t.test('an answer comes with its attempts, and without a skew where no date was told', async (t) => {
  const { aws, call } = bench(async () => ({ Rules: [], $metadata: { attempts: 2 } }))
  const answered = await aws.send('elbv2', HERE, READ(), call())
  t.match(answered, { output: { Rules: [] }, attempts: 2, skewMs: null })
})

t.test('one client for each service, access, region, role and external id; all are closed', async (t) => {
  const { aws, made, destroyed, call } = bench(async () => ({}))
  const role = { ...HERE, roleArn: 'arn:aws:iam::111122223333:role/sluice' }
  const accounts = [HERE, HERE, { region: 'us-east-1' }, role, { ...role, externalId: 'x' }]
  for (const account of accounts) await aws.send('elbv2', account, READ(), call())
  await aws.send('elbv2', HERE, WRITE(), call())
  t.equal(made.length, 5)
  t.equal(new Set(made).size, 5)
  aws.close()
  t.same(destroyed, made)
})

t.test('a client that never answers and ignores its signal ends at the deadline of the call', async (t) => {
  const { aws, clock, call } = bench(never)
  const before = clock.now()
  const failure = await clock.complete(aws.send('elbv2', HERE, WRITE(), call(4_000)).catch((error: unknown) => error))
  t.match(failure, { kind: 'timeout', code: 'Timeout', attempts: 1 })
  t.equal(clock.now() - before, 4_000)
})

t.test('however late the deadline, a read and a write end after their own longest time', async (t) => {
  for (const [access, command] of [
    ['read', READ()],
    ['write', WRITE()]
  ] as const) {
    const { aws, clock, call } = bench(never)
    const before = clock.now()
    const sent = aws.send<object>('elbv2', HERE, command, call(3_600_000))
    t.match(await clock.complete(sent.catch((error: unknown) => error)), { kind: 'timeout' })
    t.equal(clock.now() - before, LONGEST_CALL_MS[access])
  }
})

t.test('the client gets a signal that aborts with the deadline', async (t) => {
  let given: AbortSignal | null = null
  const { aws, clock, call } = bench((signal) => {
    given = signal
    return never(signal)
  })
  await clock.complete(aws.send('elbv2', HERE, READ(), call(1_000)).catch(() => undefined))
  t.match(given, { aborted: true })
})

t.test('a call that is called off ends at once', async (t) => {
  const off = new AbortController()
  const { aws, clock, call } = bench(never)
  const sent = aws.send('elbv2', HERE, WRITE(), call(60_000, off.signal)).catch((error: unknown) => error)
  await clock.advance(10)
  off.abort()
  t.match(await sent, { kind: 'timeout', code: 'Aborted', attempts: 1 })
  const again = await aws.send('elbv2', HERE, WRITE(), call(1, off.signal)).catch((error: unknown) => error)
  t.match(again, { kind: 'timeout', code: 'Aborted', attempts: 0 })
})

t.test('after the deadline nothing is sent', async (t) => {
  let sent = 0
  const { aws, call } = bench(async () => ({ sent: ++sent }))
  const failure = await aws.send('elbv2', HERE, WRITE(), call(0)).catch((error: unknown) => error)
  t.match(failure, { kind: 'timeout', code: 'Timeout', attempts: 0 })
  t.equal(sent, 0)
})

t.test('a client that throws by itself is a bug of unknown effect, as a failure', async (t) => {
  const { aws, call } = bench(() => {
    throw new TypeError('broken')
  })
  t.match(await aws.send('elbv2', HERE, READ(), call()).catch((error: unknown) => error), { kind: 'bug', attempts: 1 })
})

t.test('every call is seen once, with operation, outcome and seconds', async (t) => {
  let n = 0
  const { aws, seen, clock, call } = bench(async () => {
    await clock.sleep(250)
    if (++n === 2)
      throw Object.assign(new Error('Rate exceeded'), { name: 'Throttling', $metadata: { httpStatusCode: 400 } })
    return {}
  })
  await clock.complete(aws.send('elbv2', HERE, READ(), call()))
  await clock.complete(aws.send('elbv2', HERE, WRITE(), call()).catch(() => undefined))
  t.same(seen, [
    { service: 'elbv2', operation: 'DescribeRules', outcome: 'ok', seconds: 0.25, throttled: false },
    { service: 'elbv2', operation: 'ModifyRule', outcome: 'throttled', seconds: 0.25, throttled: true }
  ])
})

t.test('the budget of reads and writes can be set', async (t) => {
  const slow = { perSecond: 1, burst: 1 }
  const rates = {
    elbv2: { read: slow, write: slow },
    cloudwatch: { read: slow, write: slow },
    route53: { read: slow, write: slow },
    dynamodb: { read: slow, write: slow },
    sns: { read: slow, write: slow }
  }
  const { aws, clock, call } = bench(async () => ({}), { budget: { rates, reserve: 0 } })
  const before = clock.now()
  await clock.complete(Promise.all([1, 2, 3].map(() => aws.send('elbv2', HERE, READ(), call()))))
  t.equal(clock.now() - before, 2_000)
  const exhausted = aws.send('elbv2', HERE, READ(), call(10)).catch((error: unknown) => error)
  t.match(await clock.complete(exhausted), { kind: 'throttled', code: 'BudgetExhausted', attempts: 0 })
})

t.test('a turn that was taken before is not paid for twice', async (t) => {
  const slow = { perSecond: 0.001, burst: 1 }
  const rates = {
    elbv2: { read: slow, write: slow },
    cloudwatch: { read: slow, write: slow },
    route53: { read: slow, write: slow },
    dynamodb: { read: slow, write: slow },
    sns: { read: slow, write: slow }
  }
  const { aws, call } = bench(async () => ({ Rules: [] }), { budget: { rates, reserve: 0 } })
  const turn = await aws.turn('elbv2', HERE, 'write', call())
  t.match(await aws.send('elbv2', HERE, WRITE(), call(), turn), { output: { Rules: [] } })
})

t.test('FM-19: that one zone is busy slows down nobody else', async (t) => {
  const refused = (name: string) => async () => {
    throw Object.assign(new Error('later'), { name, $metadata: { httpStatusCode: 400 } })
  }
  const waited = async (name: string) => {
    const { aws, clock, call } = bench(refused(name))
    await aws.send('elbv2', HERE, WRITE(), call()).catch(() => undefined)
    const before = clock.now()
    await clock.complete(aws.send('elbv2', HERE, WRITE(), call()).catch(() => undefined))
    return clock.now() - before
  }
  t.equal(await waited('PriorRequestNotComplete'), 0)
  t.ok((await waited('Throttling')) > 0)
})

t.test('FM-04: after AWS said "not now" forward calls wait, and a rollback does not', async (t) => {
  let n = 0
  const { aws, clock, call } = bench(async () => {
    if (++n === 1)
      throw Object.assign(new Error('Rate exceeded'), { name: 'Throttling', $metadata: { httpStatusCode: 400 } })
    return {}
  })
  const before = clock.now()
  await aws.send('elbv2', HERE, WRITE(), call()).catch(() => undefined)
  await clock.complete(aws.send('elbv2', HERE, WRITE(), { ...call(), urgency: 'rollback' }))
  t.equal(clock.now() - before, 0)
  await clock.complete(aws.send('elbv2', HERE, WRITE(), call()))
  t.ok(clock.now() - before >= 500)
})
