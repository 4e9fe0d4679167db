/**
 * `sluice judge FILE`: the gate's statistics over counts from a file, for those who want to know what Sluice would have done
 * (CONTRACT 6). Asks no daemon and no AWS; decides nothing.
 */
import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { baselineOf } from '../../core/evidence/baseline.ts'
import { decide, type Decision } from '../../core/evidence/decision.ts'
import { newEvidence, step } from '../../core/evidence/evidence.ts'
import { knobsOf } from '../../core/evidence/knobs.ts'
import type { Reading } from '../../core/evidence/reading.ts'
import { inWords } from '../../core/evidence/words.ts'
import { EXIT } from '../exit.ts'
import { usage } from '../failure.ts'
import { number, table } from '../format.ts'
import type { Io } from '../io.ts'
import { InputError, parseJudgeInput, type JudgeInput } from '../judgeInput.ts'
import { local, type Session } from '../session.ts'

const PERIOD_MS = 60_000
/** The contract's assumptions: D = 2, the smallest share of an ALB. */
const DELAY_MS = 2 * PERIOD_MS
const MIN_SHARE = 0.001

export function addJudge(program: Command, session: Session): void {
  const command = program
    .command('judge')
    .description('what the errorRate statistics would have said about counts from a file; no daemon needed')
    .argument('<file>', 'JSON with theta, profile, plan, baseline and buckets; - reads standard input')
  local(session, command, async ([file = '-']) => {
    const input = await inputOf(session.io, file)
    const judged = judge(input)
    if (session.json) judged.forEach((one) => session.out.raw(JSON.stringify(lineOf(one))))
    else session.out.lines(textOf(input, judged))
    return EXIT.done
  })
}

interface Judged {
  readonly reading: Reading
  readonly verdict: Decision
}

async function inputOf(io: Io, file: string): Promise<JudgeInput> {
  const name = file === '-' ? 'standard input' : file
  try {
    return parseJudgeInput(file === '-' ? await standardInput(io) : await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof InputError) throw usage(`${name}: ${error.message}`)
    throw usage(`${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function standardInput({ stdin }: Io): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stdin ?? []) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

function judge({ theta, profile, knobs, plan, baseline, buckets }: JudgeInput): readonly Judged[] {
  let evidence = newEvidence({
    theta,
    knobs: knobsOf(profile, knobs),
    baseline: baselineOf(baseline),
    plan: {
      shares: plan.percents.map((percent) => percent / 100),
      blocks: Math.max(1, plan.percents.length * plan.bakeMinutes)
    },
    periodMs: PERIOD_MS,
    delayMs: DELAY_MS,
    minShare: MIN_SHARE,
    promotion: null
  })
  return buckets.map(({ percent, ...counts }, i) => {
    const w = percent / 100
    const stepped = step(evidence, { ...counts, start: i * PERIOD_MS, periodMs: PERIOD_MS, w })
    evidence = stepped.evidence
    const { reading } = stepped
    const baked = reading.inStep.blocks >= plan.bakeMinutes
    const at = { serving: w, onAmber: 'stepBack', baked, overdue: false, shareMissing: false } as const
    return { reading, verdict: decide(reading, at) }
  })
}

function lineOf({ reading, verdict }: Judged): Readonly<Record<string, unknown>> {
  return {
    lnRelative: reading.lnRelative,
    lnAbsolute: reading.lnAbsolute,
    amber: reading.amberScore,
    frozenAmber: reading.frozenAmber,
    shared: reading.shared,
    clear: reading.clear,
    rollback: reading.fired !== null,
    back: reading.wBack === null ? null : reading.wBack * 100,
    verdict
  }
}

const HEAD = [
  'bucket',
  'percent',
  'new',
  'old',
  'lnRelative',
  'lnAbsolute',
  'amber',
  'frozenAmber',
  'shared',
  'clear',
  'rollback',
  'back',
  'verdict'
]

function textOf({ buckets }: JudgeInput, judged: readonly Judged[]): readonly string[] {
  const flag = (is: boolean) => (is ? '1' : '0')
  const rows = judged.map(({ reading, verdict }, i) => [
    String(i),
    String(buckets[i]?.percent ?? '-'),
    `${number(reading.block.e1)} of ${number(reading.block.n1)}`,
    `${number(reading.block.e0)} of ${number(reading.block.n0)}`,
    reading.lnRelative.toFixed(4),
    reading.lnAbsolute.toFixed(4),
    reading.amberScore.toFixed(4),
    reading.frozenAmber.toFixed(4),
    flag(reading.shared),
    flag(reading.clear),
    flag(reading.fired !== null),
    reading.wBack === null ? '-' : (reading.wBack * 100).toFixed(2),
    verdict
  ])
  const changes = judged.flatMap(({ reading, verdict }, i) =>
    verdict === judged[i - 1]?.verdict ? [] : [`bucket ${i}: ${verdict}: ${inWords(reading)}`]
  )
  return [...table(HEAD, rows), '', ...changes]
}
