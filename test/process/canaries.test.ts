/**
 * Secrets are planted wherever the daemon meets one: configuration, environment, headers, bodies, and in what a hostile AWS and a
 * hostile webhook answer. Then everything that it wrote or said is searched for them.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { daemonProcess } from '../../src/cli/demo/daemonProcess.ts'
import { FOR_TESTS, until } from './support/daemon.ts'

/** Whatever its use, found again by its middle. */
const canary = (use: string) => `canary-${use}-5up3rs3cr3t-${use}`

const SECRETS = {
  accessKey: 'AKIACANARY5UP3RS3CR3T',
  secretKey: canary('aws-key'),
  session: canary('aws-session'),
  external: canary('external-id'),
  webhookUrl: canary('webhook-url'),
  webhookSecret: canary('webhook-secret'),
  slackUrl: canary('slack-url'),
  admin: canary('admin-token'),
  viewer: canary('viewer-token'),
  wrong: canary('wrong-token'),
  query: canary('query'),
  body: canary('body'),
  cookie: canary('cookie'),
  inline: canary('inline')
} as const
type Use = keyof typeof SECRETS

/** As it is, and as it could be hidden. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const sha = createHash('sha256').update(secret).digest('hex')
  return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex'), encodeURIComponent(secret), sha]
}

function found(text: string, except: readonly Use[] = []): readonly string[] {
  const uses = (Object.keys(SECRETS) as Use[]).filter((use) => !except.includes(use))
  return uses.filter((use) => formsOf(SECRETS[use]).some((form) => text.toLowerCase().includes(form.toLowerCase())))
}

interface Heard {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers every request with everything that was in it, as an error. */
async function echo(t: Test, answer: (heard: Heard) => { status: number; type: string; body: string }) {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += String(piece)))
    request.on('end', () => {
      const all = { url: request.url ?? '', headers: request.headers, body }
      heard.push(all)
      const { status, type, body: text } = answer(all)
      response.writeHead(status, { 'content-type': type }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** AWS itself tells what it was sent where a signature is wrong; what only looks like AWS may do so with every error. */
const hostileAws = ({ headers, body }: Heard) => {
  const told = `${decodeURIComponent(body.replaceAll('+', ' '))} ${JSON.stringify(headers)}`.replaceAll(/[<>&]/g, ' ')
  const { authorization, 'x-amz-security-token': token } = headers
  const code = body.includes('Action=DescribeRules') ? 'SignatureDoesNotMatch' : 'ValidationError'
  const sent = `You sent "x-amz-security-token":"${String(token)}", authorization: ${authorization}`
  const message = body.includes('AssumeRole') ? told.slice(told.indexOf('ExternalId')) : `${sent}, ${told}`
  return {
    status: 403,
    type: 'text/xml',
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`
  }
}

const hostileWebhook = (heard: Heard) => ({ status: 500, type: 'text/plain', body: JSON.stringify(heard) })

const ELB = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'
const migration = (name: string, account: string) => `apiVersion: sluice/v1
kind: Migration
name: ${name}
description: canaries
defaults: { region: ap-northeast-1${account} }
routes:
  - name: web
    type: alb
    rule: ${ELB}:listener-rule/app/${name}/50dc6c495c0c9188/0467ef3c8400ae65/9683b2d02a6cabee
    old: { targetGroup: "${ELB}:targetgroup/${name}-133/73e2d6bc24d8a067" }
    new: { targetGroup: "${ELB}:targetgroup/${name}-134/73e2d6bc24d8a067" }
`

const POLICY = `apiVersion: sluice/v1
kind: Policy
name: watched
description: canaries
steps: [{ percent: 10, bake: 10m }]
gates: [{ name: errors, type: errorRate, max: 1% }]
notify: [oncall, team]
`

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function configOf(webhook: string): string {
  return `server:
  host: 127.0.0.1
  port: 0
  addressFile: ./address
  auth:
    tokens:
      - { name: lead, role: admin, sha256: "${sha256(SECRETS.admin)}" }
      - { name: screen, role: viewer, sha256: "\${VIEWER_SHA256}" }
store: { type: sqlite, path: ./data/sluice.db }
policies: ./policies
migrations: ./migrations
notify:
  - { name: oncall, type: webhook, url: "${webhook}/${SECRETS.webhookUrl}", secret: "\${WEBHOOK_SECRET}" }
  - { name: team, type: slack, url: "http://127.0.0.1:1/services/${SECRETS.slackUrl}" }
log: { level: trace }
`
}

async function aDaemon(t: Test) {
  const [aws, webhook] = [await echo(t, hostileAws), await echo(t, hostileWebhook)]
  const role = `, roleArn: "arn:aws:iam::111122223333:role/sluice", externalId: "\${EXTERNAL_ID}"`
  const daemon = await daemonProcess(
    systemClock(),
    { policies: { watched: POLICY }, migrations: { direct: migration('direct', ''), roled: migration('roled', role) } },
    {
      ...FOR_TESTS,
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: SECRETS.accessKey,
      AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
      AWS_SESSION_TOKEN: SECRETS.session,
      EXTERNAL_ID: SECRETS.external,
      WEBHOOK_SECRET: SECRETS.webhookSecret,
      VIEWER_SHA256: sha256(SECRETS.viewer)
    }
  )
  t.teardown(() => daemon.remove())
  await writeFile(join(daemon.folder, 'sluice.yaml'), configOf(webhook.url))
  await daemon.start()
  const ask = (path: string, init: Asked = {}) =>
    fetch(new URL(path, daemon.url()), {
      ...init,
      headers: { authorization: `Bearer ${SECRETS.admin}`, cookie: `a=${SECRETS.cookie}`, ...init.headers }
    })
  const post = (path: string, body: unknown) =>
    ask(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' }
    })
  return { daemon, aws, webhook, ask, post }
}

interface Asked {
  readonly method?: 'POST'
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Told {
  readonly outcome: string | null
  readonly findings: readonly unknown[]
}

type Running = Awaited<ReturnType<typeof aDaemon>>

/** Requests that carry secrets where none belong, or belong to somebody else. */
async function plant({ ask, post }: Running): Promise<void> {
  await ask('v1/shifts', { headers: { authorization: `Bearer ${SECRETS.wrong}` } })
  await ask('v1/shifts', { headers: { authorization: `Basic ${Buffer.from(SECRETS.wrong).toString('base64')}` } })
  await ask(`v1/shifts?token=${SECRETS.query}`)
  await ask(`nothing/${SECRETS.query}?access_token=${SECRETS.query}`)
  await post('v1/shifts', { migration: 'direct', policy: 'watched', password: SECRETS.body })
  await post('v1/shifts', `{"migration":"${SECRETS.body}`)
  await post('v1/stop', { action: SECRETS.body })
  await post('v1/shifts', {
    migration: 'direct',
    policy: { notify: [{ url: SECRETS.inline, secret: SECRETS.inline }] }
  })
  await ask('v1/validate', {
    method: 'POST',
    body: `kind: Policy\nsecret: ${SECRETS.inline}\nname: "\${WEBHOOK_SECRET}\${AWS_SECRET_ACCESS_KEY}"`,
    headers: { 'content-type': 'application/yaml' }
  })
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

t.test('no secret is in a log, an answer, a metric, a message or the store', async (t) => {
  const running = await aDaemon(t)
  const { daemon, aws, webhook, ask, post } = running
  await plant(running)
  const ids: string[] = []
  for (const name of ['direct', 'roled']) {
    const started = (await (await post('v1/shifts', { migration: name, policy: 'watched', reason: 'r' })).json()) as {
      id: string
    }
    ids.push(started.id)
  }
  const shiftOf = async (id: string) => (await (await ask(`v1/shifts/${id}`)).json()) as Told
  await until('both tell what AWS said', async () => {
    const shifts = await Promise.all(ids.map(shiftOf))
    return shifts.every(({ findings }) => findings.length > 0) ? true : null
  })
  // What AWS refuses for another reason than rights is asked again for minutes.
  await post(`v1/shifts/${ids[1]}/abort`, {})
  await until('both have ended', async () => {
    const shifts = await Promise.all(ids.map(shiftOf))
    return shifts.every(({ outcome }) => outcome !== null) ? true : null
  })
  await until('the webhook heard', () => (webhook.heard.length > 0 ? true : null))
  await until('the log tells of both targets', async () => {
    const log = await readFile(daemon.logFile, 'utf8')
    return log.includes('oncall') && log.includes('team') ? true : null
  })
  t.ok(
    aws.heard.some(({ headers }) => headers['x-amz-security-token'] === SECRETS.session),
    'AWS had the session token'
  )
  t.ok(
    aws.heard.some(({ body }) => body.includes(SECRETS.external)),
    'and the external id'
  )
  t.match(webhook.heard[0]?.url, SECRETS.webhookUrl, 'the webhook had its address')
  const said = await (await ask(`v1/shifts/${ids[0]}`)).text()
  t.match(
    said,
    /ValidationError[^]*You sent .{0,5}x-amz-security-token.{0,9}\[redacted\]/,
    'what AWS says is told, without them'
  )

  const of = (id: string) => ['', '/events', '/report', '/series'].map((what) => `v1/shifts/${id}${what}`)
  const names = [
    'policies',
    'policies/watched',
    'migrations',
    'migrations/direct',
    'migrations/roled',
    'stop',
    'me',
    'overview'
  ]
  const paths = [
    '',
    'metrics',
    'openapi.json',
    'readyz',
    'runbook',
    'v1/shifts',
    ...names.map((name) => `v1/${name}`),
    ...ids.flatMap(of)
  ]
  for (const path of paths) {
    const answer = await ask(path)
    t.equal(answer.status, 200, path)
    t.same(found(`${await answer.text()} ${JSON.stringify([...answer.headers])}`), [], `answer of /${path}`)
  }
  for (const { body, headers } of webhook.heard) t.same(found(body + JSON.stringify(headers)), [], 'a message')
  await daemon.end('SIGTERM')
  t.same(found(await readFile(daemon.logFile, 'utf8')), [], 'the log')
  t.match(await readFile(daemon.logFile, 'utf8'), /"level":"debug"/, 'which tells all it can')
  const kept = (await filesOf(daemon.folder)).filter((file) => file.includes('/data/') || file.endsWith('address'))
  t.ok(kept.length > 0)
  // To take the role again after a restart the store keeps the external id, as the migration on disk does; AWS calls it no secret.
  for (const file of kept) t.same(found(await readFile(file, 'latin1'), ['external']), [], file)
})
