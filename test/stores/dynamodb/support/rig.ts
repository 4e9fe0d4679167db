/**
 * Several processes over one table, in virtual time: each with a leadership of its own, calls that can go wrong, and a life that
 * can end at any of them.
 */
import { makeAws } from '../../../../src/aws/aws.ts'
import { dynamoStore } from '../../../../src/stores/dynamodb/dynamodb.ts'
import { dynamoTable } from '../../../../src/stores/dynamodb/table.ts'
import type { SharedStore } from '../../../../src/stores/shared.ts'
import { aReach, dynamoClient, type Reach } from '../../../support/dynamo/client.ts'
import { aShelf, type Shelf } from '../../../support/dynamo/shelf.ts'
import { createIncarnation, type Incarnation } from '../../../support/virtual/incarnation.ts'
import { virtualClock, type VirtualClock } from '../../../support/virtual.ts'

export interface Process {
  readonly store: SharedStore
  readonly life: Incarnation
  readonly reach: Reach
  /** Of its leadership; null: it follows. */
  epoch: number | null
}

export interface SharedTable {
  readonly clock: VirtualClock
  readonly shelf: Shelf
  /** `skewMs`: how far its clock is ahead of the others'. */
  process(epoch?: number | null, skewMs?: number): Process
}

export function aSharedTable(): SharedTable {
  const clock = virtualClock()
  const shelf = aShelf()
  let n = 0
  return {
    clock,
    shelf,
    process: (epoch = null, skewMs = 0) => {
      n += 1
      const name = `p${n}`
      const life = createIncarnation()
      const own = life.clock(skewMs === 0 ? clock : clock.skewed(skewMs))
      const reach = aReach()
      const client = life.guard(dynamoClient(shelf, reach, own, name), { pure: ['destroy'] })
      const aws = makeAws({ clock: own, region: 'eu-west-1', clientFor: () => client })
      const table = dynamoTable({ aws, clock: own, account: { region: 'eu-west-1' }, name: 'sluice' })
      let tokens = 0
      const store = dynamoStore({
        table,
        clock: own,
        epoch: () => made.epoch,
        newToken: () => `${name}-${(tokens += 1)}`
      })
      const made: Process = { store, life, reach, epoch }
      return made
    }
  }
}
