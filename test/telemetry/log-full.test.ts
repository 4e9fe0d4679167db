/**
 * A log that cannot be written: the disk under it is full. What watches over traffic must not end, nor stand still, for that.
 */
import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import t from 'tap'

/** Every write to it fails as on a full disk. */
const FULL = '/dev/full'

const PROGRAM = `
  const { makeLogger } = await import('./src/telemetry/log.ts')
  const log = makeLogger({ level: 'info' })
  for (let i = 0; i < 3; i += 1) {
    log.info({ count: i }, 'decided')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  process.stderr.write('goes on')
  process.exit(0)
`

void t.test(
  'a full disk under the log costs log lines, and neither the process nor its end',
  { skip: existsSync(FULL) ? false : `there is no ${FULL}` },
  async (t) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe']
    })
    t.teardown(() => child.kill('SIGKILL'))
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    t.equal(code, 0)
    t.match(said, /goes on$/)
  }
)
