/**
 * `sluice dashboard MIGRATION`: prints the body of a CloudWatch dashboard, as `aws cloudwatch put-dashboard` takes it. Calls no AWS.
 */
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { Failure, NOT_SLUICE } from '../failure.ts'
import { remote, type CommonOptions, type Session } from '../session.ts'

const HOW = `
  sluice dashboard shop-eks-134 > shop.json
  aws cloudwatch put-dashboard --dashboard-name shop-eks-134 --dashboard-body file://shop.json

Sluice's own percent is there with \`heartbeat: cloudwatch\` only.`

export function addDashboard(program: Command, session: Session): void {
  const command = program
    .command('dashboard')
    .description('print a CloudWatch dashboard: old beside new for every route, with the percent')
    .argument('<migration>', 'its name, as the daemon has it')
    .addHelpText('after', HOW)
  remote<CommonOptions>(session, command, async ({ client, out, json }, [name = '']) => {
    const { text, json: body } = await client.ask('GET', `v1/migrations/${encodeURIComponent(name)}/dashboard`)
    if (typeof body !== 'object' || body === null || !('widgets' in body)) {
      throw new Failure(EXIT.error, NOT_SLUICE, `${client.url} answered something that is no dashboard`)
    }
    out.raw(json ? text : JSON.stringify(body, null, 2))
    return EXIT.done
  })
}
