#!/usr/bin/env node
/**
 * The `sluice` command: gives the program its outside. Never prints a stack trace and leaves quietly when nobody reads on.
 */
import { systemClock } from '../clock.ts'
import type { Io } from './io.ts'
import { run } from './program.ts'
import { confirmOf, terminalOf } from './terminal.ts'

/** 128 + SIGPIPE, as other tools end whose reader (`head`) has gone. */
const PIPE_GONE = 141

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  terminal: terminalOf(process.stdout, process.env),
  confirm: confirmOf(process.stdin, process.stderr),
  env: process.env,
  fetch: globalThis.fetch,
  clock: systemClock(),
  exit: (code) => process.exit(code),
  suspend: () => void process.kill(process.pid, 'SIGSTOP'),
  onSignal: (name, listener) => {
    process.on(name, listener)
    return () => process.off(name, listener)
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(PIPE_GONE)
    throw error
  })
}

// Not process.exit: what is still being written goes out first.
process.exitCode = await run(process.argv.slice(2), io)
