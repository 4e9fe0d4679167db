import t from 'tap'
import type { Test } from 'tap'
import { BEAT_MS, GATHER_MS, REREAD_MS } from '../../src/http/overviewStream.ts'
import { bearer, build, TOKENS, WITH_TOKENS } from './build.ts'
import { openStream } from './sseClient.ts'
import { aShift, ID } from './views.ts'

async function streaming(t: Test) {
  const built = await build(t)
  await built.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = built.app.server.address() as { port: number }
  const open = () => openStream(`http://127.0.0.1:${port}/v1/overview`)
  return { ...built, open }
}

type Messages = Awaited<ReturnType<typeof openStream>>['messages']
const kinds = (messages: Messages) => messages.map(({ event }) => event)
const idsOf = (message: Messages[number] | undefined) =>
  (JSON.parse(message?.data ?? '{"items":[]}') as { items: { id: string }[] }).items.map(({ id }) => id)

t.test('an overview tells of every shift, the red button and who leads', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.stopNow = { action: 'hold', reason: 'incident', actor: 'lead', at: 0 }
  const answer = (await inject({ method: 'GET', url: '/v1/overview' })).json()
  t.match(answer, { leader: true, store: 'ok', stop: { stopped: true, action: 'hold', actor: 'lead' } })
  t.match(answer.items, [{ id: ID, migration: 'shop', phase: 'baking', verdict: 'pass', standing: 'baking at 10 %' }])
})

t.test('as a stream it sends all, then what changes, gathered, and a beat', async (t) => {
  const { sluice, clock, open } = await streaming(t)
  for (let i = 0; i < 120; i++) {
    const id = `shf_${String(i).padStart(26, '0')}`
    sluice.shifts.set(id, aShift({ id }))
  }
  const reader = await open()
  await reader.until(() => reader.messages.at(-1)?.event === 'complete')
  t.same(kinds(reader.messages), ['begin', 'shifts', 'shifts', 'shifts', 'complete'])
  t.equal(new Set(reader.messages.slice(1, 4).flatMap(idsOf)).size, 121)

  sluice.change(aShift({ percent: 50 }))
  sluice.change(aShift({ percent: 60 }))
  await clock.advance(GATHER_MS)
  await reader.until(() => reader.messages.length === 6)
  t.match(JSON.parse(reader.messages[5]?.data ?? ''), { items: [{ id: ID, percent: 60 }] }, 'once, as it is now')

  sluice.stopNow = { action: 'rollback', reason: 'x', actor: 'lead', at: 0 }
  for (let ms = 0; ms < BEAT_MS; ms += GATHER_MS) await clock.advance(GATHER_MS)
  await reader.until(() => reader.messages.at(-1)?.event === 'beat')
  t.match(JSON.parse(reader.messages.at(-1)?.data ?? ''), { leader: true, stop: { action: 'rollback' } })
  t.equal(
    kinds(reader.messages).filter((kind) => kind === 'shifts').length,
    4,
    'nothing changed: nothing is sent again'
  )
  reader.leave()
  while (sluice.subscribers() > 0) await clock.advance(GATHER_MS)
  t.equal(clock.pending(), 0, 'nothing is left behind')
})

t.test('who does not lead reads the store again, as nobody tells it of changes', async (t) => {
  const { sluice, clock, open } = await streaming(t)
  sluice.healthNow = { ...sluice.healthNow, leader: false }
  const reader = await open()
  await reader.until(() => reader.messages.at(-1)?.event === 'complete')
  sluice.shifts.set(ID, aShift({ percent: 70 }))
  for (let ms = 0; ms < REREAD_MS; ms += GATHER_MS) await clock.advance(GATHER_MS)
  await reader.until(() => reader.messages.length >= 7 && reader.messages.at(-1)?.event === 'complete')
  t.same(kinds(reader.messages), ['begin', 'shifts', 'complete', 'beat', 'begin', 'shifts', 'complete'])
  t.match(JSON.parse(reader.messages[5]?.data ?? ''), { items: [{ percent: 70 }] })
  reader.leave()
})

t.test('closing the app ends the stream', async (t) => {
  const { app, open } = await streaming(t)
  const reader = await open()
  await reader.until(() => reader.messages.at(-1)?.event === 'complete')
  await app.close()
  await reader.closed
})

t.test('a caller learns its name and role', async (t) => {
  const { inject } = await build(t, { auth: WITH_TOKENS })
  const me = async (token: string) => (await inject({ method: 'GET', url: '/v1/me', headers: bearer(token) })).json()
  t.same(await me(TOKENS.viewer), { name: 'grafana', role: 'viewer', tokens: true })
  t.same(await me(TOKENS.operator), { name: 'oncall', role: 'operator', tokens: true })
  const { inject: open } = await build(t)
  t.same((await open({ method: 'GET', url: '/v1/me' })).json(), { name: 'anonymous', role: 'admin', tokens: false })
})
