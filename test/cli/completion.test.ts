/** What a shell suggests: commands, options, choices, and names of the daemon, quickly or not at all. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { scriptOf, type Shell } from '../../src/cli/completion/scripts.ts'
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

/** Runs lines in a real shell that has read its completion script; what it prints, without the last line's end. */
function inShell(t: Test, shell: Shell, flags: readonly string[], lines: (script: string) => readonly string[]) {
  const folder = t.testdir({})
  const wrapper = join(folder, 'sluice')
  writeFileSync(wrapper, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${PROGRAM}" "$@"\n`)
  chmodSync(wrapper, 0o755)
  const script = join(folder, 'script')
  writeFileSync(script, scriptOf(shell))
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder }
  const text = lines(script).join('\n')
  const ran = spawnSync(shell, [...flags, '-c', text], { env, cwd: folder, encoding: 'utf8' })
  t.equal(ran.stderr, '')
  t.notOk(existsSync(join(folder, 'executed')), 'nothing was executed')
  return ran.stdout.trimEnd().split('\n')
}

/** Named in the result where a shell is not on this machine. */
function missing(shell: Shell): { readonly skip: string | false } {
  return { skip: spawnSync(shell, ['--version']).error === undefined ? false : `there is no ${shell}` }
}

const EVIL = '$(touch executed)'

t.test('in a real bash: words are completed, and nothing that is typed is executed', async (t) => {
  const complete = (...words: readonly string[]) =>
    inShell(t, 'bash', ['--norc', '--noprofile'], (script) => [
      `source '${script}'`,
      `source '${script}'`,
      `COMP_WORDS=(sluice ${words.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length}`,
      '_sluice sluice',
      'printf "%s\\n" "${COMPREPLY[@]}"'
    ])
  t.strictSame(complete('st'), ['start', 'status', 'stop'])
  t.strictSame(complete('report', 'x', '--format', 'h'), ['html'])
  t.strictSame(complete('status', EVIL), [''])
})

t.test(
  'in a real zsh: with what each word is for, in its order, files where nothing is known',
  missing('zsh'),
  async (t) => {
    const complete = (...words: readonly string[]) =>
      inShell(t, 'zsh', ['-f'], (script) => [
        'compdef() { print -r -- "compdef $*" }',
        '_describe() { print -rl -- "${(@P)2}" }',
        '_files() { print files }',
        `source '${script}'`,
        `words=(sluice ${words.map((word) => `'${word}'`).join(' ')})`,
        `CURRENT=${words.length + 1}`,
        '_sluice'
      ])
    const [bound, ...found] = complete('st')
    t.equal(bound, 'compdef _sluice sluice')
    t.strictSame(
      found.map((line) => line.split(':')[0]),
      ['start', 'status', 'stop']
    )
    t.match(found[0], /^start:start a shift: move/)
    t.strictSame(
      complete('report', 'x', '--format', '').slice(1),
      ['text', 'md', 'html', 'json'],
      'no empty description'
    )
    t.strictSame(complete('status', EVIL).slice(1), ['files'])
  }
)

t.test(
  'in a real zsh without compinit, and from a folder of fpath, the first Tab completes',
  missing('zsh'),
  async (t) => {
    const sourced = inShell(t, 'zsh', ['-f'], (script) => [`source '${script}'`, 'print -r -- "${_comps[sluice]}"'])
    t.strictSame(sourced, ['_sluice'])
    const loaded = inShell(t, 'zsh', ['-f'], (script) => [
      `mkdir fp && cp '${script}' fp/_sluice && fpath=("$PWD/fp" $fpath)`,
      'autoload -Uz compinit && compinit -u -D',
      'unfunction _describe; _describe() { print -rl -- "${(@P)2}" }',
      'words=(sluice stop h) CURRENT=3',
      '_sluice'
    ])
    t.strictSame(loaded, ['hold'])
  }
)

t.test('in a real fish: words, and files only where a file is wanted', missing('fish'), async (t) => {
  const complete = (line: string) =>
    inShell(t, 'fish', ['--no-config'], (script) => [`source '${script}'`, `complete -C "${line}"`])
  t.strictSame(
    complete('sluice st').map((found) => found.split('\t')[0]),
    ['start', 'status', 'stop']
  )
  t.strictSame(complete('sluice report x --format m'), ['md'])
  t.strictSame(complete('sluice serve --config scr'), ['script'])
  t.strictSame(complete(`sluice status '\\${EVIL}`), [''])
})
