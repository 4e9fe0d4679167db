/**
 * Looks at everything that a decision to start needs, before the first write. Findings are data; what cannot be read yet is
 * named and read again until preflight's deadline.
 */
import type { Call } from '../core/call.ts'
import { roundedSteps } from '../core/dns/rounding.ts'
import { isMeasured } from '../core/gates/meters.ts'
import type { Preflight } from '../core/observation.ts'
import type { Finding, Shift } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Router, Writes } from '../routers/router.ts'
import type { AlarmSource } from '../observers/alarms.ts'
import { alarmsBefore } from './alarms.ts'
import { riskLadder } from './ladder.ts'
import type { Meters } from './meters.ts'

/** How long findings are good for while preflight waits for health. */
const AGAIN_MS: Ms = 60_000
const AGAIN_UNREAD_MS: Ms = 5_000

export function makePreflight(deps: {
  readonly router: Router
  readonly meters: Meters
  readonly alarms: AlarmSource | undefined
  readonly clock: Clock
}) {
  let last: { readonly at: Instant; readonly found: Preflight } | null = null

  return {
    /** Never throws: what failed is in `unread`. */
    look: async (shift: Shift, call: Call): Promise<Preflight> => {
      const now = deps.clock.now()
      const goodFor = last && last.found.unread.length > 0 ? AGAIN_UNREAD_MS : AGAIN_MS
      if (last && now - last.at < goodFor) return last.found
      const resolved = await deps.router.resolve(shift.routeSpecs, call).catch((err: unknown) => messageOf(err))
      if (typeof resolved === 'string') {
        return { routeSpecs: shift.routeSpecs, findings: [], baseline: {}, unread: [`resolve: ${resolved}`] }
      }
      const known = { ...shift, routeSpecs: resolved }
      const [inspected, measured, fired] = await Promise.all([
        deps.router.inspect(resolved, call, writesOf(shift)).then(
          (findings) => triage(findings),
          (err: unknown) => ({ findings: [] as readonly Finding[], unread: [`inspect: ${messageOf(err)}`] })
        ),
        deps.meters.baseline(known, now, call).catch((err: unknown) => ({
          baseline: {},
          unread: [`baseline: ${messageOf(err)}`],
          forbidden: [] as readonly string[]
        })),
        alarmsBefore(deps.alarms, known, deps.clock, call).catch((err: unknown) => ({
          alarms: [],
          findings: [] as readonly Finding[],
          unread: [`alarms: ${messageOf(err)}`]
        }))
      ])
      const steps = riskLadder(shift, resolved, measured.baseline, (route, percents) =>
        deps.router.quantise(route, percents)
      )
      const found: Preflight = {
        routeSpecs: resolved,
        ...(steps === null ? {} : { steps }),
        findings: [
          ...inspected.findings,
          ...measured.forbidden.map(forbidden),
          ...fired.findings,
          ...roundedSteps({ routeSpecs: resolved, steps: steps ?? shift.steps }),
          ...quiet(shift, measured.baseline)
        ],
        baseline: measured.baseline,
        ...(fired.alarms.length === 0 ? {} : { alarms: fired.alarms }),
        unread: [...inspected.unread, ...(counted(shift) ? measured.unread : []), ...fired.unread]
      }
      last = { at: now, found }
      return found
    }
  }
}

/** Whoever only observes writes nothing. */
function writesOf({ policy }: Shift): Writes | undefined {
  return policy.mode === 'act' ? policy.dns.write : undefined
}

/** What could not be read for a passing reason is read again; it is no reason to refuse yet. */
function triage(findings: readonly Finding[]) {
  const [unread, read] = [true, false].map((is) => findings.filter(({ code }) => (code === 'unreadable') === is))
  return {
    findings: read ?? [],
    unread: (unread ?? []).map(({ route, detail }) => (route === null ? detail : `${route}: ${detail}`))
  }
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

/** Without a gate that counts requests, measurements are shown but nothing waits for them. */
function counted(shift: Shift): boolean {
  return shift.gateSpecs.some(isMeasured)
}

function forbidden(what: string): Finding {
  return {
    severity: 'blocker',
    code: 'metrics_forbidden',
    route: null,
    detail: `measurements may not be read: ${what}`,
    remedy: 'allow cloudwatch:GetMetricData to the role that reads them'
  }
}

function quiet(shift: Shift, baseline: Preflight['baseline']): readonly Finding[] {
  if (!counted(shift)) return []
  return shift.meters
    .filter(
      (meter) =>
        meter.gate === null &&
        baseline[meter.key] &&
        !baseline[meter.key]?.some((period) => (period.old.requests ?? 0) > 0)
    )
    .map((meter) => ({
      severity: 'warning',
      code: 'no_traffic',
      route: meter.route,
      detail: `old reported no request in the periods before this shift`,
      remedy: 'check that this route has traffic: without requests no gate can pass'
    }))
}
