/**
 * Orders that name the step they mean: advance, approve, reject (FM-41: a stale order never acts on the next step). Without
 * --step it is the step that the shift stands at now, said aloud.
 */
import type { Command } from 'commander'
import type { Ms } from '../../core/time.ts'
import { EXIT } from '../exit.ts'
import { Failure } from '../failure.ts'
import { order } from '../order.ts'
import { remote, wholeNumber, type CommonOptions, type Remote, type Session } from '../session.ts'
import { stepText } from '../shiftText.ts'
import { named, waiting, withBehalf, withWait } from './orders.ts'

interface StepOptions extends CommonOptions {
  readonly step?: number
  readonly comment?: string
  readonly onBehalfOf?: string
  readonly wait?: true
  readonly timeout?: Ms
}

export function addStepOrders(program: Command, session: Session): void {
  const give = (command: Command, verb: string) =>
    remote<StepOptions>(session, withBehalf(withStep(command)), async (remote, [id = ''], options) => {
      const { comment, onBehalfOf } = options
      const step = options.step ?? (await stepNow(remote, id, verb))
      return order(remote, { id, verb, body: { step, comment, onBehalfOf }, ...waiting(options) })
    })
  give(named(program, 'advance', 'end the bake of a step, also where a gate is still inconclusive'), 'advance')
  give(withComment(named(program, 'approve', 'let the shift go on after a step')), 'approve')
  give(withWait(withComment(named(program, 'reject', 'do not let it go on: take the traffic back'))), 'reject')
}

async function stepNow({ client, out }: Remote, id: string, verb: string): Promise<number> {
  const { step, phase } = await client.shift(id)
  if (step === null || step.index < 0)
    throw new Failure(EXIT.error, 'no_step', `${id} is ${phase} and stands at no step: nothing to ${verb}`)
  out.note(`${verb}: step ${stepText(step)}, where the shift stands now (--step ${step.index})`)
  return step.index
}

function withStep(command: Command): Command {
  return command.option(
    '--step <index>',
    'the step that is meant, as status shows it (default: the one it stands at now)',
    wholeNumber(0)
  )
}

function withComment(command: Command): Command {
  return command.option('--comment <text>', 'for the decision log')
}
