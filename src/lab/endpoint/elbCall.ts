// The shape of one ELBv2 call of the lab, and the knobs all of them share.

import type { World } from '../world.ts'
import type { QueryInput, Tree } from './query.ts'

export interface Elbv2Knobs {
  /** Page size where the caller asks for none; small values find callers that forget NextMarker. */
  pageSize: number
}

/** One call: parameters in, the content of its `…Result` out. */
export type ElbCall = (world: World, input: QueryInput, knobs: Elbv2Knobs) => Tree
