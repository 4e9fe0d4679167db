// The numbers inside a forward action and their allowed ranges: weights 0 to 999, stickiness 1 second to 7 days. Pure.

import type { Stickiness } from '../action.ts'
import { text } from './query.ts'
import type { QueryInput } from './query.ts'
import { invalid } from './service.ts'

/** With several groups each needs its weight; a lone group's means nothing and is 1 if absent. */
export function readWeight(raw: string | undefined, groups: number): number {
  if (raw === undefined) {
    if (groups > 1) throw invalid('A weight must be specified for each target group')
    return 1
  }
  const weight = Number(raw)
  if (!Number.isInteger(weight) || weight < 0 || weight > 999) {
    throw invalid(`Target group weight '${raw}' must be between 0 and 999`)
  }
  return weight
}

export function asStickiness(input: QueryInput): Stickiness {
  const enabled = text(input, 'Enabled') === 'true'
  const raw = text(input, 'DurationSeconds')
  if (raw === undefined) {
    if (enabled) throw invalid('A duration must be specified when target group stickiness is enabled')
    return { enabled }
  }
  const seconds = Number(raw)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 604_800) {
    throw invalid(`Target group stickiness duration '${raw}' must be between 1 and 604800 seconds`)
  }
  return { enabled, seconds }
}
