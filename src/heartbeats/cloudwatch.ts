/**
 * The sign of life as CloudWatch metrics, for the alarm in deploy/cloudwatch/silence.yaml, which must name the same ones. Least
 * urgent of all calls: it waits behind everything else.
 */
import { PutMetricDataCommand, type MetricDatum } from '@aws-sdk/client-cloudwatch'
import type { Aws } from '../aws/aws.ts'
import type { Beat, Heartbeat } from './heartbeat.ts'

export const NAMESPACE = 'Sluice'
/** 1 each minute in which Sluice does its work; without dimensions. */
export const BEAT_METRIC = 'Heartbeat'
/** Open shifts; without dimensions. */
export const OPEN_METRIC = 'OpenShifts'
/** Percent of traffic on new; dimensions Migration and Route. */
export const PERCENT_METRIC = 'Percent'

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: 1,000 metrics a call. */
const MOST = 1_000

export function cloudwatchHeartbeat(deps: { readonly aws: Aws; readonly region: string }): Heartbeat {
  const { aws, region } = deps
  return {
    beat: async (beat, call) => {
      const data = dataOf(beat)
      // The plain beat stands in the last call: it says that all of it arrived.
      for (let from = 0; from < data.length; from += MOST) {
        const MetricData = data.slice(from, from + MOST)
        await aws.send('cloudwatch', { region }, new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }), call)
      }
    }
  }
}

export function dataOf({ at, openShifts, routes }: Beat): MetricDatum[] {
  const Timestamp = new Date(at)
  const byName = new Map(routes.map((one) => [`${one.migration} ${one.route}`, one]))
  return [
    ...[...byName.values()].map(({ migration, route, percent }): MetricDatum => {
      const Dimensions = [
        { Name: 'Migration', Value: migration },
        { Name: 'Route', Value: route }
      ]
      return { MetricName: PERCENT_METRIC, Dimensions, Timestamp, Value: percent, Unit: 'Percent' }
    }),
    { MetricName: OPEN_METRIC, Timestamp, Value: openShifts, Unit: 'Count' },
    { MetricName: BEAT_METRIC, Timestamp, Value: 1, Unit: 'Count' }
  ]
}
