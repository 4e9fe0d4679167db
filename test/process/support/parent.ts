/**
 * Preloaded into a daemon under test: ends it where the test that started it was killed and could not end it. Does nothing else.
 */
const LOOK_MS = 2_000
const parent = process.ppid

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, LOOK_MS).unref()
