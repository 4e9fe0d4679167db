// A cluster: pods that can be made slow, wrong, unhealthy, dead, more or fewer while running. Tells a registrar when pods
// come and go, as a TargetGroupBinding controller would; never touches rules.

import type { Behaviour } from './behaviour.ts'
import { goodBehaviour } from './behaviour.ts'
import type { Pod } from './podServer.ts'
import { startPod } from './podServer.ts'
import type { Random } from './random.ts'
import type { ClusterSpec } from './spec.ts'

export interface Registrar {
  register(pod: Pod): void
  /** Resolves when the target has drained; the pod may end then. */
  deregister(pod: Pod): Promise<void>
}

export interface Cluster {
  readonly name: string
  behaviour(): Behaviour
  set(change: Partial<Behaviour>): void
  pods(): readonly Pod[]
  /** More or fewer pods; the ones that go are drained first. */
  scale(count: number): Promise<void>
  /** Stops the pod at this index, or all of them; they stay registered. */
  crash(index?: number): Promise<void>
  start(index?: number): Promise<void>
  close(): Promise<void>
}

export function createCluster(spec: ClusterSpec, registrar: Registrar, random: Random): Cluster {
  let behaviour: Behaviour = { ...goodBehaviour, ...spec.behaviour }
  const pods: Pod[] = []
  const alive = new Set<Pod>()
  let born = 0

  const chosen = (index: number | undefined): readonly Pod[] => {
    if (index === undefined) return pods
    const pod = pods[index]
    if (pod === undefined) throw new Error(`cluster ${spec.name} has pods 0 to ${pods.length - 1}, not ${index}`)
    return [pod]
  }
  const add = async (): Promise<void> => {
    born += 1
    const pod = await startPod({ name: `${spec.name}-${born}`, cluster: spec.name, behaviour: () => behaviour, random })
    pods.push(pod)
    alive.add(pod)
    registrar.register(pod)
  }

  return {
    name: spec.name,
    behaviour: () => behaviour,
    set: (change) => {
      behaviour = { ...behaviour, ...change }
    },
    pods: () => pods,
    scale: async (count) => {
      if (!Number.isInteger(count) || count < 0 || count > 1000) throw new Error(`${count} pods: allowed are 0 to 1000`)
      while (pods.length < count) await add()
      const leaving = pods.splice(count)
      await Promise.all(
        leaving.map(async (pod) => {
          await registrar.deregister(pod)
          await pod.crash()
          alive.delete(pod)
        })
      )
    },
    crash: async (index) => {
      await Promise.all(chosen(index).map((pod) => pod.crash()))
    },
    start: async (index) => {
      await Promise.all(chosen(index).map((pod) => pod.start()))
    },
    close: async () => {
      await Promise.all([...alive].map((pod) => pod.crash()))
    }
  }
}
