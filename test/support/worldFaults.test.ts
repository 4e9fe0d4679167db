import { DescribeRulesCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { AwsFailure, makeAws } from '../../src/aws/aws.ts'
import { virtualClock } from './virtual.ts'
import { createIncarnation } from './virtual/incarnation.ts'
import { ask, sending, sums, weigh } from './world/ask.ts'
import type { WorldOptions } from './world/spec.ts'
import { makeWorld, type World } from './world/world.ts'

const half = { old: 1, new: 1 }

function worldWith(options: Partial<WorldOptions> = {}): World {
  return makeWorld({
    clock: virtualClock(),
    routes: [{ name: 'web', attached: true }, 'api'],
    dataPlaneLag: 0,
    ...options
  })
}
const rules = (world: World) => new DescribeRulesCommand({ RuleArns: [world.route('web').arns.rule] })

/** How a call ended, in a word. */
const outcome = (answer: Promise<object>): Promise<string> =>
  answer.then(
    () => 'ok',
    (error: Error) => error.name
  )

t.test('every third call is throttled, of the operation that was named only', async (t) => {
  const world = worldWith()
  const lift = world.faults.throttleEvery(3, { operation: 'DescribeRules' })
  const outcomes: string[] = []
  for (let i = 0; i < 6; i++) outcomes.push(await outcome(ask(world, rules(world))))
  t.same(outcomes, ['ok', 'ok', 'ThrottlingException', 'ok', 'ok', 'ThrottlingException'])
  lift()
  t.equal(await outcome(ask(world, rules(world))), 'ok')
  world.faults.throttle({ service: 'cloudwatch', times: 1 })
  t.equal(await outcome(ask(world, rules(world))), 'ok')
  const metrics = sums(world, 'web', [{ metric: 'RequestCount' }], {
    from: world.startedAt - 60_000,
    to: world.startedAt
  })
  const failure = await ask(world, metrics).catch((error: unknown) => error)
  t.match(failure, { name: 'Throttling', message: 'Rate exceeded', $metadata: { httpStatusCode: 400, attempts: 1 } })
  t.equal(await outcome(ask(world, metrics)), 'ok', 'once')
})

t.test('HTTP 500 until a moment; a write may have happened all the same', async (t) => {
  const world = worldWith()
  world.faults.fail500('1m')
  const failure = await ask(world, weigh(world, 'web', half)).catch((error: unknown) => error)
  t.match(failure, { name: 'InternalFailure', $fault: 'server', $metadata: { httpStatusCode: 500 } })
  t.match(world.told('web'), { new: 0 })
  await world.clock.run('1m')
  world.faults.fail500((call) => call.route === 'web', { landed: true, until: '2m' })
  t.equal(await outcome(ask(world, weigh(world, 'api', { old: 9, new: 1 }))), 'ok')
  t.equal(await outcome(ask(world, weigh(world, 'web', half))), 'InternalFailure')
  t.match(world.told('web'), half)
  t.match(world.log.at(-1), { outcome: 'InternalFailure', landedAt: world.startedAt + 60_060 })
  t.match(world.story().at(-1), /^\+1m40ms ModifyRule web 1:1 by sluice: InternalFailure, landed \+1m60ms$/)
  await world.clock.run('2m')
  t.equal(await outcome(ask(world, weigh(world, 'web', half))), 'ok')
})

t.test('silence lasts until the caller gives up', async (t) => {
  const world = worldWith()
  world.faults.neverAnswer('1m')
  const { signal } = world.clock.timeout(20_000)
  const failure = await ask(world, weigh(world, 'web', half), { signal }).catch((error: unknown) => error)
  t.match(failure, { name: 'AbortError', message: 'Request aborted', cause: { name: 'TimeoutError' } })
  t.equal(world.elapsed(), 20_000)
  await world.clock.run('2m')
  t.match(world.told('web'), { new: 0 }, 'and it did not happen')
  t.equal(await outcome(ask(world, rules(world), { signal: AbortSignal.abort() })), 'AbortError')
  t.equal(world.calls('DescribeRules'), 0, 'what is called off before is never sent')
})

t.test('a timeout: it never happened, it happened, or it will happen later', async (t) => {
  const world = worldWith()
  world.faults.timeoutAfter('10s')
  world.faults.timeout('never', { times: 1 })
  world.faults.timeout('now', { times: 1 })
  world.faults.timeout({ after: '45s' }, { times: 1 })
  const write = (weight: number) => outcome(ask(world, weigh(world, 'web', { old: 100 - weight, new: weight })))
  t.equal(await write(1), 'TimeoutError')
  t.match(world.told('web'), { new: 0 })
  t.equal(await write(2), 'TimeoutError')
  t.match(world.told('web'), { new: 2 })
  t.equal(world.log.at(-1)?.landedAt, world.startedAt + 10_020)
  t.equal(await write(3), 'TimeoutError')
  t.match(world.told('web'), { new: 2 })
  t.equal(await write(4), 'ok')
  t.match(world.told('web'), { new: 4 })
  await world.clock.run('65s')
  t.match(world.told('web'), { new: 3 }, 'the late one overwrites the newer one')
  t.match(
    world.log.map((record) => [record.outcome, record.landedAt === null ? null : record.landedAt - record.sentAt]),
    [
      ['TimeoutError', null],
      ['TimeoutError', 20],
      ['TimeoutError', 45_000],
      ['accepted', 20]
    ]
  )
})

t.test('what was sent happens even where the caller gives up before', async (t) => {
  const world = worldWith({ latency: '2s' })
  const { signal } = world.clock.timeout(500)
  t.equal(await outcome(ask(world, weigh(world, 'web', half), { signal })), 'AbortError')
  await world.clock.advance('1s')
  t.match(world.told('web'), half)
  t.match(world.log, [{ outcome: 'AbortError', answeredAt: world.startedAt + 500, landedAt: world.startedAt + 1000 }])
})

t.test('reads can lag behind writes, the data plane behind both', async (t) => {
  const world = worldWith({ latency: 0 })
  world.faults.readLag('5s')
  world.faults.dataPlaneLag('30s')
  await ask(world, weigh(world, 'web', half))
  const told = async () => {
    const output = await ask(world, rules(world))
    return output.Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map((group) => group.Weight)
  }
  t.same(await told(), [1, 0])
  await world.clock.advance('5s')
  t.same(await told(), [1, 1])
  t.match(world.live('web'), { new: 0 })
  await world.clock.advance('30s')
  t.match(world.live('web'), half)
  t.same(world.served('0s', '30s', 'web').new.requests, 0)
  world.foreign.setWeights('web', { old: 7, new: 1 })
  world.faults.clear()
  t.same(await told(), [7, 1])
})

t.test('any error, number of attempts, and latency', async (t) => {
  const world = worldWith()
  const { arns } = world.route('web')
  const health = new DescribeTargetHealthCommand({ TargetGroupArn: arns.new })
  world.faults.error('HealthUnavailableException', 500, 'Not now', { operation: ['DescribeTargetHealth'], until: '1s' })
  const failure = await ask(world, health).catch((error: unknown) => error)
  t.match(failure, { name: 'HealthUnavailableException', $metadata: { httpStatusCode: 500 }, message: 'Not now' })
  await world.clock.run('1s')
  world.faults.attempts(2, { from: '0s' })
  world.faults.latency('3s')
  t.match(await ask(world, health), { $metadata: { attempts: 2 } })
  t.equal(world.elapsed(), 4000)
})

t.test('chaos is the same for the same seed', async (t) => {
  const run = async (seed: number) => {
    const world = worldWith({ seed })
    const chaos = { throttle: 0.1, fail500: 0.1, landed500: 0.1, lost: 0.1, landedTimeout: 0.1, lateTimeout: 0.1 }
    world.faults.chaos(chaos, { operation: 'ModifyRule' })
    for (let i = 1; i <= 60; i++) await outcome(ask(world, weigh(world, 'web', { old: 100, new: i })))
    await world.clock.advance('5m')
    return { story: world.story(), digest: world.clock.digest(), log: world.log }
  }
  const [one, same, other] = [await run(3), await run(3), await run(4)]
  t.same(one.story, same.story)
  t.equal(one.digest, same.digest)
  t.not(one.digest, other.digest)
  const seen = new Set(one.log.map((record) => record.outcome))
  for (const name of ['accepted', 'ThrottlingException', 'InternalFailure', 'TimeoutError']) t.ok(seen.has(name), name)
  const timeouts = one.log.filter((record) => record.outcome === 'TimeoutError')
  const delays = timeouts.map((record) => (record.landedAt === null ? null : record.landedAt - record.sentAt))
  t.ok(delays.includes(null) && delays.includes(20) && delays.some((delay) => (delay ?? 0) > 1000), 'all three kinds')
  t.ok(delays.every((delay) => (delay ?? 0) <= 60_000))
})

t.test('a watcher sees each call at the instant of its send', async (t) => {
  const world = worldWith()
  const seen: string[] = []
  const stop = world.watch((call, write) => {
    seen.push(`${call.operation} ${call.by} ${write?.split?.new ?? '-'} while ${world.told('web').new}`)
  })
  const answer = sending(world, weigh(world, 'web', half))
  t.same(seen, ['ModifyRule sluice 1 while 0'])
  await world.clock.complete(answer)
  const client = world.clientFor('replica-b')('elbv2', { region: world.region }, 'read')
  await world.clock.complete(client.send(rules(world), { abortSignal: new AbortController().signal }))
  stop()
  await ask(world, rules(world))
  t.same(seen, ['ModifyRule sluice 1 while 0', 'DescribeRules replica-b - while 1'])
})

t.test('a call of a dead process still happens, and nobody hears of it', async (t) => {
  const world = worldWith()
  const life = createIncarnation()
  const client = life.guard(world.client('elbv2', { region: world.region }, 'write'))
  const abortSignal = new AbortController().signal
  let heard = false
  const hear = () => {
    heard = true
  }
  void client.send(weigh(world, 'web', half), { abortSignal }).then(hear, hear)
  life.kill()
  void client.send(weigh(world, 'web', { old: 0, new: 1 }), { abortSignal }).then(hear, hear)
  await world.clock.advance('1m')
  t.match(world.told('web'), half)
  t.equal(world.log.length, 1)
  t.notOk(heard)
})

t.test('makeAws runs over it: each fault is the failure that it should be', async (t) => {
  const world = worldWith()
  const aws = makeAws({ clock: world.clock, region: world.region, clientFor: world.client })
  const send = async (name: string) => {
    const command = weigh(world, name, half)
    const call = {
      urgency: 'rollback' as const,
      deadlineAt: world.clock.now() + 30_000,
      signal: new AbortController().signal
    }
    const account = { region: world.region }
    // Which of the two commands it is does not matter here.
    const sent = aws.send<object>('elbv2', account, command as Parameters<typeof aws.send<object>>[2], call)
    const settled = sent.then(
      (answer) => `ok ${answer.attempts}`,
      (failure: unknown) =>
        failure instanceof AwsFailure ? `${failure.kind} ${failure.code} ${failure.gone}` : failure
    )
    const words = await world.clock.complete(settled)
    await world.clock.advance('1m')
    return words
  }
  t.equal(await send('web'), 'ok 1')
  world.faults.throttle({ times: 1 })
  t.equal(await send('web'), 'throttled ThrottlingException false')
  world.faults.fail500(undefined, { times: 1 })
  t.equal(await send('web'), 'unknown InternalFailure false')
  world.faults.timeout('now', { times: 1 })
  t.equal(await send('web'), 'timeout TimeoutError false')
  world.faults.neverAnswer(undefined, { times: 1 })
  t.equal(await send('web'), 'timeout Timeout false')
  world.faults.attempts(2, { times: 1 })
  t.equal(await send('web'), 'ok 2')
  world.foreign.remove('web')
  t.equal(await send('web'), 'refused RuleNotFoundException true')
  aws.close()
})
