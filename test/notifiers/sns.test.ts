/**
 * SNS: exactly what is published, over the SDK's own wire, and what its failures mean.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PublishCommandInput } from '@aws-sdk/client-sns'
import t from 'tap'
import { AwsFailure, makeAws, type AwsClient, type ClientFor } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import { makeNotifier } from '../../src/notifiers/index.ts'
import { publication } from '../../src/notifiers/sns.ts'
import { aNotice } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:oncall'
const about = { shift: 'shf_1', seq: 7, migration: 'shop', policy: 'standard', phase: 'halted', percent: 10 } as const
const NOTICE = aNotice({ about, title: 'shop: new 10 % – café' })
const never = new AbortController().signal

type Sent = { readonly account: object; readonly input: PublishCommandInput }

function over(answer: () => Promise<object>) {
  const sent: Sent[] = []
  const clock = virtualClock()
  const clientFor: ClientFor = (_, account): AwsClient => {
    return {
      send: async (command) => {
        sent.push({ account, input: command.input as PublishCommandInput })
        return (await answer()) as never
      },
      destroy: () => undefined
    }
  }
  const aws = makeAws({ clock, region: 'us-east-1', clientFor })
  const role = { roleArn: 'arn:aws:iam::111122223333:role/s', externalId: 'e' }
  const target = { type: 'sns', name: 'oncall', topicArn: TOPIC, ...role } as const
  const notifier = makeNotifier(target, { aws, clock, publicUrl: 'https://sluice.example.com' })
  return { sent, send: () => clock.complete(notifier.send(NOTICE, never)) }
}

void t.test('a notice is published to its topic, in the region and account of it', async (t) => {
  const { sent, send } = over(async () => ({ MessageId: 'm' }))
  t.same(await send(), { kind: 'sent' })
  t.match(sent[0]?.account, { region: 'eu-west-1', roleArn: /role\/s/, externalId: 'e' })
  t.match(sent[0]?.input, { TopicArn: TOPIC, Subject: 'Sluice: shop: new 10 % ? caf?' })
  const message = String(sent[0]?.input.Message)
  t.match(message, /^shop: new 10 % – café\n\n- error rate 4 % of 1,200 requests\n\nWhat to do:\n- Decide/)
  t.match(message, 'https://sluice.example.com/#/shifts/shf_1')
  t.match(message, NOTICE.id)
  t.match(sent[0]?.input.MessageAttributes, {
    id: { DataType: 'String', StringValue: NOTICE.id },
    event: { StringValue: 'shift.halted' },
    page: { StringValue: 'true' },
    shift: { StringValue: 'shf_1' },
    migration: { StringValue: 'shop' }
  })
  t.notOk('MessageGroupId' in (sent[0]?.input ?? {}))
})

void t.test('a FIFO topic gets the group and the id by which it drops repeats', async (t) => {
  const first = publication(NOTICE, `${TOPIC}.fifo`, null)
  t.equal(first.MessageGroupId, 'shf_1')
  t.match(first.MessageDeduplicationId, /^[0-9a-f]{64}$/)
  t.equal(publication(NOTICE, `${TOPIC}.fifo`, null).MessageDeduplicationId, first.MessageDeduplicationId)
  t.equal(publication(aNotice(), `${TOPIC}.fifo`, null).MessageGroupId, 'sluice')
  t.ok(publication(aNotice({ title: 'x'.repeat(300) }), TOPIC, null).Subject.length < 100)
})

void t.test('a definite no sets the notice aside, anything else is tried again', async (t) => {
  const refused = new AwsFailure('sns Publish: NotFound', { kind: 'refused', code: 'NotFoundException', attempts: 1 })
  t.same(await over(() => Promise.reject(refused)).send(), { kind: 'refused', detail: 'NotFoundException' })
  for (const kind of ['throttled', 'unknown', 'timeout'] as const) {
    const failure = new AwsFailure('sns Publish', { kind, code: 'Some', attempts: 1 })
    t.same(await over(() => Promise.reject(failure)).send(), { kind: 'retry', detail: 'Some' })
  }
})

void t.test('the SDK speaks to a topic as AWS documents it', async (t) => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(200, { 'content-type': 'text/xml' })
      response.end(
        '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>'
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const saved = { ...process.env }
  t.teardown(() => {
    process.env = saved
  })
  process.env['AWS_ENDPOINT_URL_SNS'] = `http://127.0.0.1:${port}`
  process.env['AWS_ACCESS_KEY_ID'] = 'lab'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'lab'
  const clock = systemClock()
  const aws = makeAws({ clock, region: 'us-east-1' })
  t.teardown(() => aws.close())
  const notifier = makeNotifier({ type: 'sns', name: 'oncall', topicArn: TOPIC }, { aws, clock, publicUrl: null })
  t.same(await notifier.send(NOTICE, never), { kind: 'sent' })
  const form = new URLSearchParams(bodies[0])
  t.equal(form.get('Action'), 'Publish')
  t.equal(form.get('TopicArn'), TOPIC)
  t.match(form.get('Message'), 'shop: new 10 %')
})
