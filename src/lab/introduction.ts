// What a lab says of itself: what to export for the daemon, how to ask and disturb it, and which migration fits. Starts nothing.

import type { Lab } from './lab.ts'
import { migrationYaml } from './migration.ts'

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
