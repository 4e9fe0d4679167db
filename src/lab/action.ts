// What a rule does with a request, as the lab keeps it. Knows nothing of the wire: endpoint/actionReader and actionWriter do.

export interface WeightedGroup {
  readonly arn: string
  readonly weight: number
}

export interface Stickiness {
  readonly enabled: boolean
  readonly seconds?: number
}

export interface Forward {
  readonly groups: readonly WeightedGroup[]
  readonly stickiness: Stickiness
}

/** A setting of an action that the lab only keeps and gives back (an OIDC configuration, a redirect). */
export type Opaque = string | readonly Opaque[] | { readonly [key: string]: Opaque }

export interface Action {
  readonly type: string
  readonly order?: number
  /** Only where type is `forward`. */
  readonly forward?: Forward
  /** Everything else, by AWS's name of the configuration: `AuthenticateOidcConfig`, `FixedResponseConfig`, … */
  readonly settings?: Readonly<Record<string, Opaque>>
}

export function forwardOf(actions: readonly Action[]): Forward | undefined {
  return actions.find((action) => action.forward !== undefined)?.forward
}

/** Values of one thing over time: what the API tells and what the data plane does lag behind what was written. */
export interface History<T> {
  readonly versions: { readonly at: number; readonly value: T }[]
}

export function history<T>(value: T): History<T> {
  return { versions: [{ at: Number.NEGATIVE_INFINITY, value }] }
}

export function write<T>(kept: History<T>, value: T, at: number): void {
  kept.versions.push({ at, value })
  // Nobody lags by more than a few versions; a demo that runs for days must not keep them all.
  if (kept.versions.length > 100) kept.versions.splice(0, 50)
}

export function asOf<T>(kept: History<T>, at: number): T {
  const known = kept.versions.findLast((version) => version.at <= at) ?? kept.versions[0]
  if (known === undefined) throw new Error('a history has at least one version')
  return known.value
}

export function newest<T>(kept: History<T>): T {
  return asOf(kept, Number.POSITIVE_INFINITY)
}
