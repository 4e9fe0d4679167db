/**
 * `sluice lab`: AWS and two clusters on loopback, to try a policy before production. Lives until it is told to stop.
 */
import type { Command } from 'commander'
import type { Lab } from '../../lab/lab.ts'
import type { LabOptions } from '../../lab/options.ts'
import { EXIT } from '../exit.ts'
import type { Loaders } from '../loaders.ts'
import { usage } from '../failure.ts'
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
  readonly dns?: true
  readonly dnsPort?: number
  readonly insync?: number
  readonly ttl?: number
}

/** Flags of the DNS half. */
type DnsFlag = 'dns' | 'dnsPort' | 'insync' | 'ttl'

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
} as const satisfies Record<Exclude<keyof LabFlags, keyof CommonOptions | DnsFlag>, keyof LabOptions>

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
    .option('--dns', 'also a Route 53 zone with weighted records, its name server, resolvers and two load balancers')
    .option(
      '--dns-port <n>',
      'with --dns: port of the name server, UDP and TCP (default: any free one)',
      wholeNumber(0)
    )
    .option('--insync <duration>', 'with --dns: how long a change is PENDING (default: 1s)', duration)
    .option('--ttl <duration>', 'with --dns: TTL of the answers, in whole seconds (default: 1m)', duration)
  local<LabFlags>(session, command, async (_args, flags) => {
    const { startLab, introduction } = await loaders.lab()
    const stopped = signalled(session)
    const lab = await startLab(optionsOf(flags))
    try {
      session.out.raw(session.json ? JSON.stringify(summary(lab, flags)) : introduction(lab))
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
  return { ...Object.fromEntries(chosen), ...dnsOf(flags) }
}

function dnsOf({ dns, dnsPort, insync, ttl }: LabFlags): Pick<LabOptions, 'dns'> {
  if (dns === undefined) {
    const stray = [dnsPort, insync, ttl].some((value) => value !== undefined)
    if (stray) throw usage('--dns-port, --insync and --ttl are for a lab with --dns')
    return {}
  }
  if (ttl !== undefined && ttl % 1000 !== 0) throw usage('--ttl is in whole seconds')
  return {
    dns: {
      ...(dnsPort === undefined ? {} : { port: dnsPort }),
      ...(insync === undefined ? {} : { insyncMs: insync }),
      ...(ttl === undefined ? {} : { aliasTtlSeconds: ttl / 1000 })
    }
  }
}

/** What a script needs to use it. */
function summary(lab: Lab, { dns }: LabFlags): Readonly<Record<string, unknown>> {
  const { endpoint, region, accountId, env, url, controlUrl } = lab
  return {
    endpoint,
    region,
    accountId,
    env,
    url,
    controlUrl,
    arns: lab.arns.all(),
    ...(dns ? { dns: nameServer(lab) } : {})
  }
}

function nameServer({ dns: { host, port, routes } }: Lab) {
  return { host, port, records: routes.map(({ record }) => record) }
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
