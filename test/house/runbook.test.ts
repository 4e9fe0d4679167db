/**
 * The runbook has an entry for everything that can wake somebody or refuse something, and none for what does not exist.
 */
import t from 'tap'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { HALTS } from '../../src/core/reason.ts'
import { PHASES } from '../../src/core/shift.ts'
import { CODES } from '../../src/errors.ts'
import { EXPLANATIONS } from '../../src/http/explanations.ts'
import { projectFiles, ROOT, textOf } from './files.ts'

const RUNBOOK = textOf('docs/runbook.md')

/** The entries of a second-level section: heading and text. */
function entries(heading: string): ReadonlyMap<string, string> {
  const text = RUNBOOK.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const parts = text.split('\n### ').slice(1)
  return new Map(parts.map((part) => [part.split('\n')[0] ?? '', part]))
}

/** Phases that go on by themselves, or are over as they should be. */
const ALONE = ['preflight', 'converging', 'baking', 'rolling_back', 'completed', 'rolled_back', 'aborted', 'released']

/** Codes of blockers, as they stand in the source. */
function blockers(): readonly string[] {
  const files = (projectFiles() ?? []).filter((name) => /^src\/(core|engine|routers)\/.*\.ts$/.test(name))
  const text = files.map(textOf).join('\n')
  const written = [
    /\bblock(?:er)?\(\s*(?:route,\s*)?'(\w+)'/g,
    /severity: (?:\w+ \? 'warning' : )?'blocker',\s*code: '(\w+)'/g,
    /\{ severity, code: '(\w+)'/g,
    /\bblocker\(\s*(?:route,\s*)?[^'()]+ \? '(\w+)' : '(\w+)'/g
  ].flatMap((pattern) => [...text.matchAll(pattern)].flatMap((found) => found.slice(1)))
  // Put together from the kind of the target.
  return [...new Set([...written, 'rule_not_found', 'listener_not_found'])].filter((code) => code !== undefined)
}

t.test('each phase in which a person is needed, and each reason of attention, has its entry', async (t) => {
  const needed = PHASES.filter((phase) => !ALONE.includes(phase)).map((phase) => `Phase: ${phase}`)
  const found = entries('Phases in which a person is needed')
  t.same([...found.keys()].sort(), [...needed, 'Attention: rollback_capacity'].sort())
})

t.test('each reason to halt has its entry, and no other', async (t) => {
  t.same([...entries('Why a shift is halted').keys()].sort(), HALTS.map((why) => `Halted: ${why}`).sort())
})

t.test('each alert has its entry, and no other', async (t) => {
  const { groups } = parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yaml'), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[]
  }
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
  t.same([...entries('Alerts').keys()].sort(), [...alerts].sort())
})

t.test('each error code has its entry, and no other', async (t) => {
  t.same([...entries('Error codes').keys()].sort(), Object.keys(CODES).sort())
  for (const [code, text] of Object.entries(EXPLANATIONS)) t.match(text, /\*\*Do\*\*/, code)
})

t.test('each finding that refuses a start has its entry, and no other', async (t) => {
  const found = blockers()
  t.ok(found.length > 30 && found.includes('third_group') && found.includes('record_missing'), 'they are found')
  t.same([...entries('Findings that refuse a start').keys()].sort(), found.map((code) => `Finding: ${code}`).sort())
})

t.test('each entry says what users feel, what to do, and how to know that it worked', async (t) => {
  for (const heading of ['Phases in which a person is needed', 'Why a shift is halted', 'Alerts']) {
    for (const [name, text] of entries(heading)) {
      for (const part of ['Users', 'Do', 'Worked']) t.ok(text.includes(`- **${part}**: `), `${name}: ${part}`)
    }
  }
  for (const [name, text] of entries('Error codes')) {
    for (const part of ['Do', 'Worked']) t.ok(text.includes(`- **${part}**: `), `${name}: ${part}`)
  }
  for (const [name, text] of entries('Findings that refuse a start')) t.ok(text.includes('**Do**: '), name)
})

t.test('the runbook is in the image: the daemon serves it', async (t) => {
  t.match(textOf('Dockerfile'), /^COPY docs\/runbook\.md \.\/docs\/runbook\.md$/m)
})
