// Faults of the AWS endpoint as the pinned SDK meets them.

import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand
} from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { aLab, forward, until } from './support.ts'

const describe = () => new DescribeLoadBalancersCommand({})

t.test('every third call is throttled, under the name that each service uses', async (t) => {
  const { lab, elb, cloudwatch } = await aLab(t)
  const lift = lab.faults.add({ kind: 'throttle', every: 3, service: 'elbv2' })
  const outcomes: string[] = []
  for (let call = 0; call < 6; call += 1) {
    outcomes.push(
      await elb.send(describe()).then(
        () => 'ok',
        (error: Error) => `${error.name}: ${error.message}`
      )
    )
  }
  t.same(outcomes, ['ok', 'ok', 'ThrottlingException: Rate exceeded', 'ok', 'ok', 'ThrottlingException: Rate exceeded'])
  await cloudwatch.send(new DescribeAlarmsCommand({}))
  lift()
  lab.faults.add({ kind: 'throttle', operation: 'DescribeAlarms', times: 1 })
  const error = { name: 'Throttling', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } }
  await t.rejects(cloudwatch.send(new DescribeAlarmsCommand({})), error)
  await cloudwatch.send(new DescribeAlarmsCommand({}))
  t.same(lab.faults.list(), [], 'spent')
  t.same(
    lab.calls.list().map((call) => call.code ?? call.status),
    [200, 200, 'ThrottlingException', 200, 200, 'ThrottlingException', 200, 'Throttling', 200]
  )
})

t.test('the SDK retries throttling and 500s by itself, in both services', async (t) => {
  const { lab } = await aLab(t)
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' }
  const access = { endpoint: lab.endpoint, region: lab.region, credentials, maxAttempts: 3 }
  const [elb, cloudwatch] = [new ElasticLoadBalancingV2Client(access), new CloudWatchClient(access)]
  lab.faults.add({ kind: 'error', times: 1, service: 'elbv2' })
  lab.faults.add({ kind: 'throttle', times: 1, service: 'cloudwatch' })
  const answers = await Promise.all([elb.send(describe()), cloudwatch.send(new DescribeAlarmsCommand({}))])
  t.same(
    answers.map((answer) => answer.$metadata.attempts),
    [2, 2]
  )
  elb.destroy()
  cloudwatch.destroy()
})

t.test('a 500 and a refusal bear the code that was set', async (t) => {
  const { lab, elb } = await aLab(t)
  const lift = lab.faults.add({ kind: 'error' })
  await t.rejects(elb.send(describe()), {
    name: 'InternalFailure',
    $fault: 'server',
    $metadata: { httpStatusCode: 500 }
  })
  lift()
  lab.faults.add({ kind: 'error', code: 'AccessDenied', status: 403, message: 'not authorized' })
  await t.rejects(elb.send(describe()), { name: 'AccessDenied', message: 'not authorized', $fault: 'client' })
  lab.faults.clear()
  await elb.send(describe())
})

t.test('a call can stay without answer although it was performed', async (t) => {
  const { lab, elb } = await aLab(t)
  const write = (weight: number) => {
    const Actions = [forward(lab, { 'shop-old-api': 10 - weight, 'shop-new-api': weight })]
    return new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions })
  }
  const lift = lab.faults.add({ kind: 'hang', operation: 'ModifyRule', performed: true })
  const abort = new AbortController()
  const hung = elb.send(write(1), { abortSignal: abort.signal })
  const refused = t.rejects(hung, { name: 'AbortError' })
  await until('it was performed', () => lab.calls.list().some((call) => call.performed))
  abort.abort()
  await refused
  t.same(lab.weights('api'), { 'shop-old-api': 9, 'shop-new-api': 1 }, 'only the answer was lost')
  lift()
  lab.faults.add({ kind: 'reset', operation: 'ModifyRule' })
  await t.rejects(elb.send(write(2)), { code: 'ECONNRESET' })
  t.same(lab.weights('api'), { 'shop-old-api': 9, 'shop-new-api': 1 }, 'this one was not performed')
})

t.test('latency delays the call, for one operation of one service', async (t) => {
  const { lab, elb, cloudwatch } = await aLab(t)
  lab.faults.add({ kind: 'latency', latencyMs: 300, operation: 'DescribeLoadBalancers' })
  const startedAt = performance.now()
  await elb.send(describe())
  t.ok(performance.now() - startedAt >= 290)
  await cloudwatch.send(new DescribeAlarmsCommand({}))
  t.equal(lab.faults.list()[0]?.hits, 1)
})

t.test('a fault ends by itself', async (t) => {
  const { lab, elb } = await aLab(t)
  lab.faults.add({ kind: 'throttle', forMs: 0 })
  await elb.send(describe())
  t.throws(() => lab.faults.add({ kind: 'throttle', opertion: 'X' } as unknown as { kind: 'throttle' }), /opertion/)
})

t.test("AWS's clock can be wrong", async (t) => {
  const { lab } = await aLab(t)
  lab.faults.clockSkewMs = 3_600_000
  const answer = await fetch(lab.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'AWS4-HMAC-SHA256 lab' },
    body: 'Action=DescribeLoadBalancers&Version=2015-12-01'
  })
  const skew = Date.parse(answer.headers.get('date') ?? '') - Date.now()
  t.ok(skew > 3_590_000 && skew < 3_610_000)
  t.match(await answer.text(), /<DescribeLoadBalancersResponse xmlns=.*<RequestId>/)
})

t.test('a request without signature, or for another service, is refused', async (t) => {
  const { lab } = await aLab(t)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const unsigned = await fetch(lab.endpoint, { method: 'POST', headers, body: 'Action=DescribeRules' })
  t.equal(unsigned.status, 403)
  t.match(await unsigned.text(), /MissingAuthenticationToken/)
  t.equal((await fetch(lab.endpoint)).status, 404)
})
