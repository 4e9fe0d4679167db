/**
 * Exit codes (CONTRACT 6): what a script that ran the CLI may conclude. Only a shift that `completed` is 0: whoever removes the
 * old cluster after `start --wait` must not do so after anything else.
 */
import type { PhaseName } from '../core/shift.ts'

export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  rolledBack: 3,
  aborted: 4,
  refused: 5,
  halted: 6,
  waiting: 7,
  /** 128 + SIGINT, as every shell has it: a watch that was left says nothing about the shift. */
  interrupted: 130
} as const

/** The code of a shift as it stands. What has not ended is `waiting`, never 0; `released` counts as ended by a person. */
export function exitOfPhase(phase: PhaseName): number {
  switch (phase) {
    case 'completed':
      return EXIT.done
    case 'rolled_back':
      return EXIT.rolledBack
    case 'aborted':
    case 'released':
      return EXIT.aborted
    case 'refused':
      return EXIT.refused
    case 'failed':
      return EXIT.error
    case 'halted':
    case 'stuck':
      return EXIT.halted
    case 'preflight':
    case 'converging':
    case 'baking':
    case 'awaiting_approval':
    case 'paused':
    case 'draining':
    case 'rolling_back':
      return EXIT.waiting
  }
}

/** The code of an order that sends traffic back (abort, reject, restore), by how the shift ended: `aborted` is what was wanted. */
export function exitOfGoingBack(phase: PhaseName): number {
  if (phase === 'aborted') return EXIT.done
  return phase === 'completed' ? EXIT.error : exitOfPhase(phase)
}

export const EXIT_HELP = `
Exit codes: 0 done, 1 error, 2 usage or validation, 3 rolled back, 4 aborted or released, 5 refused,
6 halted or stuck, 7 timed out, waiting for approval or not ended yet, 130 interrupted (the shift goes on).`
