/**
 * What one ELBv2 call sees: one region of the cloud, and the habits that all its lists have in common.
 */
import type { Cloud } from './cloud.ts'
import { invalid } from './failures.ts'
import type { Route } from './route.ts'
import type { TargetGroup } from './targets.ts'

/** What one call sees: the cloud, in one region. */
export interface View {
  readonly cloud: Cloud
  readonly region: string
}

const MAX_ARNS = 20
const MAX_PAGE = 400

export const routesIn = ({ cloud, region }: View): readonly Route[] =>
  cloud.routes.filter((route) => !route.gone && route.region === region)
export const groupsIn = ({ cloud, region }: View): readonly TargetGroup[] =>
  [...cloud.groups.values()].filter((group) => group.region === region)

/** The things with these ARNs, in their order; the whole call fails where one is missing. */
export function pick<T>(
  arns: readonly string[],
  things: readonly T[],
  arnOf: (thing: T) => string,
  missing: () => Error
): T[] {
  if (arns.length > MAX_ARNS) throw invalid(`At most ${MAX_ARNS} ARNs a call`)
  const byArn = new Map(things.map((thing) => [arnOf(thing), thing]))
  return arns.map((arn) => {
    const thing = byArn.get(arn)
    if (thing === undefined) throw missing()
    return thing
  })
}

export const unique = <T>(things: readonly T[], arnOf: (thing: T) => string): T[] => [
  ...new Map(things.map((thing) => [arnOf(thing), thing])).values()
]
export const pageOf = (view: View, input: { PageSize?: number | undefined; Marker?: string | undefined }) => ({
  size: Math.min(input.PageSize ?? view.cloud.pageSize, MAX_PAGE),
  marker: input.Marker
})
