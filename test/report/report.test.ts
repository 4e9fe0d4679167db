/** Reports for people: Markdown for a post-mortem, and one HTML file; whatever the names in them are. */
import t from 'tap'
import { chartsOf } from '../../src/report/chart.ts'
import { html } from '../../src/report/html.ts'
import { markdown, text } from '../../src/report/markdown.ts'
import { svg } from '../../src/report/svg.ts'
import { textChart } from '../../src/report/textChart.ts'
import type { PointView, ReportView } from '../../src/core/view.ts'
import { aReport } from '../cli/support/views.ts'
import { DETAILS, NO_ROLLBACK } from '../support/reportView.ts'

const BACK: ReportView['rollback'] = {
  ...NO_ROLLBACK,
  happened: true,
  cause: 'breach',
  why: 'goes back from 10 % to 0 % because gate errors on web is breached',
  startedAt: '2026-03-01T10:30:00.000Z',
  confirmedAt: '2026-03-01T10:30:05.000Z',
  seconds: 5,
  verifiedBy: ['read_back', 'insync']
}

t.test('the five measures, each with its numbers and units', async (t) => {
  const md = markdown(aReport())
  t.match(md, '**Service impact.** New served 120,345 requests; 144 of them failed (0.12 %). Old failed 0.1 %')
  t.match(md, '24 failed beyond what old would have failed.')
  t.match(
    md,
    '**Work.** 2 orders by people, 1 of them an approval; people involved: oncall and lead. 6 writes of weights asked of AWS'
  )
  t.match(md, '**Rollback.** Not needed. Possible at any time until 2026-03-01 11:00:00 UTC, when the shift ended.')
  t.match(md, '**Frequency.** 4 of 4 steps done. From version 1.33 to 1.34.')
  t.match(md, '**Time.** 1h10m, from 2026-03-01 09:50:00 UTC to 2026-03-01 11:00:00 UTC. baking 1h.')
})

t.test('a rollback says why, how long it took, and how it was verified', async (t) => {
  const md = markdown(aReport({ rollback: BACK, outcome: 'rolled_back' }))
  t.match(md, '# Traffic shift shop-eks-134: rolled back')
  t.match(md, 'From 2026-03-01 10:30:00 UTC: goes back from 10 % to 0 % because gate errors on web is breached.')
  t.match(
    md,
    'Verified after 5s, at 2026-03-01 10:30:05 UTC: the weights were read back and every name server of Route 53 had them.'
  )
  const open = markdown(aReport({ rollback: { ...BACK, confirmedAt: null, seconds: null }, outcome: null }))
  t.match(open, 'It has not been verified yet.')
  t.match(open, ': not ended yet')
})

t.test('evidence, time, orders and what was advanced on insufficient evidence are tables', async (t) => {
  const md = markdown(aReport())
  t.match(md, '| 0 | 10 % | 2026-03-01 10:15:00 UTC | oncall |')
  t.match(md, '| 0: 10 % | errors | web | 0.12 % | 5,321 | 0.1 % | 47,889 | 1 % | 10 |')
  t.match(md, '| step 0: 10 % | 11m | converging 1m, baking 10m |')
  t.match(md, '| 2026-03-01 10:20:00 UTC | lead | approve | step 1: fine |')
  t.match(md, '| warning | web | sticky: stickiness is on | switch it off |')
  const bare = markdown(aReport({ ...DETAILS, insufficient: [], actions: [], findings: [], evidence: [] }))
  t.notMatch(bare, /insufficient|ordered|Findings|Evidence/, 'what there is none of takes no room')
  t.match(
    markdown(
      aReport({
        insufficient: [{ step: 1, percent: 50, at: '2026-03-01T10:15:00.000Z', by: 'insufficient', actor: 'daemon' }]
      })
    ),
    'the policy (onInsufficient: advance)'
  )
})

t.test('what is not known is a dash, and nothing measured is said', async (t) => {
  const nothing = { requestsOnNew: 0, errorsOnNew: 0, errorRateOnNew: null, errorRateOnOld: null, excessErrors: 0 }
  const [evidence] = DETAILS.evidence
  if (!evidence) throw new Error('no evidence')
  const md = markdown(aReport({ serviceImpact: nothing, evidence: [{ ...evidence, old: null, oldRequests: null }] }))
  t.match(md, 'New served no request that was measured.')
  t.match(md, '| 0.12 % | 5,321 | - | - | 1 % |')
  t.notMatch(md, /null|undefined|NaN/)
  t.notMatch(html(aReport({ serviceImpact: nothing })), /null|undefined|NaN/)
})

const HOSTILE = `<script>alert(1)</script>"' onload=x | [a](javascript:b) ![i](http://evil/i.png) \`c\` @everyone \n# big\u202e`

function hostile(): ReportView {
  const poison = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(poison)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        typeof entry === 'string' && !/^\d{4}-|^(share|live|desired|step|preflight)$/.test(entry)
          ? HOSTILE
          : poison(entry)
      ])
    )
  }
  return { ...(poison(aReport()) as ReportView), outcome: 'completed', versions: null } as unknown as ReportView
}

t.test('hostile names are text in HTML: no markup, no attribute, no script, nothing loaded', async (t) => {
  const page = html(hostile())
  const tags = new Set(page.match(/<\/?[a-z0-9]+/g))
  t.notOk(tags.has('<script') || tags.has('<img') || tags.has('<a'), [...tags].join(' '))
  t.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x')
  t.notMatch(page, /\u202e/)
  t.notMatch(page.replaceAll(/<style>.*?<\/style>|"[^"]*"/gs, ''), /<[^>]*\son[a-z]+=/, 'no handler')
  t.notMatch(page, /(src|href|url)\s*[=(]/, 'nothing is loaded')
  t.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/)
})

t.test('hostile names are text in Markdown: no HTML, link, picture, code, mention or row', async (t) => {
  const md = markdown(hostile())
  const outside = md.replaceAll(/```text\n.*?\n```/gs, '')
  t.notMatch(outside, /(?<!\\)[<>]/)
  t.notMatch(outside, /(?<!\\)\]\(/)
  t.notMatch(outside, /@everyone/)
  t.notMatch(outside, /https?:\/\//, 'no link makes itself')
  t.notMatch(md, /^# big/m)
  const head = '| Gate | Route | Verdict | In words |'
  const row = md.split('\n')[md.split('\n').indexOf(head) + 2] ?? ''
  t.equal(row.match(/(?<!\\)\|/g)?.length, 5, row)
  t.equal(text('a|b*c_d`e'), 'a\\|b\\*c\\_d\\`e')
})

t.test('one file: dark and light, printable, for a telephone and a screen reader', async (t) => {
  const page = html(aReport())
  t.match(page, /^<!doctype html>\n<html lang="en">/)
  for (const want of ['prefers-color-scheme: dark', '@media print', 'name="viewport"', 'role="img" aria-label="'])
    t.match(page, want)
  for (const tag of ['main', 'section', 'figure', 'table', 'svg', 'dl', 'div', 'tbody'])
    t.equal(page.split(`<${tag}`).length, page.split(`</${tag}>`).length, tag)
})

function aPoint(minute: number, change: Partial<PointView>): PointView {
  const [point] = DETAILS.chart.points
  if (!point) throw new Error('no point')
  return { ...point, at: new Date(Date.parse('2026-03-01T09:50:00Z') + minute * 60_000).toISOString(), ...change }
}

t.test('charts: percent first, then the gates that came nearest to their limit, at most eight', async (t) => {
  const points = Array.from({ length: 12 }, (_, i) => aPoint(1, { gate: `g${i}`, new: i / 1000 }))
  const charts = chartsOf(aReport({ chart: { ...DETAILS.chart, points } }))
  t.strictSame(
    charts.map(({ title }) => title.split(' ')[1]),
    ['of', 'g11', 'g10', 'g9', 'g8', 'g7', 'g6', 'g5', 'g4']
  )
  t.strictSame(chartsOf(aReport({ chart: { percent: [], points: [] } })), [])
})

t.test('a gap stays a gap, a lone value is seen, and a percent holds until the next', async (t) => {
  const points = [1, 2, 3, 4].map((minute) => aPoint(minute, { new: minute === 2 ? null : 0.01, old: null }))
  const [percent, gate] = chartsOf(aReport({ chart: { ...DETAILS.chart, points } }))
  if (!percent || !gate) throw new Error('no charts')
  const path = /<path class="new" d="([^"]*)"\/>/.exec(svg(gate))?.[1] ?? ''
  t.equal(path.match(/M/g)?.length, 2, 'two pieces')
  t.notMatch(svg(gate), /class="old"/, 'a side without any value has no line')
  t.match(svg(percent), /<path class="live" d="M[\d.]+ [\d.]+h0\.01L748 /, 'to the end')
  t.match(svg(gate), />limit 1 %</)
  t.notMatch(svg(gate) + svg(percent), /NaN|undefined|Infinity/)
})

t.test('the text chart is as wide as it says, with axis, limit and legend', async (t) => {
  const points = Array.from({ length: 60 }, (_, i) => aPoint(i + 1, { new: 0.02, old: 0.001 }))
  const [percent, gate] = chartsOf(aReport({ chart: { ...DETAILS.chart, points } }))
  if (!percent || !gate) throw new Error('no charts')
  const lines = textChart(gate)
  t.match(lines[0], /^2\.2 % \|/)
  t.match(lines.join('\n'), /\n +\|.*\*{40,}/)
  t.match(lines.at(-1), /\* new {3}o old {3}- limit 1 %/)
  t.match(lines.at(-2), '2026-03-01 09:50:00 UTC, 1h10m to the right')
  t.ok(lines.every((line) => line.length <= 80))
  t.match(textChart(percent).join('\n'), /#{60}/)
})
