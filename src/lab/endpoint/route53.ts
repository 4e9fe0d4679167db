// The Route 53 service: REST-XML under /2013-04-01/, for exactly the calls that Sluice makes; every other path is refused.
// Counts five calls a second for the whole account, as AWS does.

import { createRateLimit } from './rateLimit.ts'
import { writeXml } from './restXml.ts'
import type { Route53Call, Route53Parts } from './route53Call.ts'
import {
  ChangeResourceRecordSets,
  GetChange,
  GetHostedZone,
  ListResourceRecordSetProtections,
  ListResourceRecordSets,
  ListTagsForResource
} from './route53Calls.ts'
import type { AwsAnswer, Service } from './service.ts'
import { AwsError } from './service.ts'

const root = '/2013-04-01/'

interface Path {
  readonly method: string
  /** The id is its first group. */
  readonly path: RegExp
  readonly operation: string
  readonly call: Route53Call
}

const get = (path: RegExp, operation: string, call: Route53Call): Path => ({ method: 'GET', path, operation, call })

const paths: readonly Path[] = [
  get(/^hostedzone\/([^/]+)$/, 'GetHostedZone', GetHostedZone),
  get(/^hostedzone\/([^/]+)\/rrset$/, 'ListResourceRecordSets', ListResourceRecordSets),
  get(/^hostedzone\/([^/]+)\/rrsetprotection$/, 'ListResourceRecordSetProtections', ListResourceRecordSetProtections),
  get(/^change\/([^/]+)$/, 'GetChange', GetChange),
  get(/^tags\/hostedzone\/([^/]+)$/, 'ListTagsForResource', ListTagsForResource),
  {
    method: 'POST',
    path: /^hostedzone\/([^/]+)\/rrset\/?$/,
    operation: 'ChangeResourceRecordSets',
    call: ChangeResourceRecordSets
  }
]

export function route53Service(parts: Route53Parts): Service {
  const withinLimit = createRateLimit(parts.now, () => parts.knobs.requestsPerSecond)
  return {
    name: 'route53',
    throttleCode: 'Throttling',
    operation: ({ method, path }) =>
      path.startsWith(root) ? (found(method, path)?.operation ?? `${method} ${pathOf(path)}`) : undefined,
    answer: (operation, request) => {
      if (!withinLimit()) throw new AwsError('Throttling', 'Rate exceeded')
      const target = found(request.method, request.path)
      if (target === undefined) throw new AwsError('UnknownOperationException', `The lab has no ${operation}`, 404)
      const id = decodeURIComponent(target.path.exec(pathOf(request.path))?.[1] ?? '')
      const query = new URL(request.path, 'http://lab').searchParams
      const content = target.call(parts, { id, query, body: request.body })
      return xml(200, writeXml(`${operation}Response`, content))
    },
    refuse: (error, requestId) => {
      const type = error.status < 500 ? 'Sender' : 'Receiver'
      const told = { Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId }
      return xml(error.status, writeXml('ErrorResponse', told))
    }
  }
}

const pathOf = (url: string): string => (url.split('?')[0] ?? '').slice(root.length)

const found = (method: string, url: string): Path | undefined =>
  paths.find((one) => one.method === method && one.path.test(pathOf(url)))

const xml = (status: number, body: string): AwsAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body })
