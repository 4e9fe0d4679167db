import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import t from 'tap'
import { sameShare } from '../../src/core/share.ts'
import { actionsOf, rawOf } from '../../src/routers/alb/actions.ts'
import { ownerOf, shortName } from '../../src/routers/alb/arn.ts'
import { commandsByHand } from '../../src/routers/alb/byHand.ts'
import { compose } from '../../src/routers/alb/compose.ts'
import { normalise } from '../../src/routers/alb/normalise.ts'
import { shareOf } from '../../src/routers/thousandths.ts'
import { aWant } from './contract.ts'
import { BALANCER, LISTENER, LOGIN, forward, groupArn, specOf } from './support/albWorld.ts'

const SIDES = { old: groupArn('web-old'), new: groupArn('web-new') }
const THIRD = groupArn('web-third')

const weight = fc.integer({ min: 0, max: 999 })
const sticky = fc.option(fc.integer({ min: 1, max: 604_800 }), { nil: undefined })
/** What can stand in a rule whose traffic is split between old and new. */
const states = fc
  .record({
    old: weight,
    new: fc.option(weight, { nil: null }),
    third: fc.option(weight, { nil: null }),
    sticky,
    login: fc.boolean()
  })
  .filter((state) => state.old + (state.new ?? 0) > 0)

type State = typeof states extends fc.Arbitrary<infer T> ? T : never

function actionsFor(state: State): Action[] {
  const weights: Record<string, number> = { [SIDES.old]: state.old }
  if (state.new !== null) weights[SIDES.new] = state.new
  if (state.third !== null) weights[THIRD] = state.third
  return [...(state.login ? [LOGIN] : []), forward(weights, state.sticky)]
}

/** Another spelling of the same: order of groups, defaults, redundant forms, key order, default stickiness. */
function respelt(actions: readonly Action[], reversed: boolean): Action[] {
  return actions.map((action) => {
    if (action.Type !== 'forward') return Object.fromEntries(Object.entries(action).toReversed()) as unknown as Action
    const tuples: TargetGroupTuple[] = [...(action.ForwardConfig?.TargetGroups ?? [])]
    const sticky = action.ForwardConfig?.TargetGroupStickinessConfig ?? { Enabled: false, DurationSeconds: undefined }
    return {
      ...action,
      ...(tuples.length === 1 ? { TargetGroupArn: tuples[0]?.TargetGroupArn } : {}),
      ...(actions.length === 1 ? { Order: 1 } : {}),
      ForwardConfig: {
        TargetGroupStickinessConfig: sticky,
        TargetGroups: reversed ? tuples.toReversed() : tuples
      }
    }
  })
}

t.test('FM-09: however AWS spells a state, it reads the same', (t) => {
  fc.assert(
    fc.property(states, fc.boolean(), (state, reversed) => {
      const actions = actionsFor(state)
      t.strictSame(normalise(respelt(actions, reversed), SIDES), normalise(actions, SIDES))
    }),
    { numRuns: 200 }
  )
  t.end()
})

t.test('FM-14: one target group is one target group, whatever its weight and form', (t) => {
  const config = (tuple: TargetGroupTuple): Action => ({ Type: 'forward', ForwardConfig: { TargetGroups: [tuple] } })
  const forms: Action[] = [
    { Type: 'forward', TargetGroupArn: SIDES.old },
    { Type: 'forward', Order: 1, TargetGroupArn: SIDES.old },
    config({ TargetGroupArn: SIDES.old }),
    config({ TargetGroupArn: SIDES.old, Weight: 100 }),
    config({ TargetGroupArn: SIDES.old, Weight: 0 }),
    { ...config({ TargetGroupArn: SIDES.old, Weight: 1 }), TargetGroupArn: SIDES.old }
  ]
  const read = forms.map((form) => normalise([form], SIDES))
  for (const one of read) t.strictSame(one, read[0])
  t.match(read[0], { kind: 'normal', attached: false, share: { old: 1, new: 0 } })
  t.match(normalise([{ Type: 'forward', TargetGroupArn: SIDES.new }], SIDES), {
    attached: true,
    share: { old: 0, new: 1 }
  })
  t.end()
})

t.test('every other facet is part of the shape, the weights and presence of new are not', (t) => {
  const base: State = { old: 90, new: 10, third: null, sticky: undefined, login: false }
  const shapeOf = (actions: readonly Action[]) => {
    const read = normalise(actions, SIDES)
    if (read.kind !== 'normal') throw new Error(read.detail)
    return read.shape
  }
  const shape = shapeOf(actionsFor(base))
  t.equal(shapeOf(actionsFor({ ...base, old: 1, new: 999 })), shape)
  t.equal(shapeOf(actionsFor({ ...base, new: null })), shape)
  const others: State[] = [
    { ...base, third: 0 },
    { ...base, third: 5 },
    { ...base, sticky: 60 },
    { ...base, sticky: 61 },
    { ...base, login: true }
  ]
  const shapes = [shape, ...others.map((state) => shapeOf(actionsFor(state)))]
  const elsewhere = structuredClone(actionsFor({ ...base, login: true }))
  const [login] = elsewhere
  if (login?.AuthenticateOidcConfig !== undefined) login.AuthenticateOidcConfig.ClientId = 'other'
  shapes.push(shapeOf(elsewhere))
  t.equal(new Set(shapes).size, shapes.length, 'all differ')
  t.end()
})

t.test('the order of other actions is part of the shape, the place in the list is not', (t) => {
  const jwt: Action = {
    Type: 'jwt-validation',
    Order: 2,
    JwtValidationConfig: { JwksEndpoint: 'https://x', Issuer: 'https://x' }
  }
  const last = { ...forward({ [SIDES.old]: 1 }), Order: 3 }
  const shape = (actions: readonly Action[]) => (normalise(actions, SIDES) as { shape: string }).shape
  t.equal(shape([last, jwt, LOGIN]), shape([LOGIN, jwt, last]))
  t.not(shape([{ ...LOGIN, Order: 2 }, { ...jwt, Order: 1 }, last]), shape([LOGIN, jwt, last]))
  t.end()
})

t.test('a rule without a share of old and new says why', (t) => {
  const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }
  t.match(normalise([fixed], SIDES), { kind: 'shapeless', code: 'not_forwarding', detail: /fixed-response/ })
  t.match(normalise([forward({ [THIRD]: 1 })], SIDES), { kind: 'shapeless', code: 'not_forwarding' })
  t.match(normalise([forward({ [SIDES.old]: 0, [SIDES.new]: 0 })], SIDES), { kind: 'shapeless', code: 'no_weight' })
  t.match(normalise([], SIDES), { kind: 'shapeless', code: 'not_forwarding' })
  t.end()
})

t.test('what was composed reads back as wanted, with every other facet as found', (t) => {
  const wants = fc.record({ old: weight, new: weight, attached: fc.constantFrom(true, null), unstick: fc.boolean() })
  fc.assert(
    fc.property(states, wants, (state, { old, new: fresh, attached, unstick }) => {
      fc.pre(old + fresh > 0)
      const found = actionsFor(state)
      const before = structuredClone(found)
      const composed = compose(found, SIDES, { share: { old, new: fresh }, attached, unstick })
      t.strictSame(found, before, 'what was found is not changed')
      const [was, is] = [normalise(found, SIDES), normalise(composed, SIDES)]
      if (was.kind !== 'normal' || is.kind !== 'normal') throw new Error('unreadable')
      const alone = is.attached === false && state.third === null
      if (!alone && !sameShare(is.share, { old, new: fresh })) throw new Error('another share')
      if (attached === true && !is.attached) throw new Error('not attached')
      if (unstick && is.stickySeconds !== null) throw new Error('still sticky')
      if (!unstick && is.shape !== was.shape) throw new Error(`shape: ${was.shape} became ${is.shape}`)
      for (const action of composed) {
        if (action.TargetGroupArn !== undefined) throw new Error('two forms')
        for (const tuple of action.ForwardConfig?.TargetGroups ?? []) {
          if (tuple.Weight === undefined) throw new Error('a weight is left out')
        }
      }
    }),
    { numRuns: 300 }
  )
  t.end()
})

t.test('FM-10: a weight of 0 stays in what is sent', (t) => {
  const composed = compose([forward({ [SIDES.old]: 1 })], SIDES, aWant({ old: 999, new: 0 }, { attached: true }))
  t.strictSame(composed[0]?.ForwardConfig?.TargetGroups, [
    { TargetGroupArn: SIDES.old, Weight: 999 },
    { TargetGroupArn: SIDES.new, Weight: 0 }
  ])
  t.match(JSON.stringify(composed), /"Weight":0/)
  t.end()
})

t.test('attached null leaves new out where it is not, unless it shall have weight', (t) => {
  const found = [forward({ [SIDES.old]: 1 })]
  const arns = (want: Parameters<typeof compose>[2]) =>
    compose(found, SIDES, want)[0]?.ForwardConfig?.TargetGroups?.map((one) => one.TargetGroupArn)
  t.strictSame(arns(aWant({ old: 999, new: 0 })), [SIDES.old])
  t.strictSame(arns(aWant({ old: 990, new: 10 })), [SIDES.old, SIDES.new])
  t.strictSame(arns(aWant({ old: 999, new: 0 }, { attached: true })), [SIDES.old, SIDES.new])
  t.end()
})

t.test('old is put back where it is missing', (t) => {
  const composed = compose([forward({ [SIDES.new]: 1 })], SIDES, aWant({ old: 999, new: 0 }))
  t.match(normalise(composed, SIDES), { share: { old: 999, new: 0 }, attached: true })
  t.end()
})

t.test('the login keeps its secret, which AWS never tells', (t) => {
  const [login, last] = compose([LOGIN, forward({ [SIDES.old]: 1 })], SIDES, aWant({ old: 990, new: 10 }))
  t.match(login, {
    Type: 'authenticate-oidc',
    Order: 1,
    AuthenticateOidcConfig: { UseExistingClientSecret: true, ClientId: 'shop' }
  })
  t.match(last, { Type: 'forward', Order: 2 })
  t.end()
})

t.test('what nobody may write is a bug, before anything is sent', (t) => {
  const found = [forward({ [SIDES.old]: 1, [SIDES.new]: 0 })]
  const refuses = (want: Parameters<typeof compose>[2], code: string, actions: readonly Action[] = found) =>
    t.throws(() => compose(actions, SIDES, want), { kind: 'bug', code, attempts: 0 })
  refuses(aWant({ old: 0, new: 0 }), 'AllZero')
  refuses(aWant({ old: 0, new: 0 }, { attached: false }), 'AllZero')
  refuses(aWant({ old: 1000, new: 0 }), 'BadWeight')
  refuses(aWant({ old: 1.5, new: 0 }), 'BadWeight')
  refuses(aWant({ old: 5, new: -1 }), 'BadWeight')
  refuses(aWant({ old: 5, new: 5 }, { attached: false }), 'WeightOnNothing')
  refuses(aWant({ old: 5, new: 5 }), 'NoForward', [LOGIN])
  t.end()
})

t.test('percents are exact out of 1000, and the ends are never rounded to', (t) => {
  t.strictSame([0, 1, 5, 500, 999, 1000].map(shareOf), [
    { old: 999, new: 0 },
    { old: 999, new: 1 },
    { old: 995, new: 5 },
    { old: 500, new: 500 },
    { old: 1, new: 999 },
    { old: 0, new: 999 }
  ])
  t.end()
})

t.test('raw is read back as it was; what is no list of actions is nothing', (t) => {
  const actions = [LOGIN, forward({ [SIDES.old]: 1 })]
  t.strictSame(actionsOf(rawOf(actions)), actions)
  for (const text of ['', '{}', '[1]', '[{}]', 'null']) t.equal(actionsOf(text), null)
  t.end()
})

t.test('by hand: the exact command, with every other action, for a rule and for a listener', (t) => {
  const raw = rawOf([LOGIN, forward({ [SIDES.old]: 500, [SIDES.new]: 500 }, 60)])
  const rule = specOf('web')
  const want = aWant({ old: 999, new: 0 }, { attached: false, unstick: true })
  const [command, ...more] = commandsByHand(rule, want, raw)
  t.strictSame(more, [])
  t.match(command, `aws elbv2 modify-rule --rule-arn ${rule.target.arn} --actions '[{`)
  t.match(command, / --region ap-northeast-1$/)
  const json = /--actions '(.*)' --region/.exec(command ?? '')?.[1] ?? ''
  t.strictSame(JSON.parse(json), compose(actionsOf(raw) ?? [], SIDES, want))
  const listener = specOf('web', 'listener')
  const [other] = commandsByHand(listener, want, raw)
  t.match(other, `aws elbv2 modify-listener --listener-arn ${listener.target.arn} --default-actions '[{`)
  t.end()
})

t.test('by hand: what a shell would read otherwise is quoted', (t) => {
  const tricky = 'it\'s $(touch /tmp/x) `y` \\ "z"'
  const login = structuredClone(LOGIN)
  if (login.AuthenticateOidcConfig !== undefined) login.AuthenticateOidcConfig.ClientId = tricky
  const raw = rawOf([login, forward({ [SIDES.old]: 1 })])
  const [command = ''] = commandsByHand(specOf('web'), aWant({ old: 999, new: 0 }), raw)
  const words = execFileSync('/bin/sh', ['-c', `aws() { for word; do printf '%s\\n' "$word"; done; }; ${command}`], {
    encoding: 'utf8'
  }).split('\n')
  t.match(JSON.parse(words[words.indexOf('--actions') + 1] ?? ''), [{ AuthenticateOidcConfig: { ClientId: tricky } }])
  t.end()
})

t.test('by hand: nothing where the other actions are not known', (t) => {
  const want = aWant({ old: 999, new: 0 })
  t.strictSame(commandsByHand(specOf('web'), want, null), [])
  t.strictSame(commandsByHand(specOf('web'), want, 'broken'), [])
  t.strictSame(commandsByHand(specOf('web'), want, rawOf([LOGIN])), [])
  t.end()
})

t.test('listener and load balancer follow from the ARN of a listener or a rule', (t) => {
  const rule = specOf('web').target.arn
  t.strictSame(ownerOf(rule), { family: 'app', loadBalancer: BALANCER, listener: LISTENER })
  t.strictSame(ownerOf(LISTENER), { family: 'app', loadBalancer: BALANCER, listener: LISTENER })
  t.equal(ownerOf(SIDES.old), null)
  t.equal(ownerOf('nonsense'), null)
  t.equal(shortName(SIDES.old), 'web-old')
  t.equal(shortName(BALANCER), 'app/shop/50dc6c495c0c9188')
  t.equal(shortName('nonsense'), 'nonsense')
  t.end()
})
