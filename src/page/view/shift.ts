/**
 * One shift: the five answers first, then everything behind them.
 */
import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ShiftView } from '../../core/view.ts'
import { say } from '../state/say.ts'
import { followShift, makeShiftFeed, type ShiftFeed } from '../state/shiftFeed.ts'
import { useStore } from '../state/store.ts'
import { phaseWord } from '../words.ts'
import { Answers } from './answers.ts'
import { ByHand } from './byHand.ts'
import { Findings } from './findings.ts'
import { Gates } from './gates.ts'
import { Graphs } from './graphs.ts'
import { Ladder } from './ladder.ts'
import { Log } from './log.ts'
import { Report } from './report.ts'
import { RouteTable } from './routes.ts'

export function ShiftPage({ id }: { readonly id: string }) {
  const [feed, setFeed] = useState<ShiftFeed>(makeShiftFeed)
  useEffect(() => {
    const leaving = new AbortController()
    setFeed(followShift(id, leaving.signal))
    return () => leaving.abort()
  }, [id])
  const view = useStore(feed.view)
  const failure = useStore(feed.failure)
  if (!view) {
    const text = failure ? failure.message : 'Asking the daemon…'
    return html`<p><a href="#/">All shifts</a></p>
      <p role="status">${text}</p>`
  }
  return html`<${Whole} view=${view} feed=${feed} />`
}

function Whole({ view, feed }: { readonly view: ShiftView; readonly feed: ShiftFeed }) {
  useAnnouncements(view)
  return html`
    <p class="back"><a href="#/">← All shifts</a></p>
    <${Answers} view=${view} feed=${feed} />
    <${Report} view=${view} />
    <${Ladder} view=${view} />
    <${Graphs} view=${view} feed=${feed} />
    <${Gates} gates=${view.gates} />
    <${RouteTable} routes=${view.routes} />
    <${Findings} findings=${view.findings} />
    <${Log} feed=${feed} />
    <${ByHand} view=${view} />
  `
}

/** A new phase is told, and stands in the tab's title: the tab may be in the background. */
function useAnnouncements({ phase, migration, explain, percent }: ShiftView): void {
  const before = useRef(phase)
  useEffect(() => {
    const { sign, text } = phaseWord(phase)
    document.title = `${sign} ${percent} % ${migration}: ${text} · Sluice`
    if (before.current !== phase) say(`${migration}: ${text}. ${explain}`)
    before.current = phase
  }, [phase, percent])
}
