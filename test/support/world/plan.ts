/**
 * What a call would write, told before it happens: which routes, to what, and how to carry it out.
 */
import type { ChangeResourceRecordSetsCommandInput } from '@aws-sdk/client-route-53'
import type { Service } from '../../../src/aws/client.ts'
import { asked, changeRecordSets } from './dnsCalls.ts'
import { dnsSplit } from './dnsRoute.ts'
import { perform, routeOf, writeOf } from './elbWrite.ts'
import { splitOf, type Split } from './route.ts'
import type { View } from './view.ts'

export interface Plan {
  readonly parts: readonly { readonly route: string | null; readonly arn: string; readonly split: Split | null }[]
  /** Gives the output. Throws Refusal. */
  run(by: string): object
}

/** Null for a read. */
export function planned(view: View, service: Service, operation: string, input: object): Plan | null {
  if (service === 'route53') {
    return operation === 'ChangeResourceRecordSets'
      ? batch(view, input as unknown as ChangeResourceRecordSetsCommandInput)
      : null
  }
  const write = service === 'elbv2' ? writeOf(operation, input) : null
  if (!write) return null
  const route = routeOf(view, write)
  const split = route && write.actions ? splitOf(route, write.actions) : null
  return { parts: [{ route: route?.name ?? null, arn: write.arn, split }], run: (by) => perform(view, write, by) }
}

function batch({ cloud }: View, input: ChangeResourceRecordSetsCommandInput): Plan {
  const parts = asked(cloud, input).map(({ route, answers }) => ({
    route: route.name,
    arn: route.spec.key,
    split: dnsSplit(answers)
  }))
  return {
    parts: parts.length > 0 ? parts : [{ route: null, arn: input.HostedZoneId ?? '', split: null }],
    run: (by) => changeRecordSets(cloud, input, by)
  }
}
