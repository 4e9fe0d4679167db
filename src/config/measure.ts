/**
 * A side's `measure` to the core's: which metrics count its requests and errors, and where they are read.
 */
import { strangeWords } from '../core/gates/measure.ts'
import type { CountedMetric, MeasureSpec } from '../core/migration.ts'
import { ownAccount, type Tell } from './accounts.ts'
import type { Path } from './path.ts'
import { complain } from './problem.ts'
import type { CountedDocument, MeasureDocument } from './schemas/metricParts.ts'

/** Undefined where the side is counted by its load balancer. `path` leads to the side. */
export function toMeasure(
  doc: MeasureDocument | undefined,
  vars: Readonly<Record<string, string>>,
  path: Path,
  tell: Tell
): MeasureSpec | undefined {
  if (doc === undefined) return undefined
  const measure = { requests: listOf(doc.requests), errors: listOf(doc.errors), account: ownAccount(doc) }
  if (doc.externalId !== undefined && doc.roleArn === undefined) {
    tell(complain([...path, 'measure', 'externalId'], 'is of no use without a roleArn'))
  }
  for (const word of strangeWords(measure, vars)) {
    tell(complain([...path, 'measure'], `asks for $${word}, but this side has no var ${word}`, 'key'))
  }
  return measure
}

function listOf(doc: CountedDocument): readonly CountedMetric[] {
  return [doc].flat().map(({ namespace, metric, stat, dimensions }) => ({
    namespace,
    metric,
    stat,
    dimensions: { ...dimensions }
  }))
}
