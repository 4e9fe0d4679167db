/**
 * Follows a stream of events, and comes back after every break: EventSource cannot send a token. It resumes after the last id
 * that it has seen, so that nothing is missed or told twice.
 */
import { createSseParser, type SseMessage } from '../../cli/sse.ts'
import { failureOf, headers, isFinal } from './api.ts'

export interface Following {
  readonly path: string
  readonly signal: AbortSignal
  readonly onMessage: (message: SseMessage) => void
  /** Anything arrived, heartbeats included. */
  readonly onWord?: () => void
  /** Each time before it comes back. */
  readonly onBroken?: () => void
}

/** A stream that says nothing for so long is given up: heartbeats come every 15 s at the latest. */
const SILENT_MS = 25_000
const BACK_MS = [500, 1_000, 2_000, 4_000] as const

/** Resolves when the stream is over for good (204), was refused, or `signal` aborts. Never rejects. */
export async function follow(following: Following): Promise<void> {
  const { signal, onBroken } = following
  let last = ''
  for (let breaks = 0; !signal.aborted;) {
    const ended = await readOnce(following, last, (message) => {
      if (message.id !== '') last = message.id
      breaks = 0
      following.onMessage(message)
    })
    if (ended || signal.aborted) return
    onBroken?.()
    await pause(BACK_MS[Math.min(breaks, BACK_MS.length - 1)] ?? 4_000, signal)
    breaks += 1
  }
}

/** True where there is nothing more to come. */
async function readOnce(
  { path, signal, onWord }: Following,
  last: string,
  take: (message: SseMessage) => void
): Promise<boolean> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENT_MS)
  try {
    const resume = last === '' ? {} : { 'last-event-id': last }
    const answer = await fetch(path, {
      headers: headers({ accept: 'text/event-stream', ...resume }),
      signal: AbortSignal.any([signal, silence.signal])
    })
    if (answer.status === 204) return true
    if (!answer.ok) return isFinal(await failureOf(answer))
    const parse = createSseParser()
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const piece = await reader?.read()
      if (!piece || piece.done) return false
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENT_MS)
      onWord?.()
      for (const message of parse(piece.value)) take(message)
    }
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
