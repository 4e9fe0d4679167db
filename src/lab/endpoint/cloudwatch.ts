// The CloudWatch service: AWS JSON 1.0 as the pinned SDK speaks it, with the query-compatible error header that goes with it.
// Three calls only: GetMetricData, DescribeAlarms, PutMetricData.

import type { Alarms } from '../alarms.ts'
import type { MetricStore } from '../metrics.ts'
import { describeAlarms } from './describeAlarms.ts'
import { getMetricData } from './getMetricData.ts'
import type { CloudWatchKnobs } from './getMetricData.ts'
import { parseJson } from './json.ts'
import { putMetricData } from './putMetricData.ts'
import type { AwsAnswer, Service } from './service.ts'
import { AwsError } from './service.ts'

const targetPrefix = 'GraniteServiceVersion20100801.'

export function cloudwatchService(store: MetricStore, alarms: Alarms, knobs: CloudWatchKnobs): Service {
  return {
    name: 'cloudwatch',
    throttleCode: 'Throttling',
    operation: (request) => {
      const target = request.headers['x-amz-target']
      return typeof target === 'string' && target.startsWith(targetPrefix)
        ? target.slice(targetPrefix.length)
        : undefined
    },
    answer: (operation, request) => {
      const input = parseJson(request.body)
      if (operation === 'GetMetricData') return json(200, getMetricData(store, knobs, input))
      if (operation === 'DescribeAlarms') return json(200, describeAlarms(alarms, input))
      if (operation === 'PutMetricData') return json(200, putMetricData(store, input))
      throw new AwsError('UnknownOperationException', `The lab does not know ${operation}`)
    },
    refuse: (error) => {
      const type = error.status < 500 ? 'Sender' : 'Receiver'
      const answer = json(error.status, { __type: `com.amazonaws.cloudwatch#${error.code}`, message: error.message })
      // Where a service once spoke the query protocol, SDKs take the error's name from this header, not from __type.
      return { ...answer, headers: { ...answer.headers, 'x-amzn-query-error': `${error.code};${type}` } }
    }
  }
}

const json = (status: number, body: unknown): AwsAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body)
})
