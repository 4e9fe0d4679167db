/**
 * Reads a stream of server-sent events (WHATWG HTML, section 9.2.6) from pieces of text of any length. Knows nothing of what
 * the events mean, and never reconnects: that is follow.ts.
 */

export interface SseMessage {
  /** The last id that was sent; empty before the first. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Returns a function that takes the next piece of text and gives the messages that it completes. */
export function createSseParser(): (piece: string) => readonly SseMessage[] {
  let rest = ''
  let first = true
  let id = ''
  let event = ''
  let data: string[] = []

  const dispatch = (): readonly SseMessage[] => {
    const message = { id, event: event === '' ? 'message' : event, data: data.join('\n') }
    const empty = data.length === 0
    event = ''
    data = []
    return empty ? [] : [message]
  }

  const take = (line: string): readonly SseMessage[] => {
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    if (field === 'id' && !value.includes('\0')) id = value
    return []
  }

  return (piece) => {
    rest += first ? piece.replace(/^\uFEFF/, '') : piece
    if (piece !== '') first = false
    // A lone \r at the very end may be half of \r\n: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    return lines.flatMap(take)
  }
}
