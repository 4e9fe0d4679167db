/**
 * Prometheus' own tool, where the machine has it: in Debian it comes with the package `prometheus`.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { makeMetrics } from '../../src/telemetry/metrics.ts'
import { ROOT } from '../house/files.ts'

export const DEPLOY = join(ROOT, 'deploy')

/** For the options of a test: false where promtool is there, else what to say. */
export const WITHOUT_PROMTOOL =
  spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed (Debian package: prometheus)'

export function promtool(args: readonly string[], input = ''): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return { code: status, said: `${stdout}${stderr}`.trim() }
}

/** The names of every series that the daemon declares, as they can stand in an expression. */
export async function seriesNames(): Promise<ReadonlySet<string>> {
  const text = await makeMetrics().render()
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)]
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    )
  )
}

/** Every metric that an expression names. */
export function metricsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b(?:sluice|process|nodejs)_\w+/g)].map(([name]) => name)
}
