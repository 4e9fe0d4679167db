// CloudWatch's PutMetricData: what the daemon, or a service of one's own, reports. The lab keeps it like what its load balancers
// report, so that GetMetricData shows it after the same delay.

import { asObject, needText, number } from './json.ts'
import type { JsonInput } from './json.ts'
import type { MetricStore } from '../metrics.ts'
import { AwsError, invalid } from './service.ts'

/** AWS: metrics in one call. */
const most = 1_000

export function putMetricData(store: MetricStore, input: JsonInput): unknown {
  const namespace = needText(input, 'Namespace')
  if (namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is invalid.')
  const data = input['MetricData']
  if (!Array.isArray(data) || data.length === 0) throw new AwsError('MissingParameter', 'MetricData is required.')
  if (data.length > most) throw invalid(`At most ${most} metrics are allowed, not ${data.length}`)
  const read = data.map((one) => datum(asObject(one, 'MetricData.member')))
  for (const { name, dimensions, value, at } of read) store.put({ namespace, name, dimensions }, value, at)
  return {}
}

function datum(input: JsonInput) {
  const value = number(input, 'Value')
  if (value === undefined) throw new AwsError('MissingParameter', 'At least one of the parameters must be specified.')
  const seconds = number(input, 'Timestamp')
  const given = input['Dimensions']
  const dimensions = (Array.isArray(given) ? given : []).map((one) => {
    const dimension = asObject(one, 'Dimensions.member')
    return [needText(dimension, 'Name'), needText(dimension, 'Value')] as const
  })
  return {
    name: needText(input, 'MetricName'),
    dimensions: Object.fromEntries(dimensions),
    value,
    at: seconds === undefined ? Date.now() : seconds * 1000
  }
}
