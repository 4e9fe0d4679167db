/**
 * Where log lines go: standard output, written beside the loop. A disk that is full, or a reader that has stopped, costs lines and
 * never the daemon: it does not wait, does not throw, and does not keep the process from ending.
 */
import { pino, type DestinationStream } from 'pino'

const STANDARD_OUTPUT = 1
/** What waits to be written is kept up to so many bytes; later lines are dropped until there is room again. */
const KEPT_BYTES = 8_000_000

export function standardOutput(): DestinationStream {
  const stream = pino.destination({
    dest: STANDARD_OUTPUT,
    sync: false,
    minLength: 0,
    maxLength: KEPT_BYTES
  })
  const flush = stream.flushSync.bind(stream)
  let failed = false
  stream.on('error', () => {
    failed = true
  })
  // What was kept goes out with the first line that can be written again.
  stream.on('write', () => {
    failed = false
  })
  // Called at the end of the process: on a disk that stays full the library tries for ever.
  stream.flushSync = () => {
    if (!failed) flush()
  }
  return stream
}
