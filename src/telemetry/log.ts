/**
 * The log of the daemon: object first, then a constant message. Only the keys listed here are written, and secrets are masked
 * wherever they stand, so that nothing which a caller or AWS handed us can leak through a careless field.
 */
import { pino, type DestinationStream } from 'pino'
import { maskText } from '../mask.ts'
import { standardOutput } from './logOutput.ts'

/** Every key that a log line may hold on its first level. Add to it rather than work around it. */
export const LOG_KEYS = [
  'actor',
  'address',
  'at',
  'attempts',
  'cause',
  'code',
  'count',
  'detail',
  'epoch',
  'err',
  'errors',
  'event',
  'file',
  'finding',
  'findings',
  'gate',
  'host',
  'key',
  'kind',
  'leader',
  'method',
  'migration',
  'migrations',
  'ms',
  'n',
  'name',
  'operation',
  'outcome',
  'path',
  'percent',
  'phase',
  'policies',
  'policy',
  'port',
  'reason',
  'region',
  'requestId',
  'route',
  'routes',
  'seconds',
  'seq',
  'service',
  'share',
  'shiftId',
  'shifts',
  'signal',
  'status',
  'step',
  'store',
  'tokens',
  'url',
  'verb',
  'verdict',
  'version',
  'wakeAt',
  'weight'
] as const
export type LogKey = (typeof LOG_KEYS)[number]
export type LogFields = { readonly [K in LogKey]?: unknown }

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  /** An operator should know. */
  warn(fields: LogFields, message: string): void
  /** An operator should act. */
  error(fields: LogFields, message: string): void
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger
}

const MASK = '[redacted]'
const DEPTH_MAX = 6
const ALLOWED: ReadonlySet<string> = new Set(LOG_KEYS)
const SECRET_KEY =
  /^(?:proxy-)?authorization$|^x-amz-security-token$|token|secret|password|credential|accesskeyid|externalid|^(?:set-)?cookie$|signature/i
/** Of an error only what helps: SDK errors carry whole requests, with their signed headers. */
function errorFields(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    type: error.name,
    message: maskText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: maskText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: masked(error.cause, depth + 1) })
  }
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '[deep]'
  if (value instanceof Error) return errorFields(value, depth)
  if (value instanceof Date) return value
  if (Array.isArray(value)) return value.map((each) => masked(each, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, SECRET_KEY.test(key) ? MASK : masked(each, depth + 1)])
  )
}

/** Fields as they are written: unknown keys are dropped by name, so that the omission is seen. */
function clean(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    if (!ALLOWED.has(key)) dropped.push(key)
    else if (key === 'tokens' && typeof value !== 'number') kept[key] = MASK
    else kept[key] = masked(value, 0)
  }
  return dropped.length === 0 ? kept : { ...kept, dropped }
}

function wrap(inner: pino.Logger): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    if (inner.isLevelEnabled(level)) inner[level](clean(fields), message)
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(inner.child(clean(fields)))
  }
}

/** JSON lines to `destination`, standard output where none is given. */
export function makeLogger(config: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  const { level, destination } = config
  const settings: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Errors are flattened by clean(); pino's own serialiser would copy every property.
    serializers: { err: (value: unknown) => value }
  }
  return wrap(pino(settings, destination ?? standardOutput()))
}
