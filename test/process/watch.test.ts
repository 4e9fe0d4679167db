/**
 * `sluice watch` in a real terminal, over the real daemon and the lab: drawn, resized, silent for a while, left, and to the end.
 */
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { widthOf } from '../../src/cli/screen/text.ts'
import { aDaemon, FOR_TESTS } from './support/daemon.ts'
import { policyText } from './support/policy.ts'
import { aScreen, NO_TMUX, type Screen } from './support/tmux.ts'
import { aTown, type Town } from './support/town.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** For as long as a test needs. */
const STEPS = ['{ percent: 50, bake: 30m }', '{ percent: 100, bake: 30m }']
const LONG = policyText({ name: 'long', steps: STEPS }).replace('maxBake: 2m', 'maxBake: 30m')

t.setTimeout(600_000)

/** A shift that bakes at 50 %. */
async function baking(t: Test, town: Town, route: string) {
  const daemon = await aDaemon(t, town.lab, {
    policies: { long: LONG },
    migrations: { [route]: town.migration(route) }
  })
  const id = await daemon.shift(route, 'long')
  await daemon.untilPhase(id, 'baking', 50)
  const watch = (columns: number, rows: number, env: Readonly<Record<string, string>> = {}) =>
    aScreen(t, `"${process.execPath}" --no-warnings "${PROGRAM}" watch ${id}`, {
      columns,
      rows,
      env: { ...FOR_TESTS, SLUICE_URL: daemon.process.url(), ...env }
    })
  return { daemon, id, watch }
}

function fits(t: Test, lines: readonly string[], columns: number, rows: number): void {
  t.ok(lines.length <= rows, `${lines.length} lines on ${rows}`)
  t.strictSame(
    lines.filter((line) => widthOf(line) > columns),
    []
  )
}

void t.test(
  '80 and 40 columns, another size, and Ctrl-C, which leaves the shift running',
  { skip: NO_TMUX },
  async (t) => {
    const town = await aTown(t, [{ name: 'web' }])
    const { daemon, id, watch } = await baking(t, town, 'web')
    const wide = watch(80, 24)
    const narrow = watch(40, 40, { NO_COLOR: '1' })
    const drawn = await wide.shows(/new [▁-█·]+ +0 %/)
    fits(t, drawn, 80, 24)
    t.match(drawn[0], /^web under long +\d\d:\d\d:\d\dZ$/)
    t.match(drawn.join('\n'), /BAKING {2}50 % on new, target 100 %\nbaking at 50 % for /)
    t.match(drawn.join('\n'), /STEPS ▶50 % ·100 %\nstep 1 of 2: \d+m\d*s? left of its bake/)
    t.match(drawn.join('\n'), /web {4}█+[▉-▏]?░+ +50 % +50 % /)
    t.match(drawn.join('\n'), 'Ctrl-C stops watching, the shift goes on. live')
    t.match(wide.lines(true).join('\n'), '\u001b[32m', 'colours where there are some')

    const small = await narrow.shows(/new [▁-█·]+ +0 %/)
    fits(t, small, 40, 40)
    t.match(small.join('\n'), /▶50 %/)
    t.notMatch(narrow.lines(true).join('\n'), '\u001b[', 'NO_COLOR')

    wide.resize(52, 18)
    await wide.shows(/\n {2}wanted 50 %, observed/)
    fits(t, wide.lines(), 52, 18)
    t.match(wide.lines()[0], /^web under long +\d\d:\d\d:\d\dZ$/)

    await leaves(t, wide, id)
    t.equal((await daemon.get(id)).phase, 'baking')
    t.strictSame(
      town.writes('web').map(({ percent }) => percent),
      [0, 50],
      'nothing was written for it'
    )
  }
)

async function leaves(t: Test, screen: Screen, id: string): Promise<void> {
  screen.press('C-c')
  const left = (await screen.shows('ended with 130')).join('')
  t.match(left, `no longer watching. ${id} goes on`)
  t.match(left, 'BAKING', 'what was seen last stays on the screen')
}

void t.test(
  'a daemon that stops answering is told loudly; a breach is seen to its end',
  { skip: NO_TMUX },
  async (t) => {
    const town = await aTown(t, [{ name: 'web' }])
    const { daemon, id, watch } = await baking(t, town, 'web')
    const screen = watch(80, 30)
    await screen.shows('goes on. live')
    daemon.process.process().kill('SIGSTOP')
    const stale = (await screen.shows('STALE: the daemon has not answered for')).join('\n')
    t.match(stale, /What stands below is \d+s\s+old/)
    t.notMatch(stale, 'goes on. live')
    daemon.process.process().kill('SIGCONT')
    t.notMatch((await screen.shows('goes on. live')).join('\n'), 'STALE')

    town.lab.cluster('new-web').set({ errorRate: 0.5 })
    const ended = (await screen.shows('ended with 3')).join('\n')
    t.match(ended, 'ROLLED BACK  0 % on new')
    t.match(ended.replaceAll('\n', ''), `${id} ended: rolled_back`)
    t.match(ended, /✗ breach errors web +new [▁-█·]+/)
  }
)
