// The ELBv2 service: AWS query in, XML out, for exactly the calls that Sluice makes; every other action is refused the way AWS
// refuses one that it does not know.

import type { World } from '../world.ts'
import { describers } from './elbDescribe.ts'
import { modifiers } from './elbModify.ts'
import type { ElbCall, Elbv2Knobs } from './elbCall.ts'
import { parseQuery, text, toXml } from './query.ts'
import type { AwsAnswer, Service } from './service.ts'
import { AwsError } from './service.ts'

const version = '2015-12-01'
const namespace = `http://elasticloadbalancing.amazonaws.com/doc/${version}/`
const calls: Readonly<Record<string, ElbCall>> = { ...describers, ...modifiers }

export function elbv2Service(world: World, knobs: Elbv2Knobs): Service {
  return {
    name: 'elbv2',
    throttleCode: 'ThrottlingException',
    operation: (request) => {
      if (!(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return undefined
      return new URLSearchParams(request.body).get('Action') ?? undefined
    },
    answer: (operation, request, requestId) => {
      const input = parseQuery(request.body)
      const call = Object.hasOwn(calls, operation) ? calls[operation] : undefined
      if (call === undefined || text(input, 'Version') !== version) {
        const asked = `${operation} for version ${text(input, 'Version')}`
        throw new AwsError('InvalidAction', `Could not find operation ${asked}`)
      }
      const result = toXml(call(world, input, knobs))
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
      return xml(
        200,
        `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result>${metadata}</${operation}Response>`
      )
    },
    refuse: (error, requestId) => {
      const type = error.status < 500 ? 'Sender' : 'Receiver'
      const told = toXml({ Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId })
      return xml(error.status, `<ErrorResponse xmlns="${namespace}">${told}</ErrorResponse>`)
    }
  }
}

const xml = (status: number, body: string): AwsAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body })
