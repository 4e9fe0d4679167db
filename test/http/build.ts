/**
 * An app over a fake Sluice that is closed when the test ends. Every injected answer is held against the OpenAPI document.
 */
import { createHash } from 'node:crypto'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '../../src/http/app.ts'
import type { AuthConfig, Role } from '../../src/http/auth.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import { ShiftError } from '../../src/errors.ts'
import { makeLogger, type LogLevel } from '../../src/telemetry/log.ts'
import { makeMetrics } from '../../src/telemetry/metrics.ts'
import { documented } from './documented.ts'
import { fakeSluice } from './fakeSluice.ts'
import { handClock } from './handClock.ts'
import { aShift, ID, MIGRATION, POLICY } from './views.ts'

export const TOKENS = {
  viewer: 'CANARY-viewer-token-7f3a',
  operator: 'CANARY-operator-token-91bc',
  admin: 'CANARY-admin-token-c0de',
  bot: 'CANARY-bot-token-55aa'
} as const

export function tokenConfig(name: string, role: Role, token: string, delegate = false) {
  return { name, role, sha256: createHash('sha256').update(token).digest('hex'), delegate }
}

export const WITH_TOKENS: AuthConfig = {
  tokens: [
    tokenConfig('grafana', 'viewer', TOKENS.viewer),
    tokenConfig('oncall', 'operator', TOKENS.operator),
    tokenConfig('lead', 'admin', TOKENS.admin),
    tokenConfig('chatbot', 'operator', TOKENS.bot, true)
  ],
  metrics: 'open'
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

function parseInline<T>(kind: string, made: T) {
  return (value: unknown): T => {
    if (typeof value === 'object' && value !== null && 'broken' in value) {
      throw new ShiftError('invalid_request', `${kind} is broken`, {
        errors: [{ field: `/${kind}/broken`, message: 'true is not allowed; allowed: false' }]
      })
    }
    return made
  }
}

/** Inject whatever is given; the type of fastify forgets that a payload may be a string. */
export type Inject = (options: InjectOptions) => Promise<LightMyRequestResponse>

export async function build(t: Test, over: Partial<AppDeps> & { level?: LogLevel } = {}) {
  const sluice = fakeSluice()
  sluice.shifts.set(ID, aShift())
  const clock = handClock()
  const lines: string[] = []
  const log = makeLogger({ level: over.level ?? 'debug', destination: { write: (line) => void lines.push(line) } })
  const app = buildApp({
    sluice,
    clock,
    log,
    metrics: makeMetrics(),
    auth: { tokens: [], metrics: 'open' },
    validate: async (text) => ({ errors: text.includes('bad') ? ['x:1:1: bad'] : [], warnings: [], names: [text] }),
    parseInline: { migration: parseInline('migration', MIGRATION), policy: parseInline('policy', POLICY) },
    ...over
  })
  t.teardown(() => app.close())
  await app.ready()
  const check = documented(app.swagger())
  const inject: Inject = async (options) => {
    const answer = await app.inject(options)
    const url = typeof options.url === 'string' ? options.url : '/'
    const fault = check(options.method ?? 'GET', url, answer)
    t.equal(fault, null, 'the answer is as documented')
    return answer
  }
  return { app, sluice, clock, lines, inject }
}
