/**
 * How a shift ended, in one sentence.
 */
import { formatPercent } from '../percent.ts'
import { percentWanted } from '../standing.ts'
import type { End, Shift } from '../shift.ts'
import { listed } from './words.ts'

export function explainEnd(shift: Shift, end: End): string {
  const percent = formatPercent(percentWanted(shift))
  switch (end) {
    case 'completed':
      return `completed: new has ${percent}`
    case 'rolled_back':
      return `rolled back: every route was read back as before, new has ${percent}`
    case 'aborted':
      return shift.firstWriteAt === null
        ? 'aborted by a person before anything was written'
        : `aborted by a person: every route was read back as before, new has ${percent}`
    case 'released':
      return `released at ${percent}: the weights stay, and nothing watches them any more`
    case 'refused':
      return `refused, nothing was written: ${refusal(shift)}`
    case 'failed':
      return `failed: new has ${percent}, as before the shift`
  }
}

function refusal(shift: Shift): string {
  const blockers = shift.findings.filter(({ severity }) => severity === 'blocker')
  return blockers.length > 0 ? listed(blockers.map(({ detail }) => detail)) : 'preflight could not be finished in time'
}
