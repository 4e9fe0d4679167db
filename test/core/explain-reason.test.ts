/**
 * Every reason is one sentence with its numbers.
 */
import t from 'tap'
import { explainReason } from '../../src/core/explain.ts'
import { explainHalt, haltRemedy } from '../../src/core/explain/halts.ts'
import { HALTS, type Cause, type Reason, type ReasonCode } from '../../src/core/reason.ts'
import { ABORT, aShare, BREACH, MINUTE, T0 } from '../support/builders.ts'

/** At least one of each code: a new code without a sentence here does not typecheck. */
const SENTENCES: { readonly [C in ReasonCode]: readonly (readonly [Extract<Reason, { code: C }>, string])[] } = {
  started: [
    [
      { code: 'started', migration: 'shop', policy: 'standard', text: 'upgrade' },
      'started migration shop under policy standard: upgrade'
    ],
    [
      { code: 'started', migration: 'shop', policy: 'standard', text: '' },
      'started migration shop under policy standard'
    ]
  ],
  preflight_passed: [
    [{ code: 'preflight_passed', findings: 1, skipped: 0 }, 'preflight passed with 1 finding'],
    [
      { code: 'preflight_passed', findings: 0, skipped: 2 },
      'preflight passed with 0 findings; 2 steps at or below what is live left out'
    ]
  ],
  preflight_refused: [
    [
      { code: 'preflight_refused', codes: ['uneven_start', 'old_unhealthy'] },
      'preflight refused it, nothing was written: uneven_start and old_unhealthy'
    ]
  ],
  write: [
    [write('step'), 'asks web for 10 % on new (old:new 900:100, from old:new 1000:0)'],
    [write('attach', 0), 'asks web to attach new at weight 0 (old:new 1000:0, from old:new 1000:0)'],
    [write('retry'), 'asks web again for 10 % on new (old:new 900:100, from old:new 1000:0)'],
    [
      write('late'),
      'asks web again for 10 % on new (old:new 900:100, from old:new 1000:0), because an older write of this shift landed late'
    ],
    [write('rollback', 0), 'takes web back to 0 % on new (old:new 1000:0, from old:new 1000:0)'],
    [
      write('release', 0),
      'takes web back to 0 % on new (old:new 1000:0, from old:new 1000:0), and out of stickiness so that stuck clients go back too'
    ]
  ],
  stepped_back: [
    [
      {
        code: 'stepped_back',
        gate: 'errors',
        route: 'web',
        from: 250,
        to: 27,
        times: 2,
        words: 'amber: 46 errors where 15 were expected'
      },
      'steps back from 25 % to 2.7 % because of gate errors on web: amber: 46 errors where 15 were expected, 2 times in this step'
    ]
  ],
  step_resumed: [
    [{ code: 'step_resumed', percent: 250, afterMs: 4 * MINUTE }, 'the evidence cleared after 4m: back to 25 %']
  ],
  read_back: [
    [
      { code: 'read_back', route: 'web', percent: 5, share: aShare(5) },
      'web was read back with 0.5 % on new (old:new 995:5)'
    ]
  ],
  in_effect: [
    [{ code: 'in_effect', percent: 100, step: 1 }, '10 % is in effect on every route, step 1 bakes'],
    [{ code: 'in_effect', percent: 0, step: -1 }, 'new is attached at weight 0 and healthy']
  ],
  judged: [
    [
      judged({ value: 0.0012, note: null }),
      'gate errors on web says pass, before inconclusive: 0.12 % of 5,321 against 1 %'
    ],
    [
      judged({ value: null, verdict: 'blind', note: 'no_codes' }),
      'gate errors on web says blind, before inconclusive (requests without any status code)'
    ]
  ],
  step_done: [
    [done('bake'), 'step 1 at 10 % is done after its bake'],
    [done('advance'), 'step 1 at 10 % is done because somebody advanced it'],
    [done('approval'), 'step 1 at 10 % is done with its approval']
  ],
  approval_needed: [
    [
      { code: 'approval_needed', step: 1, percent: 100, expiresAt: T0 },
      'step 1 at 10 % has baked and must be approved before 2026-11-20T10:00:00Z'
    ]
  ],
  approved: [[{ code: 'approved', step: 1, comment: 'fine' }, 'step 1 was approved: fine']],
  command_refused: [
    [
      { code: 'command_refused', verb: 'advance', problem: 'step_moved', detail: 'the shift is at step 2' },
      'advance is not legal any more: the shift is at step 2'
    ]
  ],
  paused: [
    [{ code: 'paused', by: 'person', text: 'lunch' }, 'paused by a person: lunch'],
    [{ code: 'paused', by: 'stop', text: '' }, 'paused by the red button']
  ],
  resumed: [
    [{ code: 'resumed', drift: null }, 'resumed at the same step'],
    [{ code: 'resumed', drift: 'adopt' }, 'resumed with drift adopt']
  ],
  halted: [
    [
      { code: 'halted', why: 'old_unhealthy', detail: 'old has no healthy target on web', cause: ABORT },
      'halted: it must go back, but old has no healthy target to land on (old has no healthy target on web; oncall aborted it: it looks bad); make old healthy and it goes back by itself, or abort with force to go back at once'
    ],
    [
      { code: 'halted', why: 'deadline', detail: '', cause: null },
      'halted: it took longer than its deadline allows; resume to grant it the same time once more, or abort to bring users back to old'
    ]
  ],
  cause: [
    [
      { code: 'cause', cause: BREACH, seenAt: null },
      'gate errors on web is breached: 5 % of 5,321 requests to new failed (old: 0.1 % of 47,000), at most 1 % may'
    ]
  ],
  warned: [
    [
      { code: 'warned', gate: 'errors', route: 'web', value: 0.02, limit: 0.01, samples: 1000 },
      'gate errors on web is breached and only warns: 2 % of 1,000 against 1 %'
    ]
  ],
  drift: [
    [
      drift('share'),
      'somebody else changed web: sluice wanted 10 % on new (old:new 900:100), read back at 2026-11-20T10:00:00Z, and found 30 % (old:new 700:300)'
    ],
    [
      { code: 'drift', route: 'web', kind: 'share', found: aShare(300), expected: aShare(100) },
      'somebody else changed web: sluice wanted 10 % on new (old:new 900:100) and found 30 % (old:new 700:300)'
    ],
    [
      drift('shape'),
      'somebody else changed web: sluice wanted 10 % on new (old:new 900:100), read back at 2026-11-20T10:00:00Z, and found something other than the weights of old and new changed (new has 30 % (old:new 700:300))'
    ],
    [
      drift('gone'),
      'somebody else changed web: sluice wanted 10 % on new (old:new 900:100), read back at 2026-11-20T10:00:00Z, and it is not there any more'
    ]
  ],
  blind: [
    [{ code: 'blind', what: ['route web', 'gate errors on api'] }, 'cannot see route web and gate errors on api']
  ],
  sees_again: [[{ code: 'sees_again', afterMs: 90_000 }, 'everything can be seen again after 1m30s']],
  capacity_short: [
    [
      { code: 'capacity_short', route: 'web', healthy: 1, atStart: 40 },
      'old has 1 healthy target on web and had 40: no step goes forward, and a rollback would land on too little'
    ]
  ],
  capacity_back: [
    [
      { code: 'capacity_back', route: 'web', healthy: 40 },
      'old has 40 healthy targets on web, enough for a rollback again'
    ]
  ],
  rollback_started: [
    [
      { code: 'rollback_started', cause: ABORT, from: 100, to: 0 },
      'goes back from 10 % to 0 % because oncall aborted it: it looks bad'
    ]
  ],
  rollback_confirmed: [
    [
      { code: 'rollback_confirmed', cause: 'breach', afterMs: 2_000, percent: 0 },
      'every route was read back with 0 % on new after 2s'
    ]
  ],
  stuck: [
    [
      { code: 'stuck', routes: ['web', 'api', 'cdn'], afterMs: 10 * MINUTE },
      'the way back is not verified on web, api and cdn after 10m; still trying, and a person must look'
    ]
  ],
  reminder: [
    [{ code: 'reminder', phase: 'halted', forMs: 2 * 3_600_000 }, 'still halted after 2h: a person is needed']
  ],
  drained: [[{ code: 'drained', residual: 0.0004 }, 'old is drained: it still gets 0.04 % of requests']],
  drain_deadline: [
    [
      { code: 'drain_deadline', residual: 0.03 },
      "old still gets 3 % of requests at the drain's deadline: do not remove it yet"
    ],
    [
      { code: 'drain_deadline', residual: null },
      "old still gets an unknown share of requests at the drain's deadline: do not remove it yet"
    ]
  ],
  share_late: [
    [
      { code: 'share_late', route: 'web', observed: 0.031, asked: 0.1, afterMs: 15 * MINUTE },
      'new receives 3.1 % of the requests on web instead of 10 %, for 15m now'
    ]
  ],
  ended: [
    [
      { code: 'ended', outcome: 'completed', percent: 1000, text: 'old is drained' },
      'completed at 100 %: old is drained'
    ]
  ]
}

function write(why: Extract<Reason, { code: 'write' }>['why'], percent = 100): Extract<Reason, { code: 'write' }> {
  return { code: 'write', route: 'web', percent, share: aShare(percent), from: aShare(0), n: 1, why }
}

function judged(fields: Partial<Extract<Reason, { code: 'judged' }>>): Extract<Reason, { code: 'judged' }> {
  return {
    code: 'judged',
    gate: 'errors',
    route: 'web',
    verdict: 'pass',
    was: 'inconclusive',
    value: null,
    limit: 0.01,
    samples: 5321,
    note: null,
    ...fields
  }
}

function done(by: 'bake' | 'advance' | 'approval'): Extract<Reason, { code: 'step_done' }> {
  return { code: 'step_done', step: 1, percent: 100, by, actor: 'daemon' }
}

function drift(kind: 'share' | 'shape' | 'gone'): Extract<Reason, { code: 'drift' }> {
  return { code: 'drift', route: 'web', kind, found: aShare(300), expected: aShare(100), confirmedAt: T0 }
}

for (const [code, cases] of Object.entries(SENTENCES)) {
  void t.test(`the reason ${code} is said with its numbers`, async (sub) => {
    for (const [reason, sentence] of cases) sub.equal(explainReason(reason), sentence)
  })
}

void t.test('every cause of a rollback is said with its numbers', async (sub) => {
  const causes: readonly (readonly [Cause, string])[] = [
    [
      { ...BREACH, oldValue: null },
      'gate errors on web is breached: 5 % of 5,321 requests to new failed, at most 1 % may'
    ],
    [
      { ...BREACH, gate: 'targets', counts: false, value: 0.5, limit: 0.8, samples: 6, oldValue: null },
      'gate targets on web is breached: 50 % of 6 targets of new healthy, at least 80 % must be'
    ],
    [
      { kind: 'no_healthy_new', route: 'web', targets: 6 },
      'new has traffic but none of its 6 targets on web is healthy'
    ],
    [{ ...ABORT, verb: 'reject', text: '' }, 'oncall rejected the step'],
    [{ ...ABORT, verb: 'stop', text: 'fire' }, 'oncall pressed the red button: fire'],
    [{ ...ABORT, verb: 'restore', text: 'peak' }, 'oncall takes the completed shift back: peak'],
    [{ kind: 'policy', why: 'drift', routes: ['web'] }, 'somebody else changed web'],
    [{ kind: 'policy', why: 'blind', routes: ['web'] }, 'nothing could be measured for too long (web)'],
    [{ kind: 'policy', why: 'converge', routes: ['web', 'api'] }, 'the weights were not live in time on web and api'],
    [{ kind: 'policy', why: 'hold', routes: ['web'] }, 'a gate held the step for too long (web)'],
    [
      { kind: 'policy', why: 'hold', routes: [] },
      'the share of requests that was asked for did not arrive for too long'
    ]
  ]
  for (const [cause, sentence] of causes) sub.equal(explainReason({ code: 'cause', cause, seenAt: null }), sentence)
})

void t.test('FM-32: every halt says what happened and what a person can do', async (sub) => {
  const whats = new Set(HALTS.map(explainHalt))
  sub.equal(whats.size, HALTS.length, 'each in its own words')
  for (const why of HALTS) {
    const sentence = explainReason({ code: 'halted', why, detail: '', cause: null })
    sub.ok(sentence.includes(explainHalt(why)) && sentence.endsWith(haltRemedy(why)), why)
    sub.match(haltRemedy(why), /\b(resume|abort|release)\b/, `${why} names an order that ends it`)
  }
})
