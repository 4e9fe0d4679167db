/**
 * What a step's percent becomes as weights of records, where that is not the percent: integers up to 255 hold no 0.1 %. Said before
 * the first write, as more users than asked for may get new.
 */
import { percentOf } from '../percent.ts'
import { fractionOf, tenthsOfShare, type Share } from '../share.ts'
import type { Finding, Shift } from '../shift.ts'

export function roundedSteps({ routeSpecs, steps }: Pick<Shift, 'routeSpecs' | 'steps'>): readonly Finding[] {
  return routeSpecs.flatMap(({ name, type }): readonly Finding[] => {
    if (type !== 'route53') return []
    const said = steps.flatMap(({ percent, shares }) => {
      const share = shares[name]
      return share === undefined || tenthsOfShare(share) === percent ? [] : [asWritten(percent, share)]
    })
    if (said.length === 0) return []
    const detail = `weights of records are integers from 0 to 255: ${said.join('; ')}`
    const remedy = 'choose a percent from 0.4 to 99.6, or take it as it is'
    return [{ severity: 'warning', code: 'percent_rounded', route: name, detail, remedy }]
  })
}

function asWritten(percent: number, share: Share): string {
  const real = (fractionOf(share) * 100).toFixed(2)
  return `${percentOf(percent)} % is written as old:new ${share.old}:${share.new}, which is ${real} %`
}
