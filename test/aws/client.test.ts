/**
 * The real SDK clients against a server on loopback: attempts, timeouts that are errors, the server's date.
 */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createServer, type ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'

const HERE = { region: 'ap-northeast-1' }
const XML = '<DescribeRulesResponse><DescribeRulesResult><Rules/></DescribeRulesResult></DescribeRulesResponse>'

async function bench(t: Test, answer: (response: ServerResponse, n: number) => void) {
  let requests = 0
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(response, ++requests))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '7'
  })
  const clock = systemClock()
  const aws = makeAws({ clock, region: 'ap-northeast-1' })
  t.teardown(() => {
    aws.close()
    server.closeAllConnections()
    server.close()
  })
  const call = (ms = 10_000) => ({
    urgency: 'forward' as const,
    deadlineAt: clock.now() + ms,
    signal: new AbortController().signal
  })
  return { aws, call, requests: () => requests }
}

const failing = (response: ServerResponse) => {
  response.writeHead(500, { 'content-type': 'text/xml' })
  response.end('<ErrorResponse><Error><Code>InternalFailure</Code><Message>no</Message></Error></ErrorResponse>')
}

t.test('a read is sent at most three times, a write once, whatever the environment says', async (t) => {
  const { aws, call, requests } = await bench(t, failing)
  const write = aws.send('elbv2', HERE, new ModifyRuleCommand({ RuleArn: 'r', Actions: [] }), call())
  t.match(await write.catch((error: unknown) => error), { kind: 'unknown', status: 500, attempts: 1 })
  t.equal(requests(), 1)
  const read = aws.send('elbv2', HERE, new DescribeRulesCommand({ RuleArns: ['r'] }), call())
  t.match(await read.catch((error: unknown) => error), { kind: 'unknown', status: 500, attempts: 3 })
  t.equal(requests(), 4)
})

t.test('a read that came through at the second attempt says so', async (t) => {
  const { aws, call } = await bench(t, (response, n) => {
    if (n === 1) return failing(response)
    response.end(XML)
  })
  const answered = await aws.send('elbv2', HERE, new DescribeRulesCommand({ RuleArns: ['r'] }), call())
  t.match(answered, { attempts: 2, output: { Rules: [] } })
})

t.test("the server's clock is compared with ours", async (t) => {
  const skew = -120_000
  const { aws, call } = await bench(t, (response) => {
    response.writeHead(200, { date: new Date(Date.now() + skew).toUTCString() })
    response.end(XML)
  })
  const { skewMs } = await aws.send('elbv2', HERE, new DescribeRulesCommand({ RuleArns: ['r'] }), call())
  t.ok(skewMs !== null && Math.abs(skewMs - skew) < 5_000, `${skewMs}`)
})

t.test('without a date there is no skew, and CloudWatch has a client of its own', async (t) => {
  const { aws, call } = await bench(t, (response) => {
    response.sendDate = false
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end('{"MetricAlarms":[]}')
  })
  const answered = await aws.send('cloudwatch', HERE, new DescribeAlarmsCommand({}), call())
  t.match(answered, { skewMs: null, output: { MetricAlarms: [] } })
})

t.test('a server that is silent is given up at the deadline', async (t) => {
  const { aws, call } = await bench(t, () => undefined)
  const sent = aws.send('elbv2', HERE, new ModifyRuleCommand({ RuleArn: 'r', Actions: [] }), call(150))
  t.match(await sent.catch((error: unknown) => error), { kind: 'timeout', code: 'Timeout', attempts: 1 })
})

t.test(
  'a role is assumed with its external id in the region of the daemon, and its credentials sign the call',
  async (t) => {
    const bodies: string[] = []
    const signed: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
      request.on('end', () => {
        bodies.push(body)
        signed.push(request.headers.authorization ?? '')
        response.writeHead(200, { 'content-type': 'text/xml' })
        response.end(body.includes('Action=AssumeRole') ? ASSUMED : XML)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const clock = systemClock()
    const aws = makeAws({ clock, region: 'eu-west-1' })
    t.teardown(() => {
      aws.close()
      server.closeAllConnections()
      server.close()
    })
    const account = { region: 'us-east-1', roleArn: 'arn:aws:iam::111122223333:role/sluice', externalId: 'shop' }
    const call = { urgency: 'observe' as const, deadlineAt: clock.now() + 10_000, signal: new AbortController().signal }
    await aws.send('elbv2', account, new DescribeRulesCommand({ RuleArns: ['r'] }), call)
    const asked = new URLSearchParams(bodies[0])
    t.equal(asked.get('RoleArn'), account.roleArn)
    t.equal(asked.get('ExternalId'), 'shop')
    t.match(signed[0], /\/eu-west-1\/sts\//)
    t.match(signed[1], /Credential=ASIAASSUMED\/\d+\/us-east-1\/elasticloadbalancing\//)
  }
)

const ASSUMED = `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:sluice</AssumedRoleId>
<Arn>arn:aws:sts::111122223333:assumed-role/sluice/sluice</Arn></AssumedRoleUser><Credentials>
<AccessKeyId>ASIAASSUMED</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
