import t from 'tap'
import { makeLogger, type LogFields, type LogLevel } from '../../src/telemetry/log.ts'

function logger(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = makeLogger({ level, destination: { write: (line) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, any> }
}

t.test('a line is JSON with level, time, fields and message', async (t) => {
  const { log, last } = logger()
  log.info({ shiftId: 'shf_1', step: 0, percent: 0 }, 'decided')
  t.match(last(), {
    level: 'info',
    time: /^\d{4}-\d\d-\d\dT.*Z$/,
    shiftId: 'shf_1',
    step: 0,
    percent: 0,
    msg: 'decided'
  })
  t.equal('pid' in last(), false)
})

t.test('the level decides what is written', async (t) => {
  for (const [level, count] of [
    ['trace', 4],
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['fatal', 0],
    ['silent', 0]
  ] as const) {
    const { log, lines } = logger(level)
    log.debug({}, 'a')
    log.info({}, 'b')
    log.warn({}, 'c')
    log.error({}, 'd')
    t.equal(lines.length, count, level)
  }
})

t.test('keys that are not listed are dropped, and the line says so', async (t) => {
  const { log, last } = logger()
  log.info({ shiftId: 'a', requestBody: { token: 'CANARY' }, headers: 'CANARY' } as LogFields, 'x')
  t.match(last(), { shiftId: 'a', dropped: ['requestBody', 'headers'] })
  t.notMatch(JSON.stringify(last()), /CANARY/)
})

t.test('secrets are masked wherever they stand', async (t) => {
  const { log, lines } = logger()
  const nested = {
    authorization: 'Bearer CANARY-1',
    Authorization: 'CANARY-2',
    externalId: 'CANARY-3',
    credentials: { accessKeyId: 'CANARY-4', secretAccessKey: 'CANARY-5', sessionToken: 'CANARY-6' },
    list: [{ password: 'CANARY-7' }, { deep: { token: 'CANARY-8', webhookSecret: 'CANARY-9' } }],
    'x-amz-security-token': 'CANARY-10',
    'set-cookie': 'CANARY-11'
  }
  log.info({ detail: nested, tokens: ['CANARY-12'], reason: 'sent Bearer CANARY-13, and externalId=CANARY-14' }, 'x')
  log.child({ detail: nested }).warn({ url: 'https://x/?X-Amz-Signature=CANARY-15&X-Amz-Credential=CANARY-16' }, 'y')
  t.equal(lines.length, 2)
  t.notMatch(lines.join(''), /CANARY/)
  t.match(JSON.parse(lines[0] ?? ''), { detail: { authorization: '[redacted]', list: [{ password: '[redacted]' }] } })
})

t.test('of an error only name, message, code, stack and cause are written', async (t) => {
  const { log, last } = logger()
  const cause = Object.assign(new Error('inner'), { code: 'ECONNRESET' })
  const err = Object.assign(new Error('Bearer CANARY-1 was refused', { cause }), {
    $response: { headers: { authorization: 'CANARY-2' } },
    code: 'ThrottlingException'
  })
  log.error({ err }, 'failed')
  t.match(last(), {
    err: {
      type: 'Error',
      message: 'Bearer [redacted] was refused',
      code: 'ThrottlingException',
      stack: /log\.test/,
      cause: { message: 'inner', code: 'ECONNRESET' }
    }
  })
  t.notMatch(JSON.stringify(last()), /CANARY|\$response/)
})

t.test('a cycle, a bigint and a thrown text cannot break a line', async (t) => {
  const { log, last } = logger()
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  log.info({ detail: cycle, n: 12n, err: 'a text', at: new Date(0) }, 'x')
  t.match(last(), { n: '12', err: 'a text', at: '1970-01-01T00:00:00.000Z' })
})

t.test('a child adds its fields to every line', async (t) => {
  const { log, last } = logger()
  log.child({ shiftId: 'a' }).child({ route: 'web' }).info({ step: 1 }, 'x')
  t.match(last(), { shiftId: 'a', route: 'web', step: 1 })
})
