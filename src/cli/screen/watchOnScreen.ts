/**
 * A watched shift on a terminal: looks every two seconds, draws every second, and says how it ended on the screen that was there
 * before. Only looks; leaving it changes nothing.
 */
import type { Ms } from '../../core/time.ts'
import type { EventView, ShiftView } from '../../core/view.ts'
import { followShift, type Followed } from '../follow.ts'
import type { Terminal } from '../io.ts'
import type { Remote } from '../session.ts'
import { conclude, type Watch } from '../watching.ts'
import { createHistory, type History } from './history.ts'
import { openPage } from './page.ts'
import { screenLines } from './screen.ts'
import { readSeries } from './series.ts'
import { cleaned, type SeenShift } from './seen.ts'
import { canvasOf } from './style.ts'

const LOOK_MS: Ms = 2_000
const DRAW_MS: Ms = 1_000
/** Between two looks at what was measured: periods are seldom shorter. */
const MEASURE_MS: Ms = 5_000
const EVENTS_KEPT = 200

export async function watchOnScreen(
  remote: Remote,
  terminal: Terminal,
  watch: Omit<Watch, 'show' | 'since'>
): Promise<number> {
  const { io, client } = remote
  const history = createHistory()
  const screen = screenOf(remote, terminal, watch.first, history)
  const interrupt = new AbortController()
  const stop = new AbortController()
  const forget = [
    io.onSignal('SIGINT', () => interrupt.abort()),
    io.onSignal('SIGTERM', () => interrupt.abort()),
    io.onSignal('SIGTSTP', () => {
      screen.close()
      io.suspend()
    }),
    io.onSignal('SIGCONT', screen.reopen),
    terminal.onResize(screen.draw)
  ]
  const parties = [drawing(remote, screen.draw, stop.signal), measuring(remote, watch.first.id, history, stop.signal)]
  let followed: Followed
  try {
    followed = await followShift(client, io.clock, {
      ...watch,
      tickMs: LOOK_MS,
      interrupt: interrupt.signal,
      onEvent: screen.told,
      onTick: screen.saw,
      onLost: screen.lost
    })
  } finally {
    stop.abort()
    forget.forEach((end) => end())
    await Promise.allSettled(parties)
    screen.close()
  }
  screen.leave(followed.shift)
  return conclude(remote, { ...watch, show: 'lines' }, followed, remote.out.line)
}

interface Screen {
  readonly draw: () => void
  readonly told: (event: EventView) => void
  readonly saw: (shift: ShiftView) => void
  readonly lost: (message: string) => void
  readonly close: () => void
  /** After `close`, and drawn at once. */
  readonly reopen: () => void
  /** The last drawing, to stay where the shell goes on. */
  readonly leave: (shift: ShiftView) => void
}

function screenOf({ io, client }: Remote, terminal: Terminal, first: ShiftView, history: History): Screen {
  const page = openPage(io.stdout)
  const known = (shift: ShiftView) => ({
    shift: cleaned(shift),
    seenAt: io.clock.now(),
    skewMs: client.skewMs(),
    lost: null
  })
  let seen: SeenShift = { ...known(first), events: [], history }
  const draw = () => {
    const canvas = canvasOf(terminal, terminal.rows())
    page.draw(screenLines(seen, io.clock.now(), canvas), canvas.height)
  }
  return {
    draw,
    told: (event) => {
      seen = { ...seen, events: [...seen.events, cleaned(event)].slice(-EVENTS_KEPT) }
    },
    saw: (shift) => {
      seen = { ...seen, ...known(shift) }
      draw()
    },
    lost: (message) => {
      seen = { ...seen, lost: message }
    },
    close: () => page.close(),
    reopen: () => {
      page.reopen()
      draw()
    },
    leave: (shift) => {
      // Below it stand a line on how it ended, and the shell's own.
      const lines = screenLines(
        { ...seen, shift: cleaned(shift) },
        io.clock.now(),
        canvasOf(terminal, Math.max(1, terminal.rows() - 3))
      )
      io.stdout.write(`${lines.join('\n')}\n\n`)
    }
  }
}

async function drawing({ io }: Remote, draw: () => void, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    draw()
    await io.clock.sleep(DRAW_MS, stop)
  }
}

/** Adds what is measured to the history, from the beginning; a daemon that cannot tell leaves the graphs empty. */
async function measuring(remote: Remote, id: string, history: History, stop: AbortSignal): Promise<void> {
  for (let after: number | null = 0; after !== null && !stop.aborted;) {
    after = await readSeries(remote, id, after, history, stop)
    await remote.io.clock.sleep(MEASURE_MS, stop)
  }
}
