/**
 * The schema of the daemon's configuration file (CONTRACT 2).
 */
import Type, { type Static } from 'typebox'
import { count, duration, filledText, name, word } from './leaf.ts'
import { targetSchema } from './notify.ts'
import { closed, editorSchemaOf, section, type JsonSchema } from './section.ts'

export const ROLES = ['viewer', 'operator', 'admin'] as const

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const token = closed(
  {
    name: name('Who this is, in the decision log'),
    role: word(ROLES, 'viewer reads, operator acts on shifts, admin also starts with inline objects and reloads'),
    sha256: Type.String({
      pattern: '^[0-9A-Fa-f]{64}$',
      allowed: 'the SHA-256 of the token: 64 hexadecimal digits',
      hidden: true,
      description: 'SHA-256 of the token, in hex; the token itself never stands here'
    }),
    delegate: Type.Boolean({ default: false, description: 'May act onBehalfOf somebody (a chat bot)' })
  },
  { allowed: 'a token such as { name: oncall, role: operator, sha256: … }' }
)

export const configSchema = closed({
  server: section('The HTTP API', {
    host: filledText('Address to listen on; others than loopback need tokens', '127.0.0.1'),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080, description: '0: any free port' }),
    publicUrl: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      pattern: String.raw`^https?://\S+$`,
      default: null,
      allowed: 'an address that begins with https:// or http://, or null',
      description: 'Where people reach it, for the links in notifications'
    }),
    addressFile: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      allowed: 'the name of a file, or null',
      description: 'The URL it listens on is written there'
    }),
    auth: section('Who may call', {
      tokens: Type.Array(token, { default: [], description: 'Once there is one, every call needs one' }),
      metrics: word(['open', 'token'], 'Does /metrics need a token', { default: 'open' })
    })
  }),
  store: section('Where shifts are kept', {
    type: word(['sqlite', 'dynamodb', 'memory'], 'dynamodb: several replicas. memory forgets all with the process', {
      default: 'sqlite'
    }),
    path: filledText('File of the SQLite database', './data/sluice.db'),
    table: Type.String({
      pattern: '^[A-Za-z0-9_.-]{3,255}$',
      default: 'sluice',
      allowed: 'the name of a DynamoDB table: 3 to 255 letters, digits, dots, dashes and underscores',
      description: 'Name of the DynamoDB table'
    }),
    lease: duration('dynamodb: a leader that is not heard of for so long is followed by another', '6s'),
    writeDeadline: duration('dynamodb: a write to AWS lasts no longer, and starts only if the lease outlasts it', '5s')
  }),
  aws: section('AWS', { region: Type.Optional(filledText('Default region; without it AWS_REGION')) }),
  policies: filledText('Folder of the policies', './policies'),
  migrations: filledText('Folder of the migrations', './config/migrations'),
  limits: section('Limits', { concurrentShifts: count(1, 'Shifts that may be open at once', 1000) }),
  notify: Type.Array(targetSchema, { default: [], description: 'Who is told' }),
  heartbeat: word(['none', 'cloudwatch'], 'A sign of life elsewhere, every minute', { default: 'none' }),
  log: section('The log', { level: word(LOG_LEVELS, 'The least severe lines that are written', { default: 'info' }) })
})

export type ConfigDocument = Static<typeof configSchema>

/** JSON Schema (2020-12) of the daemon's configuration, for editors. */
export function configJsonSchema(): JsonSchema {
  return editorSchemaOf(configSchema, 'Sluice configuration')
}
