/**
 * Gives one order to one shift, says what the daemon answered, and waits for the end where that was asked.
 */
import type { Ms } from '../core/time.ts'
import { pathOf, shiftOf } from './client.ts'
import { EXIT, exitOfGoingBack } from './exit.ts'
import { usage } from './failure.ts'
import type { Remote } from './session.ts'
import { watchShift } from './watching.ts'

export interface Given {
  readonly id: string
  readonly verb: string
  /** What is undefined is not sent. */
  readonly body: Readonly<Record<string, unknown>>
  readonly wait: boolean
  readonly timeoutMs: Ms | null
}

/** The exit code: 0 once accepted, or by how the shift ended. */
export async function order(remote: Remote, given: Given): Promise<number> {
  const { client, out, json } = remote
  if (given.timeoutMs !== null && !given.wait) throw usage('--timeout needs --wait')
  const answer = await client.ask('POST', pathOf(given.id, given.verb), { body: given.body })
  const shift = shiftOf(answer, client.url)
  if (!given.wait) {
    if (json) out.raw(answer.text)
    else out.line(`${given.verb} accepted: ${shift.id} is ${shift.phase}: ${shift.explain}`)
    return EXIT.done
  }
  const say = json ? out.note : out.line
  say(`${given.verb} accepted: ${shift.id} is ${shift.phase}; times are UTC`)
  const code = await watchShift(remote, {
    first: shift,
    after: 0,
    since: shift.updatedAt,
    until: 'ended',
    timeoutMs: given.timeoutMs,
    show: json ? 'notes' : 'lines',
    exitOf: exitOfGoingBack
  })
  if (json) out.raw((await client.ask('GET', pathOf(shift.id))).text)
  return code
}
