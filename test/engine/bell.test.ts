import t from 'tap'
import { makeBell } from '../../src/engine/bell.ts'
import { virtualClock } from '../support/virtual.ts'

const never = new AbortController().signal

t.test('a ring ends a sleep, one that came before it too, and the more urgent one counts', async (t) => {
  const clock = virtualClock()
  const bell = makeBell(clock)
  bell.ring('news')
  bell.ring('now')
  bell.ring('news')
  t.equal(await bell.sleep(60_000, never), 'now')
  const due = bell.sleep(60_000, never)
  await clock.advance('1m')
  t.equal(await due, 'due', 'a ring is heard once')
})

t.test('who waits for something else is hurried by `now` alone, and what rang is heard', async (t) => {
  const bell = makeBell(virtualClock())
  let hurried = false
  const wait = bell.until(
    (hurry) => new Promise<void>((resolve) => hurry.addEventListener('abort', () => ((hurried = true), resolve()))),
    never
  )
  bell.ring('news')
  t.notOk(hurried)
  bell.ring('now')
  await wait
  t.ok(hurried)
  const clock = virtualClock()
  const next = makeBell(clock)
  next.ring('now')
  await next.until(async (hurry) => t.ok(hurry.aborted, 'a ring before the wait'), never)
  const sleep = next.sleep(1_000, never)
  await clock.advance('1s')
  t.equal(await sleep, 'due')
})
