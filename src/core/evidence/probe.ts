/**
 * Own requests to new, one by one (GATING 3.9): an e-process instead of a window, so that a single failed probe never convicts
 * and a broken new is found within seconds, at any traffic. Not users: their counts never enter here.
 */
import { LN_ZERO, ln, lnAdd, lnSum } from './log.ts'

/** Plain JSON. */
export interface ProbeEvidence {
  readonly allowed: number
  readonly alpha: number
  /** Probes that the shift is meant to have: over them the belief of a late onset is spread. */
  readonly planned: number
  readonly seen: number
  readonly failed: number
  readonly ln: readonly number[]
  readonly reserve: number
  readonly fired: boolean
  /** For `promote: evidence`: shares of failing probes that must be excluded to leave each step, and Λ of each; else empty. */
  readonly harms: readonly number[]
  readonly harm: readonly number[]
}

const RATES = [0.05, 0.2, 0.5, 0.95] as const
const PRIOR_FIRST = 0.4
const PRIOR_LATER = 0.6

/** What a probe can see faster than the counts of users (GATING 3.9): smaller shares of failures are theirs to exclude. */
const SEEN_BY_PROBES = 0.2
const HARM_MAX = 0.97

/**
 * `allowed`: share of probes that may fail, below 0.95. `alpha`: chance to convict a healthy new in the whole shift. `excess`: what
 * failed requests would cost more than the harm budget, step by step (promotion.ts).
 */
export function newProbeEvidence(
  planned: number,
  allowed = 0.01,
  alpha = 0.005,
  excess: readonly number[] = []
): ProbeEvidence {
  const rates = RATES.filter((rate) => rate > allowed)
  if (rates.length === 0 || !(allowed > 0)) throw new Error(`probe: allowed is above 0 and below 0.95, not ${allowed}`)
  return {
    allowed,
    alpha,
    planned: Math.max(1, planned),
    seen: 0,
    failed: 0,
    ln: rates.map(() => LN_ZERO),
    reserve: 1,
    fired: false,
    harms: excess.map((rate) => Math.min(HARM_MAX, Math.max(rate, SEEN_BY_PROBES, 2 * allowed))),
    harm: excess.map(() => 0)
  }
}

export function stepProbe(evidence: ProbeEvidence, failed: boolean): ProbeEvidence {
  const { allowed, planned, seen, reserve } = evidence
  const rates = RATES.filter((rate) => rate > allowed)
  const stake = Math.min(reserve, seen === 0 ? PRIOR_FIRST : PRIOR_LATER / planned)
  const lnStake = ln(stake / rates.length)
  const wealth = rates.map((rate, g) => {
    return lnAdd(evidence.ln[g] ?? LN_ZERO, lnStake) + saidFor(rate, allowed, failed)
  })
  const next = {
    ...evidence,
    seen: seen + 1,
    failed: evidence.failed + (failed ? 1 : 0),
    ln: wealth,
    reserve: reserve - stake,
    harm: evidence.harm.map((sum, i) => sum + saidFor(evidence.harms[i] ?? HARM_MAX, allowed, failed))
  }
  return { ...next, fired: evidence.fired || lnProbe(next) >= -Math.log(evidence.alpha) }
}

/** What one probe says for a share of failures `rate` against the one that is allowed, nats. */
function saidFor(rate: number, allowed: number, failed: boolean): number {
  return failed ? Math.log(rate / allowed) : Math.log((1 - rate) / (1 - allowed))
}

export function lnProbe({ ln: wealth, reserve }: ProbeEvidence): number {
  return lnSum(wealth, 0, wealth.length, ln(reserve))
}
