/** What a shell suggests: commands, options, choices, and names of the daemon, quickly or not at all. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { closedUrl, fakeDaemon, json } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'
import { aShift, ID } from './support/views.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

async function values(words: readonly string[], url?: string): Promise<readonly string[]> {
  const { code, out, err } = await sluice(['complete', '--', ...words], url === undefined ? {} : { url })
  t.equal(code, 0)
  t.equal(err, '')
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '')
}

t.test('commands by their beginning, without those that are hidden', async (t) => {
  t.strictSame(await values(['st']), ['start', 'status', 'stop'])
  const all = await values([''])
  t.ok(all.includes('watch') && all.includes('completion'))
  t.notOk(all.includes('complete'))
})

t.test('options of the command, choices of an option and of an argument', async (t) => {
  t.ok((await values(['start', '--id'])).includes('--idempotency-key'))
  t.strictSame(await values(['report', 'x', '--format', 'm']), ['md'])
  t.strictSame(await values(['completion', '']), ['bash', 'zsh', 'fish'])
  t.strictSame(await values(['stop', 'h']), ['hold'])
})

t.test('ids, migrations and policies are the daemon’s', async (t) => {
  const names = (...all: string[]) =>
    json({ items: all.map((name) => ({ name, file: 'f', document: {} })), next: null })
  const daemon = await fakeDaemon(t, {
    'GET /v1/shifts': json({ items: [aShift()], next: null }),
    'GET /v1/migrations': names('shop', 'evil$(touch x)', 'a b'),
    'GET /v1/policies': names('standard')
  })
  t.strictSame(await values(['watch', ''], daemon.url), [ID])
  t.strictSame(await values(['abort', '--reason', 'x', ''], daemon.url), [ID], 'an option before it takes its value')
  t.strictSame(await values(['start', ''], daemon.url), ['shop'], 'nothing that a shell would not take as one word')
  t.strictSame(await values(['start', 'shop', ''], daemon.url), ['standard'])
  t.strictSame(await values(['start', 'shop', '--policy', ''], daemon.url), ['standard'])
  t.strictSame(await values(['dashboard', '--server', daemon.url, ''], 'http://127.0.0.1:1'), ['shop'])
  t.strictSame(await values(['watch', ID, ''], daemon.url), [], 'there is no second one')
  const { out } = await sluice(['complete', '--', 'watch', ''], { url: daemon.url })
  t.equal(out, `${ID}\tshop-eks-134 baking\n`)
})

t.test('a daemon that is away, slow or closed to us is silence', async (t) => {
  t.strictSame(await values(['watch', ''], await closedUrl()), [])
  t.strictSame(await values(['watch', ''], 'no url'), [])
  const daemon = await fakeDaemon(t, { 'GET /v1/shifts': () => null })
  const running = launch(['complete', '--', 'watch', ''], { url: daemon.url })
  await running.clock.slept(800)
  running.clock.advance(800)
  t.match(await running.done, { code: 0, out: '', err: '' })
})

t.test('completion prints a script for each shell, and refuses others', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    t.match((await sluice(['completion', shell])).out, ' complete -- ')
  }
  t.equal((await sluice(['completion', 'tcsh'])).code, 2)
})

t.test('in a real bash: words are completed, and nothing that is typed is executed', async (t) => {
  const folder = t.testdir({})
  const wrapper = join(folder, 'sluice')
  writeFileSync(wrapper, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${PROGRAM}" "$@"\n`)
  chmodSync(wrapper, 0o755)
  const script = execFileSync(wrapper, ['completion', 'bash'], { encoding: 'utf8' })
  writeFileSync(join(folder, 'script'), script)
  const complete = (...words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const lines = [
      `source '${join(folder, 'script')}'`,
      `source '${join(folder, 'script')}'`,
      `COMP_WORDS=(sluice ${quoted})`,
      `COMP_CWORD=${words.length}`,
      '_sluice sluice',
      'printf "%s\\n" "${COMPREPLY[@]}"'
    ]
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const ran = spawnSync('bash', ['--norc', '--noprofile', '-c', lines.join('\n')], {
      env,
      cwd: folder,
      encoding: 'utf8'
    })
    t.equal(ran.stderr, '')
    return ran.stdout.trim().split('\n')
  }
  t.strictSame(complete('st'), ['start', 'status', 'stop'])
  t.strictSame(complete('report', 'x', '--format', 'h'), ['html'])
  t.strictSame(complete('status', '$(touch executed)'), [''])
  t.notOk(spawnSync('ls', [join(folder, 'executed')]).status === 0, 'nothing was executed')
})
