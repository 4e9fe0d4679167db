/**
 * The schema of a policy document (CONTRACT 4): every key, its default, and what this version refuses.
 */
import Type, { type Static } from 'typebox'
import { RAMP_KINDS } from '../../core/ramp.ts'
import { count, duration, durationOrNothing, durationOrWord, name, notYet, percent, share, text, word } from './leaf.ts'
import { gateSchema, type GateDocument } from './gate.ts'
import { byType, closed, editorSchemaOf, section, type JsonSchema } from './section.ts'

const approvalTerms = closed({
  by: word(['anyone', 'other'], 'other: somebody else than who started the shift', { default: 'anyone' }),
  expires: duration('Unanswered for that long: halted', '24h')
})

const approval = Type.Unsafe<boolean | Static<typeof approvalTerms>>({
  ...byType('object', approvalTerms, {
    type: 'boolean',
    allowed: 'true, false or a map such as { by: other, expires: 1h }'
  }),
  default: false,
  description: 'Whether a person must approve after the bake'
})

const step = closed(
  {
    percent: percent('Share of traffic meant for new'),
    bake: duration('How long to stay and watch; at least delay + 3 periods of each gate'),
    approval
  },
  { allowed: 'a step such as { percent: 10, bake: 10m }' }
)

const ramp = closed(
  {
    kind: word(
      [...RAMP_KINDS, 'equalRisk'],
      'linear: the same number of points each time; exponential: the same factor; equalRisk: worked out at preflight from what old serves'
    ),
    from: Type.Optional(percent('The first step, 1 unless said; not of equalRisk')),
    to: percent('The last step', 100),
    steps: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 1000,
        description: 'How many, both ends included; 8 unless said; not of equalRisk'
      })
    ),
    bake: duration('The bake of every step', '5m')
  },
  { description: 'A rule that makes the steps; instead of steps' }
)

const gates = Type.Unsafe<'none' | GateDocument[]>({
  ...byType(
    'string',
    { const: 'none', allowed: 'a list of gates, or none' },
    {
      type: 'array',
      minItems: 1,
      items: gateSchema,
      allowed: 'a list of gates, or none for a policy that judges nothing'
    }
  ),
  ifMissing: 'a policy without gates says so with gates: none',
  description: 'What must hold to stay or go on'
})

const fraction = (maximum: number, byDefault: number, description: string) =>
  Type.Number({ minimum: 0, maximum, default: byDefault, description })

export const policySchema = closed({
  apiVersion: Type.Literal('sluice/v1'),
  kind: Type.Literal('Policy'),
  name: name('What a start names it by'),
  description: text('For people', ''),
  mode: word(['act', 'observe'], 'observe judges traffic that others move, and never writes', { default: 'act' }),
  steps: Type.Optional(Type.Array(step, { minItems: 1, maxItems: 1000, allowed: 'a list of at least one step' })),
  ramp: Type.Optional(ramp),
  maxJump: percent('Percentage points that one step may add', 100),
  promote: word(
    ['fixed', 'evidence'],
    'fixed: a step lasts its bake; evidence: it ends as soon as what was measured excludes every costly regression',
    { default: 'fixed' }
  ),
  minBake: Type.Optional(
    duration('Only with promote: evidence: no step is shorter; without it the delay of the gates and two periods')
  ),
  maxBake: Type.Optional(
    duration('When a gate that is still inconclusive ends the wait; 3 × the bake of the step without it')
  ),
  harmBudget: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1e9,
    default: 20,
    allowed: 'a number above 0, such as 20',
    description: 'Only with promote: evidence: excess errors that minBake at the next percent may cost'
  }),
  onInsufficient: word(['hold', 'advance'], 'A gate still inconclusive at maxBake', { default: 'hold' }),
  gates,
  onAmber: word(['stepBack', 'hold'], 'On moderate evidence; only matters to gates against old', {
    default: 'stepBack'
  }),
  onBreach: word(['rollback', 'hold'], 'A gate can have its own action', { default: 'rollback' }),
  onBlind: section('No usable measurement', {
    hold: duration('For that long: halted', '5m'),
    rollback: durationOrWord('never', 'For that long: rolled back', 'never')
  }),
  onDrift: word(['halt', 'rollback'], 'Somebody else changed the weights', { default: 'halt' }),
  onShare: word(['hold', 'advance'], 'The observed share has not arrived 15 min after it should have', {
    default: 'hold'
  }),
  onHold: section("A gate's verdict hold that does not lift", {
    after: duration('For that long', '15m'),
    action: word(['halt', 'rollback'], 'What then', { default: 'halt' })
  }),
  converge: section('From the write to in effect', { deadline: duration('Not live everywhere by then: back', '5m') }),
  alb: section('Application Load Balancers', { settle: duration('From the read-back to in effect', '60s') }),
  dns: section('Route 53 records', {
    staleFactor: Type.Number({
      minimum: 0,
      default: 2,
      description: 'In effect = INSYNC + staleFactor × max(TTL, 60 s)'
    }),
    ttlFloor: duration('A shorter TTL is not believed: resolvers and clients have floors of their own', '60s'),
    maxTtl: duration('A record with a longer TTL is refused before anything is written', '300s'),
    lowerTtl: durationOrNothing(
      'The shift lowers the TTL to this first, and puts it back at its end; whole seconds',
      null
    ),
    write: word(['swap', 'upsert'], 'swap: Route 53 itself refuses the write where somebody else changed the record', {
      default: 'swap'
    })
  }),
  capacity: section('Healthy targets before an increase', {
    new: fraction(100, 1, "Of new, as a part of old's healthy targets at preflight, for each percent"),
    old: fraction(1, 0.9, 'Of old, as a part of its own at preflight')
  }),
  preflight: section('Before the first write', {
    minHealthyTargets: count(1, 'Of new', 1),
    healthyWithin: duration('How long new may take to become healthy', '10m')
  }),
  rollback: section('The way back', {
    to: word(['zero', 'start'], 'start: what was live at preflight', { default: 'zero' }),
    deadline: duration('Not read back by then: stuck', '10m'),
    stickiness: word(['release', 'keep'], 'release: new leaves the action, stickiness is switched off', {
      default: 'release'
    }),
    shape: word(['direct', 'capacity'], 'capacity: every 30 s what old can take', { default: 'direct' })
  }),
  drain: section('After 100 %', {
    residual: share('What may still arrive at old', '0.5%'),
    for: duration('For how long', '5m'),
    deadline: duration('Then completed, saying what still arrives', '2h')
  }),
  deadline: duration('From the first write, not counting what waits for people: then halted', '24h'),
  windows: notYet('When forward steps may be taken'),
  hooks: notYet('Calls at certain points'),
  notify: Type.Optional(
    Type.Array(name('Of a target of the configuration'), {
      uniqueItems: true,
      allowed: 'a list of names of targets, each once',
      description: 'Targets that are told of the shift: all without it, none with an empty list'
    })
  )
})

export type PolicyDocument = Static<typeof policySchema>

/** JSON Schema (2020-12) of a policy document, for editors. */
export function policyJsonSchema(): JsonSchema {
  return editorSchemaOf(policySchema, 'Sluice policy')
}
