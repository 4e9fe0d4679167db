/**
 * Orders to one shift that name no step: abort, pause, resume, release, restore. Each is one POST; what is carried out is the
 * daemon's decision, so the answer tells the shift as it was when the order was accepted.
 */
import { Option, type Command } from 'commander'
import type { Ms } from '../../core/time.ts'
import { EXIT_HELP } from '../exit.ts'
import { duration, remote, type CommonOptions, type Session } from '../session.ts'
import { order } from '../order.ts'

interface OrderOptions extends CommonOptions {
  readonly reason?: string
  readonly onBehalfOf?: string
  readonly force?: true
  readonly drift?: 'adopt' | 'overwrite'
  readonly wait?: true
  readonly timeout?: Ms
}

export function addOrders(program: Command, session: Session): void {
  const give = (command: Command, verb: string) =>
    remote<OrderOptions>(session, withBehalf(command), (remote, [id = ''], options) => {
      const { reason, onBehalfOf, force, drift } = options
      return order(remote, { id, verb, body: { reason, onBehalfOf, force, drift }, ...waiting(options) })
    })
  give(
    withWait(withReason(named(program, 'abort', 'take the traffic back now, from any phase'))).option(
      '--force',
      'also where old looks unfit to take it'
    ),
    'abort'
  )
  give(withReason(named(program, 'pause', 'hold the percent; gates still watch')), 'pause')
  give(
    named(program, 'resume', 'go on after a pause or a halt').addOption(
      new Option('--drift <choice>', 'weights that somebody else set: take them over, or write over them').choices([
        'adopt',
        'overwrite'
      ])
    ),
    'resume'
  )
  give(needReason(named(program, 'release', 'end it: weights stay, nothing watches any more')), 'release')
  give(
    withWait(
      needReason(named(program, 'restore', 'take a completed shift back, by a new shift that rolls back at once'))
    ),
    'restore'
  )
}

/** What `order` needs to know about waiting. */
export function waiting(options: { readonly wait?: true; readonly timeout?: Ms }): {
  readonly wait: boolean
  readonly timeoutMs: Ms | null
} {
  return { wait: options.wait ?? false, timeoutMs: options.timeout ?? null }
}

export function named(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).argument('<id>', 'the shift')
}

/** For orders that send traffic back: their end is what people wait for. */
export function withWait(command: Command): Command {
  return command
    .option('--wait', 'wait until the traffic is back; 0 if so')
    .option('--timeout <duration>', 'with --wait: leave after so long, such as 15m', duration)
    .addHelpText('after', EXIT_HELP)
}

export function withBehalf(command: Command): Command {
  return command.option('--on-behalf-of <name>', 'with a delegate token: who ordered it')
}

function withReason(command: Command): Command {
  return command.option('--reason <text>', 'why, for the decision log')
}

function needReason(command: Command): Command {
  return command.requiredOption('--reason <text>', 'why, for the decision log')
}
