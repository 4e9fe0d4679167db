/**
 * The system broken on purpose, one rule at a time, by wrapping a port, the store or the decision. A simulation that cannot
 * fail proves nothing: each of these must be caught.
 */
import type { Observation, Reading, RouteSeen, WriteOutcome } from '../../src/core/observation.ts'
import type { Share } from '../../src/core/share.ts'
import { sameShare } from '../../src/core/share.ts'
import { isGoingBack, type RouteState, type Shift } from '../../src/core/shift.ts'
import type { Decision } from '../../src/core/decision.ts'
import type { RouteKey } from '../../src/core/migration.ts'
import { isForward } from '../../src/core/want.ts'
import type { Instant } from '../../src/core/time.ts'
import type { Router } from '../../src/routers/router.ts'
import type { Decide, Mutant } from './life.ts'

/** Decides on another state than the stored one; what is unchanged stays the very same. */
function onShift(change: (shift: Shift, seen: Observation, now: Instant) => Shift): (sound: Decide) => Decide {
  return (sound) => (shift, seen, now) => {
    const decision = sound(change(shift, seen, now), seen, now)
    return decision.shift.version === shift.version ? { ...decision, shift } : decision
  }
}

function onSeen(change: (seen: Observation, shift: Shift, now: Instant) => Observation): (sound: Decide) => Decide {
  return (sound) => (shift, seen, now) => sound(shift, change(seen, shift, now), now)
}

function onDecision(change: (decision: Decision, shift: Shift) => Decision): (sound: Decide) => Decide {
  return (sound) => (shift, seen, now) => change(sound(shift, seen, now), shift)
}

function eachRoute(shift: Shift, change: (route: RouteState) => RouteState): Shift {
  return { ...shift, routes: shift.routes.map(change) }
}

function eachSeen(seen: Observation, change: (seen: RouteSeen, name: string) => RouteSeen): Observation {
  const routes = Object.fromEntries(Object.entries(seen.routes).map(([name, one]) => [name, change(one, name)]))
  return { ...seen, routes }
}

const readingOf = (seen: Observation, name: string): Reading | null => {
  const reading = seen.routes[name]?.reading
  return reading?.kind === 'reading' ? reading : null
}

function withoutMeters(...phases: readonly Shift['phase']['kind'][]): (sound: Decide) => Decide {
  return onSeen((seen, shift) => (phases.includes(shift.phase.kind) ? { ...seen, meters: [] } : seen))
}

function outcomes(router: Router, change: (outcome: WriteOutcome) => WriteOutcome): Router {
  return overriding(router, {
    write: async (changes, call) => {
      const answers = await router.write(changes, call)
      return new Map([...answers].map(([key, outcome]) => [key, change(outcome)]))
    }
  })
}

/** The same port with some methods in the place of its own; ports are proxies, which cannot be spread. */
function overriding<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get: (target, key): unknown => (key in methods ? Reflect.get(methods, key) : Reflect.get(target, key))
  })
}

/** Reads tell what was written last instead of what is so. */
function believing(router: Router, when: 'accepted' | 'rollback'): Router {
  const written = new Map<RouteKey, { share: Share; attached: boolean | null }>()
  return overriding(router, {
    write: async (changes, call) => {
      for (const { route, to } of changes) {
        if (when === 'rollback' && call.urgency === 'rollback') written.set(route.key, to)
        else written.delete(route.key)
      }
      const answers = await router.write(changes, call)
      for (const { route, to } of changes) {
        if (when === 'accepted' && answers.get(route.key)?.kind === 'accepted') written.set(route.key, to)
      }
      return answers
    },
    read: async (routes, call) => {
      const answers = await router.read(routes, call)
      return new Map(
        [...answers].map(([key, reading]) => {
          const told = when === 'rollback' && call.urgency !== 'rollback' ? undefined : written.get(key)
          if (!told || reading.kind !== 'reading') return [key, reading]
          return [key, { ...reading, share: told.share, attached: told.attached ?? reading.attached }]
        })
      )
    }
  })
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'perform before save',
    firstSeed: 3,
    store: (store, clock) =>
      overriding(store, {
        save: async (next, ifVersion, with_) => {
          clock.after(400, () => void store.save(next, ifVersion, with_).catch(() => undefined))
          return 'saved'
        }
      })
  },
  {
    name: 'weight 0 dropped',
    firstSeed: 1,
    router: (router) =>
      overriding(router, {
        write: (changes, call) =>
          router.write(
            changes.map((change) => {
              const { old, new: fresh } = change.to.share
              // eslint-style falsy default, as FM-10 had it
              return { ...change, to: { ...change.to, attached: null, share: { old: old || 1, new: fresh || 1 } } }
            }),
            call
          )
      })
  },
  {
    name: 'in effect at once',
    firstSeed: 1,
    decide: onShift((shift) =>
      eachRoute(shift, (route) => (route.confirmedAt === null ? route : { ...route, inEffectAt: route.confirmedAt }))
    )
  },
  {
    name: 'increase without health',
    firstSeed: 2,
    router: (router) =>
      overriding(router, {
        health: async (routes, call) =>
          new Map(
            [...(await router.health(routes, call))].map(([key, health]) => [
              key,
              health.kind === 'health' ? { ...health, new: { ...health.new, healthy: 50, total: 50 } } : health
            ])
          )
      })
  },
  {
    name: 'drift fought',
    firstSeed: 3,
    decide: onShift((shift, seen) =>
      eachRoute(shift, (route) => {
        const reading = readingOf(seen, route.name)
        if (!reading || !isForward(shift.phase.kind) || reading.shape !== route.shape) return route
        return { ...route, from: reading.share, fromAttached: reading.attached, confirmedAt: null, drift: null }
      })
    )
  },
  { name: 'breach ignored when paused', firstSeed: 9, decide: withoutMeters('paused') },
  { name: 'breach ignored when halted', firstSeed: 55, decide: withoutMeters('halted') },
  { name: 'breach ignored while waiting for approval', firstSeed: 38, decide: withoutMeters('awaiting_approval') },
  {
    name: 'late writes excused for ever',
    firstSeed: 71,
    decide: onShift((shift, _seen, now) =>
      isGoingBack(shift.phase)
        ? shift
        : eachRoute(shift, (route) => ({
            ...route,
            repairs: 0,
            asks: route.asks.map((ask) => ({ ...ask, sentAt: Math.max(ask.sentAt, now - 80_000) }))
          }))
    )
  },
  {
    name: 'no re-read before the write',
    firstSeed: 84,
    router: (router) =>
      overriding(router, {
        write: (changes, call) =>
          router.write(
            changes.map((change) => ({ ...change, expect: 'any' as const })),
            call
          )
      })
  },
  {
    name: 'progress on memory, not on this reading',
    firstSeed: 3,
    decide: onSeen((seen, shift, now) => {
      if (shift.phase.kind !== 'baking' || now < shift.phase.until) return seen
      return eachSeen(seen, (one, name) => {
        const route = shift.routes.find((candidate) => candidate.name === name)
        if (!route || one.reading.kind !== 'reading' || route.drift) return one
        return { ...one, reading: { ...one.reading, share: route.want.share, attached: route.want.share.new > 0 } }
      })
    })
  },
  {
    name: 'missing data passes',
    firstSeed: 40,
    observer: (observer) => ({
      measure: async (wanted, call) => {
        const answers = await observer.measure(wanted, call)
        return new Map(
          wanted.map((one) => {
            const answer = answers.get(one.key)
            if (answer?.kind === 'series') return [one.key, answer]
            const value = one.query.metric === 'RequestCount' || one.query.metric.includes('2XX') ? 100 : 0
            const starts = Array.from(
              { length: (one.to - one.from) / one.periodMs },
              (_, i) => one.from + i * one.periodMs
            )
            return [
              one.key,
              {
                kind: 'series',
                values: new Map(starts.map((at) => [at, value])),
                readAt: call.deadlineAt,
                skewMs: null
              }
            ]
          })
        )
      }
    })
  },
  {
    name: 'ends with open writes',
    firstSeed: 16,
    decide: onShift((shift) =>
      isGoingBack(shift.phase) || shift.phase.kind === 'draining'
        ? eachRoute(shift, (route) => ({ ...route, asks: [] }))
        : shift
    )
  },
  {
    name: 'a release leaves a write behind',
    firstSeed: 213,
    decide: onShift((shift, seen) =>
      seen.commands.some(({ order }) => order.verb === 'release')
        ? eachRoute(shift, (route) => ({ ...route, asks: [] }))
        : shift
    )
  },
  {
    name: 'save without version',
    firstSeed: 77,
    store: (store) =>
      overriding(store, {
        save: async (next, ifVersion, with_) => {
          if ((await store.save(next, ifVersion, with_)) === 'saved') return 'saved'
          const found = await store.load(next.id)
          if (!found) return 'stale'
          const events = with_.events.map((event, i) => ({ ...event, seq: found.seq + 1 + i }))
          const forced = { ...next, version: found.version + 1, seq: found.seq + events.length }
          return store.save(forced, found.version, { ...with_, events })
        }
      })
  },
  { name: 'answers never recorded', firstSeed: 40, decide: onSeen((seen) => ({ ...seen, answers: [] })) },
  {
    name: 'PENDING taken for INSYNC',
    firstSeed: 2,
    decide: onSeen((seen) =>
      eachSeen(seen, (one) =>
        one.reading.kind === 'reading' && one.reading.inSync === false
          ? { ...one, reading: { ...one.reading, inSync: true } }
          : one
      )
    )
  },
  {
    name: 'resolvers not waited for',
    firstSeed: 2,
    decide: onShift((shift) => ({
      ...shift,
      policy: { ...shift.policy, dns: { ...shift.policy.dns, staleFactor: 0 } }
    }))
  },
  { name: 'a write taken for an effect', firstSeed: 1, router: (router) => believing(router, 'accepted') },
  { name: 'rollback not read back', firstSeed: 16, router: (router) => believing(router, 'rollback') },
  {
    name: 'adopt above the step',
    firstSeed: 1,
    decide: onDecision((decision) => {
      const adopted = decision.events.some(({ reason }) => reason.code === 'resumed' && reason.drift === 'adopt')
      const { shift } = decision
      const step = Math.min(shift.steps.length - 1, shift.step + 1)
      return adopted ? { ...decision, shift: { ...shift, step } } : decision
    })
  },
  {
    name: 'stale approval accepted',
    firstSeed: 56,
    decide: onSeen((seen, shift) => ({
      ...seen,
      commands: seen.commands.map((command) =>
        command.order.verb === 'approve' ? { ...command, order: { ...command.order, step: shift.step } } : command
      )
    }))
  },
  { name: 'budget without reserve', firstSeed: 61, budget: (options) => ({ ...options, reserve: 0 }) },
  {
    name: 'capacity ignored',
    firstSeed: 90,
    decide: (sound) => (shift, seen, now) => {
      const blind = { ...shift, policy: { ...shift.policy, capacity: { new: 0, old: 0 } } }
      const decision = sound(blind, seen, now)
      if (decision.shift.version === shift.version) return { ...decision, shift }
      return { ...decision, shift: { ...decision.shift, policy: shift.policy } }
    }
  },
  {
    name: 'a refusal blamed on the wrong route',
    firstSeed: 27,
    router: (router) =>
      overriding(router, {
        read: async (routes, call) => {
          const answers = await router.read(routes, call)
          const guilty = [...answers.values()].find((answer) => answer.kind === 'unreadable' && answer.gone)
          return guilty ? new Map([...answers.keys()].map((key) => [key, guilty])) : answers
        }
      })
  },
  {
    name: 'events dropped',
    firstSeed: 2,
    store: (store) =>
      overriding(store, {
        save: (next, ifVersion, with_) =>
          store.save(next, ifVersion, {
            ...with_,
            events: with_.events.length > 2 ? with_.events.slice(1) : with_.events
          })
      })
  },
  {
    name: 'a write of unknown outcome taken for refused',
    firstSeed: 16,
    router: (router) =>
      outcomes(router, (outcome) =>
        outcome.kind === 'unknown' ? { kind: 'refused', code: outcome.code, detail: outcome.detail } : outcome
      )
  },
  { name: 'red button not heard', firstSeed: 75, decide: onSeen((seen) => ({ ...seen, stop: null })) },
  {
    name: 'abort not heard while paused',
    firstSeed: 31,
    decide: onSeen((seen, shift) =>
      shift.phase.kind === 'paused'
        ? { ...seen, commands: seen.commands.filter(({ order }) => order.verb !== 'abort') }
        : seen
    )
  },
  {
    name: 'immature periods judged',
    firstSeed: 1,
    observer: (observer) => ({
      measure: async (wanted, call) =>
        new Map(
          [...(await observer.measure(wanted, call))].map(([key, answer]) => [
            key,
            answer.kind === 'series' ? { ...answer, skewMs: 15_000 } : answer
          ])
        )
    })
  },
  {
    name: 'an empty new side not seen',
    firstSeed: 2,
    decide: onSeen((seen) =>
      eachSeen(seen, (one) =>
        one.health.kind === 'health' && one.health.new.healthy === 0
          ? { ...one, health: { ...one.health, new: { ...one.health.new, healthy: 1, total: 1 } } }
          : one
      )
    )
  },
  {
    name: 'held because old fails as well, and never looked at again',
    firstSeed: 24,
    decide: onSeen((seen, { phase }) =>
      phase.kind === 'halted' && phase.why === 'old_unfit' ? { ...seen, meters: [] } : seen
    )
  },
  {
    name: 'back to an old side where nobody answers',
    firstSeed: 6,
    decide: onSeen((seen) =>
      eachSeen(seen, (one) =>
        one.health.kind === 'health' && one.health.old.healthy === 0
          ? { ...one, health: { ...one.health, old: { ...one.health.old, healthy: 9 } } }
          : one
      )
    )
  },
  {
    name: 'a rollback forgets a route',
    firstSeed: 2,
    decide: onDecision((decision, shift) =>
      isGoingBack(decision.shift.phase)
        ? { ...decision, effects: decision.effects.filter(({ route }) => route !== shift.routes.at(-1)?.name) }
        : decision
    )
  },
  {
    name: 'a rollback raises what is lower already',
    firstSeed: 10,
    decide: onDecision((decision) => {
      if (!isGoingBack(decision.shift.phase)) return decision
      return {
        ...decision,
        shift: eachRoute(decision.shift, (route) =>
          route.restore && !sameShare(route.restore, route.want.share)
            ? { ...route, want: { ...route.want, share: route.restore, attached: null }, confirmedAt: null }
            : route
        )
      }
    })
  }
]

export function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name)
  if (!found)
    throw new Error(
      `there is no mutant ${JSON.stringify(name)}; there are: ${MUTANTS.map((one) => one.name).join(', ')}`
    )
  return found
}
