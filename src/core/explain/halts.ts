/**
 * Why the daemon holds a shift, and what a person can do about it: every halt has both.
 */
import type { HaltWhy } from '../reason.ts'

interface Halt {
  readonly what: string
  readonly todo: string
  /** Going back is a choice as well. */
  readonly orBack?: true
}

const TEXTS: Readonly<Record<HaltWhy, Halt>> = {
  drift: {
    what: 'somebody else changed what this shift had set',
    todo: 'resume with drift adopt to go on from there or with drift overwrite to set it again',
    orBack: true
  },
  blind: {
    what: 'what users get could not be measured for too long',
    todo: 'repair the measurements and resume',
    orBack: true
  },
  deadline: {
    what: 'it took longer than its deadline allows',
    todo: 'resume to grant it the same time once more',
    orBack: true
  },
  new_unhealthy: {
    what: 'new has too few healthy targets',
    todo: 'make new healthy and resume',
    orBack: true
  },
  old_unhealthy: {
    what: 'it must go back, but old has no healthy target to land on',
    todo: 'make old healthy and it goes back by itself, or abort with force to go back at once'
  },
  old_unfit: {
    what: 'it must go back, but old fails no less than new',
    todo: 'repair old and it goes back by itself, or abort with force to go back at once'
  },
  breach_at_start: {
    what: 'new fails at the share that it had before the shift began, so that going back would change nothing',
    todo: 'repair new and resume, or release the shift and move the traffic by hand'
  },
  breach_observed: {
    what: 'new fails, and this shift only watches',
    todo: 'let whoever moves this traffic take it back, then resume or release'
  },
  hold: {
    what: 'a gate held the step for too long',
    todo: 'find out what both sides suffer from and resume',
    orBack: true
  },
  share: {
    what: 'new does not receive the share of requests that was asked for',
    todo: 'look for what else routes these requests and resume',
    orBack: true
  },
  approval_expired: {
    what: 'nobody approved in time',
    todo: 'resume to bake the step anew and ask again',
    orBack: true
  },
  insufficient: {
    what: 'there was too little traffic to judge by',
    todo: 'resume to watch the step once more, and advance if that is enough for you',
    orBack: true
  },
  gone: {
    what: 'what carried the traffic is not there any more',
    todo: 'put the records back and resume with drift overwrite; a listener or rule only comes back under another ARN: see to the traffic by hand, then release the shift'
  },
  invariant: {
    what: 'the shift is in a state that must never be, which is a bug in Sluice, and nothing is written any more',
    todo: 'check the weights, move them with the commands shown if they are wrong, then release the shift and report this'
  },
  unreadable: {
    what: 'its stored state was written by another version of Sluice and cannot be read, so that nothing is watched or written',
    todo: 'start the version that stored it; or move the weights with the commands shown, then release the shift'
  }
}

/** What happened, as half a sentence. */
export function explainHalt(why: HaltWhy): string {
  return TEXTS[why].what
}

/** What a person can do, as half a sentence. `watches`: the shift moves nothing itself (mode observe). */
export function haltRemedy(why: HaltWhy, watches = false): string {
  const { todo, orBack } = TEXTS[why]
  return orBack ? orGoBack(todo, watches) : todo
}

/** The choice of going back, after another. */
export function orGoBack(todo: string, watches = false): string {
  return `${todo}, ${watches ? 'or let whoever moves this traffic take it back' : 'or abort to bring users back to old'}`
}
