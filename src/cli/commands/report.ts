/**
 * `sluice report ID`: the five measures of a migration.
 */
import { Option, type Command } from 'commander'
import { formatWait } from '../../core/duration.ts'
import type { ReportView } from '../../core/view.ts'
import { pathOf } from '../client.ts'
import { EXIT } from '../exit.ts'
import { Failure, NOT_SLUICE } from '../failure.ts'
import { dateTime, number, pairs, rate } from '../format.ts'
import { remote, type CommonOptions, type Session } from '../session.ts'

interface ReportOptions extends CommonOptions {
  readonly format: (typeof FORMATS)[number]
}

const TYPES = { md: 'text/markdown', html: 'text/html' } as const
const FORMATS = ['text', 'md', 'html', 'json'] as const

export function addReport(program: Command, session: Session): void {
  const command = program
    .command('report')
    .description('report a shift: service impact, work, rollback, frequency, time')
    .argument('<id>', 'the shift')
    .addOption(
      new Option('--format <format>', 'text, Markdown for a post-mortem, one HTML file, or JSON')
        .choices([...FORMATS])
        .default('text')
    )
  remote<ReportOptions>(session, command, async ({ client, out, json }, [id = ''], options) => {
    const { format } = options
    if (!json && (format === 'md' || format === 'html')) {
      const ask = { query: { format }, headers: { accept: TYPES[format] }, plain: true } as const
      out.raw((await client.ask('GET', pathOf(id, 'report'), ask)).text)
      return EXIT.done
    }
    const answer = await client.ask('GET', pathOf(id, 'report'))
    if (json || options.format === 'json') out.raw(answer.text)
    else out.lines(reportLines(reportOf(answer.json, client.url)))
    return EXIT.done
  })
}

function reportLines(report: ReportView): readonly string[] {
  const { serviceImpact: impact, work, rollback, frequency, time } = report
  const versions = frequency.versions
  return pairs([
    ['shift', `${report.id} of ${report.migration}: ${report.outcome ?? 'not ended yet'}`],
    [
      'service impact',
      `${number(impact.errorsOnNew)} errors in ${number(impact.requestsOnNew)} requests on new (${rate(impact.errorRateOnNew)}; old ${rate(impact.errorRateOnOld)}), ${number(impact.excessErrors)} more than old would have made`
    ],
    [
      'work',
      `${counted(work.commands, 'command')} and ${counted(work.approvals, 'approval')} by ${work.people.length === 0 ? 'nobody' : work.people.join(', ')}; ${counted(work.writes, 'write')}`
    ],
    ['rollback', rollbackText(rollback)],
    [
      'frequency',
      `${frequency.stepsDone} of ${frequency.steps} steps done${versions === null ? '' : `, ${versions.from} to ${versions.to}`}`
    ],
    [
      'time',
      `${seconds(time.seconds)} from ${dateTime(time.startedAt)} to ${time.endedAt === null ? 'now' : dateTime(time.endedAt)}`
    ],
    ...time.phases.map((spent) => ['', `${spent.phase}: ${seconds(spent.seconds)}`] as const)
  ])
}

function rollbackText(rollback: ReportView['rollback']): string {
  if (!rollback.happened) return 'none'
  const took = rollback.seconds === null ? 'not confirmed yet' : `confirmed after ${seconds(rollback.seconds)}`
  return `${rollback.cause ?? 'for a cause that is not known'}: from ${dateTime(rollback.startedAt)}, ${took}`
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

function seconds(value: number): string {
  return formatWait(value * 1000)
}

function reportOf(json: unknown, url: string): ReportView {
  if (typeof json === 'object' && json !== null && 'serviceImpact' in json) return json as ReportView
  throw new Failure(EXIT.error, NOT_SLUICE, `${url} answered something that is no report`)
}
