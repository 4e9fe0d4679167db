/**
 * `sluice lab`: AWS and two clusters on loopback, to try a policy before production. Lives until it is told to stop.
 */
import type { Command } from 'commander'
import type { Lab } from '../../lab/lab.ts'
import type { LabOptions } from '../../lab/options.ts'
import { EXIT } from '../exit.ts'
import type { Loaders } from '../loaders.ts'
import { duration, local, wholeNumber, type CommonOptions, type Session } from '../session.ts'

interface LabFlags extends CommonOptions {
  readonly awsPort?: number
  readonly controlPort?: number
  readonly rps: number
  readonly users?: number
  readonly seed?: number
  readonly period?: number
  readonly metricDelay?: number
  readonly propagation?: number
  readonly healthCheck?: number
}

/** The lab's setting for each flag. */
const SETTINGS = {
  awsPort: 'awsPort',
  controlPort: 'controlPort',
  rps: 'rps',
  users: 'users',
  seed: 'seed',
  period: 'periodMs',
  metricDelay: 'metricDelayMs',
  propagation: 'propagationMs',
  healthCheck: 'healthCheckMs'
} as const satisfies Record<Exclude<keyof LabFlags, keyof CommonOptions>, keyof LabOptions>

export function addLab(program: Command, session: Session, loaders: Loaders): void {
  const command = program
    .command('lab')
    .description('start AWS endpoints, load balancers, two clusters and their users on loopback')
    .option('--aws-port <n>', 'port of the AWS endpoint (default: any free one)', wholeNumber(0))
    .option('--control-port <n>', 'port of the control API (default: any free one)', wholeNumber(0))
    .option('--rps <n>', 'requests of users each second', wholeNumber(0), 50)
    .option('--users <n>', 'so many users keep cookies (default: 0, all are strangers)', wholeNumber(0))
    .option('--seed <n>', 'what is random, again', wholeNumber(0))
    .option('--period <duration>', 'granularity of CloudWatch (default: 1s)', duration)
    .option('--metric-delay <duration>', 'how late CloudWatch is (default: 1s)', duration)
    .option('--propagation <duration>', 'from a new weight to the data plane (default: 200ms)', duration)
    .option('--health-check <duration>', 'between two health checks (default: 500ms)', duration)
  local<LabFlags>(session, command, async (_args, flags) => {
    const { startLab, introduction } = await loaders.lab()
    const stopped = signalled(session)
    const lab = await startLab(optionsOf(flags))
    try {
      session.out.raw(session.json ? JSON.stringify(summary(lab)) : introduction(lab))
      await stopped
    } finally {
      await lab.close()
    }
    return EXIT.done
  })
}

function optionsOf(flags: LabFlags): LabOptions {
  const chosen = Object.entries(SETTINGS).flatMap(([flag, setting]) => {
    const value = flags[flag as keyof typeof SETTINGS]
    return value === undefined ? [] : [[setting, value] as const]
  })
  return Object.fromEntries(chosen)
}

/** What a script needs to use it. */
function summary(lab: Lab): Readonly<Record<string, unknown>> {
  const { endpoint, region, accountId, env, url, controlUrl } = lab
  return { endpoint, region, accountId, env, url, controlUrl, arns: lab.arns.all() }
}

function signalled({ io }: Session): Promise<void> {
  return new Promise((resolve) => {
    const forget = [io.onSignal('SIGINT', stop), io.onSignal('SIGTERM', stop)]
    function stop() {
      forget.forEach((each) => each())
      resolve()
    }
  })
}
