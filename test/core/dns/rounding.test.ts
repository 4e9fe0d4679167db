import t from 'tap'
import { roundedSteps } from '../../../src/core/dns/rounding.ts'
import { weightsOf } from '../../../src/routers/route53/weights.ts'
import { aDnsRoute, aRoute } from '../../support/builders.ts'

const step = (percent: number, ...names: readonly string[]) => ({
  percent,
  bakeMs: 60_000,
  approval: null,
  shares: Object.fromEntries(names.map((name) => [name, weightsOf(percent)]))
})

t.test('a percent that weights of records cannot hold is told with what it becomes', async (t) => {
  const api = aDnsRoute({ name: 'api' })
  const steps = [1, 4, 5, 10, 125, 333, 1000].map((percent) => step(percent, 'api'))
  t.match(roundedSteps({ routeSpecs: [api], steps }), [
    {
      severity: 'warning',
      code: 'percent_rounded',
      route: 'api',
      detail: /: 0\.1 % is written as old:new 255:1, which is 0\.39 %$/
    }
  ])
  t.same(roundedSteps({ routeSpecs: [api], steps: steps.slice(1) }), [], '0.4 % and more fit')
  t.same(
    roundedSteps({ routeSpecs: [aRoute({ name: 'web' })], steps: [step(1, 'web')] }),
    [],
    'load balancers have 999'
  )
})
