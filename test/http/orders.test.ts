import t from 'tap'
import { ShiftError, type Code } from '../../src/errors.ts'
import { bearer, build, TOKENS, WITH_TOKENS } from './build.ts'
import { ID } from './views.ts'

const url = (verb: string) => `/v1/shifts/${ID}/${verb}`

t.test('every order is accepted with 202 and reaches the engine whole', async (t) => {
  const { inject, sluice } = await build(t)
  const rows = [
    ['abort', undefined, { verb: 'abort', reason: '', force: false }],
    ['abort', { reason: 'bad', force: true }, { verb: 'abort', reason: 'bad', force: true }],
    ['pause', undefined, { verb: 'pause', reason: '' }],
    ['pause', { reason: 'lunch' }, { verb: 'pause', reason: 'lunch' }],
    ['resume', {}, { verb: 'resume', drift: null }],
    ['resume', { drift: 'adopt' }, { verb: 'resume', drift: 'adopt' }],
    ['resume', { drift: 'overwrite' }, { verb: 'resume', drift: 'overwrite' }],
    ['advance', { step: 0 }, { verb: 'advance', step: 0 }],
    ['approve', { step: 2 }, { verb: 'approve', step: 2, comment: '' }],
    ['approve', { step: 2, comment: 'fine' }, { verb: 'approve', step: 2, comment: 'fine' }],
    ['reject', { step: 3, comment: 'no' }, { verb: 'reject', step: 3, comment: 'no' }],
    ['release', { reason: 'by hand' }, { verb: 'release', reason: 'by hand' }]
  ] as const
  for (const [verb, payload, order] of rows) {
    const answer = await inject({ method: 'POST', url: url(verb), ...(payload ? { payload } : {}) })
    t.equal(answer.statusCode, 202, verb)
    t.equal(answer.json().id, ID)
    t.same(sluice.ordered.at(-1), { id: ID, order, actor: 'anonymous' })
  }
})

t.test('FM-41: an order for another step is refused with step_moved', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.fail = new ShiftError('step_moved', 'step 1 was meant, the shift is at step 2')
  const answer = await inject({ method: 'POST', url: url('approve'), payload: { step: 1 } })
  t.equal(answer.statusCode, 409)
  t.match(answer.json(), { code: 'step_moved', detail: 'step 1 was meant, the shift is at step 2' })
})

t.test('every refusal of an order has its status, and an illegal one names the legal phases', async (t) => {
  const { inject, sluice } = await build(t)
  const rows: readonly [string, Code, number][] = [
    ['abort', 'shift_ended', 409],
    ['pause', 'illegal_in_phase', 409],
    ['resume', 'drift_choice_needed', 409],
    ['resume', 'stopped', 409],
    ['pause', 'shift_not_found', 404]
  ]
  for (const [verb, code, status] of rows) {
    sluice.fail = new ShiftError(code, code, { extra: { allowed: ['paused', 'halted'] } })
    const answer = await inject({ method: 'POST', url: url(verb) })
    t.equal(answer.statusCode, status)
    t.match(answer.json(), { code, allowed: ['paused', 'halted'] })
  }
})

t.test('restore starts a linked shift: 201 and its Location', async (t) => {
  const { inject, sluice } = await build(t)
  const answer = await inject({ method: 'POST', url: url('restore'), payload: { reason: 'evening peak' } })
  t.equal(answer.statusCode, 201)
  t.equal(answer.headers.location, '/v1/shifts/shf_01K00000000000000000000009')
  t.equal(answer.json().restores, ID)
  t.same(sluice.restored, [{ id: ID, reason: 'evening peak', actor: 'anonymous' }])
  for (const code of ['shift_not_completed', 'weights_not_own', 'route_busy'] as const) {
    sluice.fail = new ShiftError(code, code)
    const refused = await inject({ method: 'POST', url: url('restore'), payload: { reason: 'x' } })
    t.equal(refused.statusCode, 409)
  }
})

t.test('a delegate token acts for somebody, and both are named', async (t) => {
  const { inject, sluice } = await build(t, { auth: WITH_TOKENS })
  const headers = bearer(TOKENS.bot)
  const onBehalfOf = 'alice@example.com'
  for (const [verb, payload] of [
    ['abort', {}],
    ['pause', {}],
    ['resume', {}],
    ['advance', { step: 1 }],
    ['approve', { step: 1 }],
    ['reject', { step: 1 }],
    ['release', { reason: 'x' }]
  ] as const) {
    const answer = await inject({ method: 'POST', url: url(verb), payload: { ...payload, onBehalfOf }, headers })
    t.equal(answer.statusCode, 202, verb)
    t.equal(sluice.ordered.at(-1)?.actor, 'chatbot (on behalf of alice@example.com)')
  }
  await inject({ method: 'POST', url: url('restore'), payload: { reason: 'x', onBehalfOf }, headers })
  t.equal(sluice.restored[0]?.actor, 'chatbot (on behalf of alice@example.com)')
  await inject({ method: 'POST', url: '/v1/stop', payload: { action: 'hold', reason: 'x', onBehalfOf }, headers })
  t.equal(sluice.stopNow?.actor, 'chatbot (on behalf of alice@example.com)')
  await inject({ method: 'DELETE', url: '/v1/stop', payload: { onBehalfOf }, headers })
  t.equal(sluice.liftedBy, 'chatbot (on behalf of alice@example.com)')
  const odd = await inject({ method: 'DELETE', url: '/v1/stop', payload: { action: 'hold' }, headers })
  t.equal(odd.statusCode, 400, 'what lifting does not know is not silently ignored')
  await inject({ method: 'POST', url: '/v1/shifts', payload: { migration: 'a', policy: 'b', onBehalfOf }, headers })
  t.equal(sluice.started[0]?.actor, 'chatbot (on behalf of alice@example.com)')
})

t.test('any other token that says onBehalfOf is refused', async (t) => {
  const { inject, sluice } = await build(t, { auth: WITH_TOKENS })
  const payload = { step: 1, onBehalfOf: 'alice' }
  for (const token of [TOKENS.operator, TOKENS.admin]) {
    const answer = await inject({ method: 'POST', url: url('approve'), payload, headers: bearer(token) })
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { code: 'forbidden', detail: /delegate: true/ })
  }
  t.same(sluice.ordered, [])
})

t.test('the red button is pressed, read and lifted', async (t) => {
  const { inject, sluice } = await build(t)
  const free = { stopped: false, action: null, reason: null, actor: null, at: null }
  t.same((await inject({ method: 'GET', url: '/v1/stop' })).json(), free)
  const pressed = await inject({ method: 'POST', url: '/v1/stop', payload: { action: 'rollback', reason: 'INC-1' } })
  const stop = {
    stopped: true,
    action: 'rollback',
    reason: 'INC-1',
    actor: 'anonymous',
    at: '2026-11-22T09:00:00.000Z'
  }
  t.same(pressed.json(), stop)
  t.same((await inject({ method: 'GET', url: '/v1/stop' })).json(), stop)
  t.same((await inject({ method: 'DELETE', url: '/v1/stop' })).json(), free)
  t.equal(sluice.liftedBy, 'anonymous')
})
