/**
 * A role is assumed once for all calls of an account: a rollback must not wait for STS, which reads had asked long before.
 */
import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { makeAws, type WriteGuard } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'

const HERE = { region: 'us-east-1', roleArn: 'arn:aws:iam::111122223333:role/sluice', externalId: 'shop' }
const READ = () => new DescribeRulesCommand({ RuleArns: ['r'] })
const WRITE = () => new ModifyRuleCommand({ RuleArn: 'r', Actions: [] })

const ANSWERS: Readonly<Record<string, string>> = {
  DescribeRules: '<DescribeRulesResponse><DescribeRulesResult><Rules/></DescribeRulesResult></DescribeRulesResponse>',
  ModifyRule: '<ModifyRuleResponse><ModifyRuleResult><Rules/></ModifyRuleResult></ModifyRuleResponse>'
}
const ASSUMED = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAASSUMED</AccessKeyId>
<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`
const CHANGED = `<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>
<SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`

/** STS answers so often, and is down ever after. */
async function bench(t: Test, stsAnswers: number, guard?: WriteGuard) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      const operation = new URLSearchParams(body).get('Action') ?? 'ChangeResourceRecordSets'
      asked.push(operation)
      const assumed = asked.filter((one) => one === 'AssumeRole').length
      if (operation === 'AssumeRole' && assumed > stsAnswers) response.writeHead(503)
      else response.writeHead(200, { 'content-type': 'text/xml' })
      response.end(operation === 'AssumeRole' ? ASSUMED : (ANSWERS[operation] ?? CHANGED))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const keep = { ...process.env }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test'
  })
  const clock = systemClock()
  const aws = makeAws({ clock, region: 'eu-west-1', ...(guard && { guard }) })
  t.teardown(() => {
    process.env = keep
    aws.close()
    server.closeAllConnections()
    server.close()
  })
  const call = () => ({
    urgency: 'rollback' as const,
    deadlineAt: clock.now() + 10_000,
    signal: new AbortController().signal
  })
  return { aws, call, asked }
}

t.test('a rollback is written with the credentials that reads have, also while STS is down', async (t) => {
  const { aws, call, asked } = await bench(t, 1)
  await aws.send('elbv2', HERE, READ(), call())
  await aws.send('elbv2', HERE, WRITE(), call())
  const ChangeBatch = { Changes: [] }
  await aws.send('route53', HERE, new ChangeResourceRecordSetsCommand({ HostedZoneId: 'Z1', ChangeBatch }), call())
  t.strictSame(asked, ['AssumeRole', 'DescribeRules', 'ModifyRule', 'ChangeResourceRecordSets'])
})

t.test('another role, external id or region has credentials of its own', async (t) => {
  const { aws, call, asked } = await bench(t, 9)
  for (const other of [{}, { externalId: 'other' }, { roleArn: `${HERE.roleArn}2` }, { region: 'eu-west-1' }]) {
    await aws.send('elbv2', { ...HERE, ...other }, READ(), call())
  }
  t.equal(asked.filter((one) => one === 'AssumeRole').length, 4)
})

t.test('FM-34: the role is assumed for reads by a replica that does not lead', async (t) => {
  const guard: WriteGuard = { ready: async () => undefined, mayStart: () => true, holds: () => false, writeMs: 5_000 }
  const { aws, call, asked } = await bench(t, 9, guard)
  const late = await aws.send('elbv2', HERE, WRITE(), call()).catch((error: unknown) => error)
  t.match(late, { code: 'NotLeading', attempts: 0 })
  t.notOk(asked.includes('ModifyRule'))
  await aws.send('elbv2', HERE, READ(), call())
  t.ok(asked.includes('DescribeRules'))
})
