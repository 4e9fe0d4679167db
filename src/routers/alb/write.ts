/**
 * Writes: for each route a fresh read, a comparison with what is expected, and one Modify call. A rollback goes out even when
 * nothing can be read. Never claims more than it knows: `accepted` is a 2xx at the only attempt.
 *
 * What already stands as wanted is written again: a lagging read, or an older write that may still land, could make "nothing
 * to do" false, and an equal write changes nothing.
 */
import pRetry from 'p-retry'
import type { Call } from '../../core/call.ts'
import type { RouteKey, AlbRouteSpec } from '../../core/migration.ts'
import type { WriteOutcome } from '../../core/observation.ts'
import { sameShare } from '../../core/share.ts'
import type { Instant, Ms } from '../../core/time.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import { bareCode } from '../../aws/classify.ts'
import type { Clock } from '../../clock.ts'
import type { Change } from '../router.ts'
import { actionsOf, groupsOf, forwardAction, sidesOf, type Actions } from './actions.ts'
import { compose } from './compose.ts'
import { normalise } from './normalise.ts'
import type { As } from '../elb/targets.ts'
import { actionsByArn, modify, turnToWrite } from './requests.ts'

export interface Writing {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  /** 0 to 1, for the pauses between tries. */
  readonly random: () => number
  /** Actions of the last good read. */
  readonly cached: (key: RouteKey) => Actions | null
}

/** What to build on, or how the write ended before it was sent. */
type Base = { readonly kind: 'base'; readonly actions: Actions } | WriteOutcome

/** A rollback waits no longer for a read. */
export const ROLLBACK_READ_MS: Ms = 2_000

/**
 * A refused "not now" is tried again on the read that went before it, for so long. Reading again each time would double the calls
 * on an endpoint that is short of them, and one that refuses every second call would refuse every write.
 */
const BASE_GOOD_MS: Ms = 2_000

/** Full jitter: a pause is anything from 0 to this, doubled with each try. */
const FIRST_PAUSE_MS: Ms = 500
const LONGEST_PAUSE_MS: Ms = 10_000

interface Held {
  readonly base: Base
  readonly at: Instant
}

/**
 * AWS takes no action of two target groups without group stickiness while one of them has target stickiness. Users come first then:
 * new goes out of the action, and stickiness stays.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions
 */
export async function writeOne(writing: Writing, change: Change<AlbRouteSpec>, call: Call): Promise<WriteOutcome> {
  const outcome = await writeOnce(writing, change, call)
  if (!change.to.unstick || outcome.kind !== 'refused' || !refusesShape(outcome.code)) return outcome
  const kept = await writeOnce(writing, { ...change, to: { ...change.to, unstick: false } }, call)
  if (kept.kind !== 'accepted') return kept
  return { ...outcome, detail: `${outcome.detail}; new gets no traffic any more, but stickiness is still on` }
}

function refusesShape(code: string): boolean {
  return ['InvalidConfigurationRequest', 'InvalidLoadBalancerAction', 'ValidationError'].includes(bareCode(code))
}

/** Tries again for as long as AWS says "not now" and the deadline allows. */
async function writeOnce(writing: Writing, change: Change<AlbRouteSpec>, call: Call): Promise<WriteOutcome> {
  const { clock } = writing
  let over = false
  let held: Held | null = null
  const baseNow = async (as: As): Promise<Base> => {
    if (held && clock.now() - held.at <= BASE_GOOD_MS) return held.base
    const { expect } = change
    const at = clock.now()
    const base = expect === 'any' ? await anyBase(writing, change, as) : await expectedBase(change, expect, as)
    held = { base, at }
    return base
  }
  try {
    return await pRetry(() => attempt(writing, change, call, baseNow), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 0,
      maxTimeout: 0,
      onFailedAttempt: async ({ error, attemptNumber }) => {
        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attemptNumber - 1))
        const pauseMs = Math.round(writing.random() * longest)
        over = !isThrottled(error) || clock.now() + pauseMs >= call.deadlineAt
        if (!over) await clock.sleep(pauseMs, call.signal)
      },
      shouldRetry: () => !over && !call.signal.aborted
    })
  } catch (error) {
    if (error instanceof AwsFailure) return outcomeOf(error)
    throw error
  }
}

/** The turn is taken first: between read and write there is then nothing to wait for. */
async function attempt(
  writing: Writing,
  change: Change<AlbRouteSpec>,
  call: Call,
  baseNow: (as: As) => Promise<Base>
): Promise<WriteOutcome> {
  const as: As = { aws: writing.aws, account: change.route.account, call }
  const turn = await turnToWrite(as)
  const base = await baseNow(as)
  if (base.kind !== 'base') return base
  const actions = compose(base.actions, sidesOf(change.route), change.to)
  const { attempts } = await modify(as, change.route.target, actions, turn)
  if (attempts === 1) return { kind: 'accepted' }
  return {
    kind: 'unknown',
    code: 'SentTwice',
    detail: `accepted at attempt ${attempts}: an earlier one may still land`
  }
}

/** What stands must be what is expected. */
async function expectedBase(
  change: Change<AlbRouteSpec>,
  expect: Exclude<Change<AlbRouteSpec>['expect'], 'any'>,
  as: As
): Promise<Base> {
  const actions = await freshActions(change.route, as)
  if (actions instanceof AwsFailure) {
    if (actions.kind === 'throttled') throw actions
    return { kind: 'withheld', code: actions.code, detail: actions.message }
  }
  const found = normalise(actions, sidesOf(change.route))
  if (found.kind === 'shapeless') return { kind: 'conflict', found: null }
  const same = sameShare(found.share, expect.share) && (expect.attached === null || expect.attached === found.attached)
  return same ? { kind: 'base', actions } : { kind: 'conflict', found: found.share }
}

/** The freshest that can be had in time: a read, the last good read, the state at preflight. */
async function anyBase(writing: Writing, change: Change<AlbRouteSpec>, as: As): Promise<Base> {
  const { route } = change
  const deadlineAt = Math.min(as.call.deadlineAt, writing.clock.now() + ROLLBACK_READ_MS)
  const read = await freshActions(route, { ...as, call: { ...as.call, deadlineAt } })
  const remembered = writing.cached(route.key) ?? (change.origin === null ? null : actionsOf(change.origin))
  const actions = read instanceof AwsFailure ? remembered : read
  if (actions === null) {
    if (isThrottled(read)) throw read
    const detail = read instanceof AwsFailure ? read.message : ''
    return { kind: 'withheld', code: 'NothingToBuildOn', detail: `nothing is known of the other actions: ${detail}` }
  }
  return forwardsToEither(actions, route)
    ? { kind: 'base', actions }
    : {
        kind: 'refused',
        code: 'not_forwarding',
        detail: `${route.target.arn} forwards to neither old nor new: nothing reaches new, and what stands there is not ours`
      }
}

function forwardsToEither(actions: Actions, route: AlbRouteSpec): boolean {
  const forward = forwardAction(actions)
  const sides = sidesOf(route)
  return forward !== null && groupsOf(forward).some(({ arn }) => arn === sides.old || arn === sides.new)
}

async function freshActions(route: AlbRouteSpec, as: As): Promise<Actions | AwsFailure> {
  const found = await actionsByArn(as, route.target.kind, [route.target.arn])
  return found.get(route.target.arn) ?? new AwsFailure('was not answered for', { kind: 'bug', code: 'NotAnswered' })
}

function isThrottled(error: unknown): error is AwsFailure {
  return error instanceof AwsFailure && error.kind === 'throttled'
}

/** What may be concluded from a failure of the write itself. */
function outcomeOf(failure: AwsFailure): WriteOutcome {
  const { code, message: detail, attempts } = failure
  switch (failure.kind) {
    case 'refused':
      return { kind: 'refused', code, detail }
    case 'throttled':
    case 'timeout':
    case 'unknown':
    case 'bug': {
      if (attempts === 0) return { kind: failure.kind === 'bug' ? 'refused' : 'withheld', code, detail }
      return { kind: failure.kind === 'throttled' ? 'refused' : 'unknown', code, detail }
    }
  }
}
