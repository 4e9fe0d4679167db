/**
 * Texts of strangers are checked beside the daemon's own work: however long one takes, nothing waits for it.
 */
import t from 'tap'
import { checkApart, LONGEST_MS, WAITING_MOST } from '../../src/config/checkApart.ts'
import { validateText } from '../../src/config/validateText.ts'
import { handClock, settle } from '../http/handClock.ts'
import { textOf } from '../house/files.ts'

/** Reading it takes most of a minute on a fast machine: each key is compared with all before it. */
const ENDLESS = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n')

const aCheck = () => {
  const clock = handClock()
  return { clock, check: checkApart({ clock, region: null }) }
}

t.test('what it says is what the check of files says', async (t) => {
  const { check, clock } = aCheck()
  for (const text of [
    textOf('policies/standard.yaml'),
    textOf('config/migrations/example.yaml'),
    'kind: Nothing',
    ''
  ]) {
    t.same(await check(text), JSON.parse(JSON.stringify(validateText(text, 'body', { env: {} }))))
  }
  t.equal(clock.pending(), 0, 'no timer stays behind')
})

t.test('a text that takes minutes holds nobody up, is given up, and the next one is checked', async (t) => {
  const { check, clock } = aCheck()
  const endless = check(ENDLESS)
  const next = check('kind: Nothing')
  for (let turns = 0; turns < 50; turns += 1) await settle()
  t.pass('this thread turns meanwhile')
  await clock.advance(LONGEST_MS)
  await t.rejects(endless, {
    code: 'invalid_request',
    message: /too complicated to be checked: it takes more than 10 s/
  })
  t.equal((await next).errors.length, 1)
})

t.test('only so many texts wait; the others are told when to come back', async (t) => {
  const { check, clock } = aCheck()
  const given = Array.from({ length: WAITING_MOST }, (_, i) => check(i === 0 ? ENDLESS : 'kind: Nothing'))
  const all = Promise.allSettled(given)
  await t.rejects(check('kind: Nothing'), { code: 'too_many_requests', extra: { retryAfter: 10 } })
  await clock.advance(LONGEST_MS)
  t.equal((await all).filter(({ status }) => status === 'fulfilled').length, WAITING_MOST - 1)
  t.equal((await check('kind: Nothing')).errors.length, 1, 'and then there is room again')
})

t.test('the answer has an end, whatever was sent', async (t) => {
  const { check } = aCheck()
  const { errors } = await check('---\na: 1\n'.repeat(1_000))
  t.equal(errors.length, 201)
  t.match(errors.at(-1), { message: 'and 800 more errors' })
  const long = await check(`apiVersion: sluice/v1\nkind: Policy\nname: ${'a'.repeat(100_000)}`)
  t.ok(JSON.stringify(long).length < 20_000)
})

t.test('a text cannot read the environment', async (t) => {
  process.env['CANARY'] = 'secret-canary'
  t.teardown(() => delete process.env['CANARY'])
  const { check } = aCheck()
  const answer = await check('apiVersion: sluice/v1\nkind: Policy\nname: ${CANARY}\ndescription: "${PATH}"')
  t.notMatch(JSON.stringify(answer), /secret-canary|\/usr/)
  t.ok(answer.errors.some(({ message }) => message.startsWith('the environment variable CANARY is not set')))
})
