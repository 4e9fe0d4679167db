// Puts a cluster's pods into the cluster's target groups and takes them out with the deregistration delay, as the controller
// in a cluster does with a TargetGroupBinding. Never looks at rules or weights.

import type { Registrar } from './cluster.ts'
import type { TargetGroup } from './targetGroup.ts'
import { draining, unused } from './targetGroup.ts'

const zones = ['a', 'c', 'd']

export function registrarFor(groups: readonly TargetGroup[], region: string, drainMs: number): Registrar {
  let registered = 0
  return {
    register: (pod) => {
      const zone = `${region}${zones[registered % zones.length] ?? 'a'}`
      registered += 1
      for (const group of groups) {
        group.registrations.push({ pod, zone, health: unused, passes: 0, failures: 0, checkFrom: 0 })
      }
    },
    deregister: async (pod) => {
      for (const group of groups) {
        for (const one of group.registrations) if (one.pod === pod) one.health = draining
      }
      await new Promise((resolve) => setTimeout(resolve, drainMs).unref())
      for (const group of groups) {
        const at = group.registrations.findIndex((one) => one.pod === pod)
        if (at >= 0) group.registrations.splice(at, 1)
      }
    }
  }
}
