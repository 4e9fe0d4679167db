import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import type { Aws, TurnTaking } from '../../src/aws/aws.ts'
import { targetsHealthOf, type As } from '../../src/routers/elb/targets.ts'

function answering(...targets: readonly TargetHealth[]): As {
  const output = { TargetHealthDescriptions: targets.map((TargetHealth) => ({ TargetHealth })) }
  const aws = { send: async () => ({ output, attempts: 1, skewMs: null }) } as unknown as Aws & TurnTaking
  const call = { urgency: 'observe', deadlineAt: 1, signal: new AbortController().signal } as const
  return { aws, account: { region: 'eu-west-1' }, call }
}

t.test('a function that nobody checks says nothing of the health of a load balancer that has others', async (t) => {
  const unchecked: TargetHealth = { State: 'unavailable', Reason: 'Target.HealthCheckDisabled' }
  const found = await targetsHealthOf(answering({ State: 'healthy' }, unchecked, unchecked), 'arn')
  t.same(found, { healthy: 1, total: 1, states: { healthy: 1, unavailable: 2 } })
})

t.test('what AWS cannot tell for another reason is not healthy', async (t) => {
  const failed: TargetHealth = { State: 'unavailable', Reason: 'Elb.InternalError' }
  t.match(await targetsHealthOf(answering({ State: 'healthy' }, failed), 'arn'), { healthy: 1, total: 2 })
})
