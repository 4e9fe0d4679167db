// `sluice lab`: starts a lab, says what to export and which migration fits, and lives until it is told to stop. Prints to the
// given writer only; never ends the process.

import type { Lab } from './lab.ts'
import { startLab } from './lab.ts'
import { migrationYaml } from './migration.ts'
import type { LabOptions } from './options.ts'

export interface LabMainOptions extends LabOptions {
  readonly write?: (text: string) => void
  /** Another way to stop than SIGINT and SIGTERM. */
  readonly signal?: AbortSignal
}

export async function labMain(options: LabMainOptions = {}): Promise<void> {
  const { write = (text) => void process.stdout.write(text), signal, ...chosen } = options
  const lab = await startLab({ rps: 50, ...chosen })
  write(introduction(lab))
  try {
    await stopped(signal)
  } finally {
    await lab.close()
  }
}

async function stopped(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}

function dnsLines(lab: Lab): readonly string[] {
  const { dns, controlUrl } = lab
  return dns.routes.flatMap(({ record, old, new: fresh }) => [
    `#   dig @${dns.host} -p ${dns.port} ${record}`,
    `#   curl -s ${controlUrl}/lab/dns`,
    `#   curl -s ${controlUrl}/lab/records/${record} -d '{"weights":{"${old.setIdentifier}":90,"${fresh.setIdentifier}":10}}'`
  ])
}

export function introduction(lab: Lab): string {
  const exports = Object.entries(lab.env).map(([name, value]) => `export ${name}=${value}`)
  const arns = Object.entries(lab.arns.all()).flatMap(([kind, list]) => [
    `# ${kind}`,
    ...Object.entries(list).map(([name, arn]) => `#   ${name}  ${arn}`)
  ])
  return [
    '# The lab runs; Ctrl-C ends it. For the daemon:',
    ...exports,
    '',
    `# users       ${lab.url}  (${lab.traffic.rps()} requests per second)`,
    `# control     ${lab.controlUrl}/lab`,
    `#   curl -s ${lab.controlUrl}/lab`,
    `#   curl -s ${lab.controlUrl}/lab/clusters/new -d '{"errorRate":0.2}'`,
    `#   curl -s ${lab.controlUrl}/lab/rules/web -d '{"forward":{"shop-old-web":90,"shop-new-web":10}}'`,
    `#   curl -s ${lab.controlUrl}/lab/faults -d '{"kind":"throttle","service":"elbv2","every":3}'`,
    ...dnsLines(lab),
    ...arns,
    '',
    '# A migration that fits, for example config/migrations/shop-lab.yaml:',
    migrationYaml(lab)
  ].join('\n')
}
