/**
 * A reader of event streams over a real socket that can be paused, to see what a slow reader does.
 */
import { get, type IncomingMessage } from 'node:http'

export interface SseMessage {
  readonly id: string
  readonly event: string
  readonly data: string
}

export interface SseReader {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly messages: readonly SseMessage[]
  readonly comments: readonly string[]
  /** Resolves once it is true; looked at after every piece that arrives. */
  until(what: () => boolean): Promise<void>
  /** Resolves when the server has ended the stream, or the connection broke. */
  readonly closed: Promise<void>
  readonly response: IncomingMessage
  leave(): void
}

export async function openStream(url: string, headers: Record<string, string> = {}): Promise<SseReader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, resolve).on('error', reject)
  })
  const messages: SseMessage[] = []
  const comments: string[] = []
  const watchers = new Set<() => void>()
  let rest = ''
  const take = (block: string) => {
    if (block.startsWith(':')) comments.push(block.slice(1).trim())
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)))
    if (fields['data'] !== undefined) messages.push({ id: fields['id'], event: fields['event'], data: fields['data'] })
  }
  const look = () => {
    for (const watcher of watchers) watcher()
  }
  response.setEncoding('utf8')
  response.on('data', (piece: string) => {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop() ?? ''
    blocks.forEach(take)
    look()
  })
  const closed = new Promise<void>((resolve) => {
    response.on('error', () => resolve())
    response.on('close', () => resolve())
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    messages,
    comments,
    closed,
    response,
    leave: () => response.destroy(),
    until: (what) =>
      new Promise((resolve) => {
        const watcher = () => {
          if (!what()) return
          watchers.delete(watcher)
          resolve()
        }
        watchers.add(watcher)
        watcher()
      })
  }
}
