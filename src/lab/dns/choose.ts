// Which member of a group of records answers a query, by Route 53's rules of weights and health. Pure but for the dice.

import type { Random } from '../random.ts'
import type { RecordSet } from './recordSet.ts'

export type Healthy = (record: RecordSet) => boolean

/**
 * Weighted: by weight among the healthy; weight 0 only where no other is healthy; all 0 = equal; none healthy = as if all were
 * (Route 53 developer guide, how Route 53 chooses records). Failover: primary before secondary. Latency: anyone.
 */
export function choose(group: readonly RecordSet[], healthy: Healthy, random: Random): readonly RecordSet[] {
  if (group.some((one) => one.multiValueAnswer === true)) {
    const well = group.filter(healthy)
    return (well.length > 0 ? well : group).slice(0, 8)
  }
  const one = chooseOne(group, healthy, random)
  return one === undefined ? [] : [one]
}

function chooseOne(group: readonly RecordSet[], healthy: Healthy, random: Random): RecordSet | undefined {
  if (group.length < 2) return group[0]
  const well = group.filter(healthy)
  const usable = well.length > 0 ? well : group
  const primary = usable.find((one) => one.failover === 'PRIMARY')
  if (primary !== undefined) return primary
  const weighted = usable.filter((one) => (one.weight ?? 0) > 0)
  // Not healthy but weighted members are all of them: then those of weight 0 are used.
  return weighted.length > 0 ? draw(weighted, (one) => one.weight ?? 0, random) : draw(usable, () => 1, random)
}

function draw<T>(list: readonly T[], weightOf: (one: T) => number, random: Random): T | undefined {
  let dice = random() * list.reduce((sum, one) => sum + weightOf(one), 0)
  for (const one of list) {
    dice -= weightOf(one)
    if (dice < 0) return one
  }
  return list.at(-1)
}
