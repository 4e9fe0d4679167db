/**
 * What does not go together within a gate, as it is written: keys that exclude or need one another, and what a request may not hold.
 * What a whole gate may not be is the core's to say (core/gateRules.ts).
 */
import type { Path } from './path.ts'
import { complain, type Complaint } from './problem.ts'
import type { ErrorRateDocument, LatencyDocument } from './schemas/countGates.ts'
import type { GateDocument } from './schemas/gate.ts'
import type { MetricDocument } from './schemas/ownGates.ts'

/** Paths begin with `gates`. */
export function gateComplaints(docs: readonly GateDocument[]): readonly Complaint[] {
  return docs.flatMap((doc, i) => {
    const path: Path = ['gates', i]
    return [...accountComplaints(doc, path), ...ownComplaints(doc, path)]
  })
}

function ownComplaints(doc: GateDocument, path: Path): readonly Complaint[] {
  switch (doc.type) {
    case 'errorRate':
      return doc.against === 'none' ? knobsUnread(doc, path, 'against: old') : []
    case 'latency':
      return latencyComplaints(doc, path)
    case 'metric':
      return metricComplaints(doc, path)
    case 'alarm':
    case 'statusMix':
    case 'burnRate':
    case 'targetHealth':
    case 'probe':
      return []
  }
}

type Knobs = Pick<ErrorRateDocument, 'profile' | 'tolerance' | 'alpha' | 'stepBackBudget'>

/** A knob that nothing turns by was meant for something. */
function knobsUnread(doc: Knobs, path: Path, by: string): readonly Complaint[] {
  const set = [
    ...(doc.profile === 'robust' ? [] : ['profile']),
    ...(['tolerance', 'alpha', 'stepBackBudget'] as const).filter((key) => doc[key] !== undefined)
  ]
  return set.map((key) => complain([...path, key], `is only read with ${by}`, 'key'))
}

function latencyComplaints(doc: LatencyDocument, path: Path): readonly Complaint[] {
  const { percentile, max, maxRatio, maxSlow, over } = doc
  const without = (key: string, needed: string) => complain([...path, key], `is only read with ${needed}`, 'key')
  if (percentile !== undefined && maxSlow !== undefined) {
    return [complain([...path, 'maxSlow'], 'percentile and maxSlow exclude each other: a gate for each', 'key')]
  }
  if (maxSlow !== undefined) {
    return [
      ...(over === undefined
        ? [complain([...path, 'over'], 'is missing: maxSlow needs a duration above which a request is slow')]
        : []),
      ...(max === undefined ? [] : [without('max', 'percentile')]),
      ...(maxRatio === undefined ? [] : [without('maxRatio', 'percentile')])
    ]
  }
  const unread = [...(over === undefined ? [] : [without('over', 'maxSlow')]), ...knobsUnread(doc, path, 'maxSlow')]
  if (percentile === undefined) {
    return [
      complain([...path, 'percentile'], 'is missing: a percentile with max or maxRatio, or maxSlow with over'),
      ...unread
    ]
  }
  if (max !== undefined || maxRatio !== undefined) return unread
  return [complain([...path, 'max'], 'is missing: a percentile needs max, maxRatio or both'), ...unread]
}

function metricComplaints({ queries, max, min }: MetricDocument, path: Path): readonly Complaint[] {
  const twice = queries.flatMap(({ id }, i) =>
    queries.findIndex((query) => query.id === id) < i
      ? [complain([...path, 'queries', i, 'id'], `there is another query named ${id}: ids must differ`)]
      : []
  )
  if (max !== undefined || min !== undefined) return twice
  return [...twice, complain([...path, 'max'], 'is missing: a metric needs max, min or both')]
}

function accountComplaints(doc: GateDocument, path: Path): readonly Complaint[] {
  if (doc.type === 'probe' || doc.externalId === undefined || doc.roleArn !== undefined) return []
  return [complain([...path, 'externalId'], 'is of no use without a roleArn')]
}

/**
 * Of a document in a request, before it is read: a request never makes the daemon call a URL that no file names, as what the daemon
 * reaches is often not what the caller may reach.
 */
export function probeComplaints(value: unknown): readonly Complaint[] {
  const gates: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'gates') : null
  if (!Array.isArray(gates)) return []
  return gates.flatMap((gate: unknown, i) =>
    typeof gate === 'object' && gate !== null && Reflect.get(gate, 'type') === 'probe'
      ? [
          complain(
            ['gates', i, 'type'],
            'a request may not hold a probe gate, as it would choose what the daemon calls: put it into a file and name it'
          )
        ]
      : []
  )
}
