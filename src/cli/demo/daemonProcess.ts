/**
 * The real daemon as a process of its own, over a folder of its own, as a user would run it. Knows no lab: only an environment
 * and YAML texts.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../clock.ts'
import type { Ms } from '../../core/time.ts'

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url))
const START_MS: Ms = 90_000
const LOOK_MS: Ms = 50

/** `store` of the configuration: a file in the folder. */
const FILE_STORE = '{ type: sqlite, path: ./data/sluice.db }'

export interface Files {
  readonly policies: Readonly<Record<string, string>>
  readonly migrations: Readonly<Record<string, string>>
}

export interface DaemonProcess {
  readonly folder: string
  readonly logFile: string
  url(): string
  process(): ChildProcess
  /** Starts it, again where it was killed; resolves when it listens. */
  start(): Promise<string>
  /** Signals it and waits for its end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

/** Writes a configuration into a new folder; starts nothing yet. */
export async function daemonProcess(
  clock: Clock,
  files: Files,
  env: NodeJS.ProcessEnv,
  level = 'info',
  store = FILE_STORE
): Promise<DaemonProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-'))
  const config = await writeFiles(folder, files, { level, store })
  const addressFile = join(folder, 'address')
  const logFile = join(folder, 'daemon.log')
  let child: ChildProcess | null = null
  let url = ''

  const start = async () => {
    await rm(addressFile, { force: true })
    child = spawnDaemon(config, env, logFile)
    url = await addressOf(clock, addressFile, child, logFile)
    return url
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    folder,
    logFile,
    url: () => url,
    process: () => {
      if (!child) throw new Error('the daemon was not started')
      return child
    },
    start,
    end,
    remove: async () => {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** AWS_PROFILE and the like would win over the keys that are given. */
function cleanEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    AWS_PROFILE: _profile,
    AWS_SESSION_TOKEN: _token,
    AWS_CONFIG_FILE: _file,
    NODE_OPTIONS: _options,
    ...rest
  } = process.env
  return { ...rest, ...env }
}

function spawnDaemon(config: string, env: NodeJS.ProcessEnv, logFile: string): ChildProcess {
  const args = ['--no-warnings', PROGRAM, 'serve', '--config', config]
  return spawn('sh', ['-c', 'exec "$@" >>"$LOG" 2>&1', 'sh', process.execPath, ...args], {
    env: { ...cleanEnv(env), LOG: logFile },
    stdio: 'ignore'
  })
}

async function writeFiles(
  folder: string,
  files: Files,
  { level, store }: { readonly level: string; readonly store: string }
): Promise<string> {
  const config = join(folder, 'sluice.yaml')
  await writeFile(
    config,
    [
      'server: { host: 127.0.0.1, port: 0, addressFile: ./address }',
      `store: ${store}`,
      'policies: ./policies',
      'migrations: ./migrations',
      `log: { level: ${level} }`
    ].join('\n')
  )
  for (const kind of ['policies', 'migrations'] as const) {
    await mkdir(join(folder, kind))
    for (const [name, text] of Object.entries(files[kind])) await writeFile(join(folder, kind, `${name}.yaml`), text)
  }
  return config
}

async function addressOf(clock: Clock, file: string, child: ChildProcess, logFile: string): Promise<string> {
  const until = clock.now() + START_MS
  while (clock.now() < until) {
    const url = await readFile(file, 'utf8').catch(() => '')
    if (url.endsWith('\n')) return url.trim()
    if (child.exitCode !== null || child.signalCode !== null) break
    await clock.sleep(LOOK_MS)
  }
  const log = await readFile(logFile, 'utf8').catch(() => '')
  throw new Error(`the daemon did not start:\n${log.slice(-4000)}`)
}
