/**
 * A side's vars in what is asked of CloudWatch: `$cluster` and `${cluster}`. The one place that knows how a word is written.
 */
import type { RouteSpec, Side } from '../migration.ts'

const WORD = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g

/** Words that every side has. */
export const OWN_WORDS = ['side', 'route'] as const

export function varsOf(route: RouteSpec, side: Side): Readonly<Record<string, string>> {
  return { ...route[side].vars, side, route: route.name }
}

/** The words put in. An unknown one stays as it stands: that series does not exist, and blind is not a pass. */
export function substituted(text: string, vars: Readonly<Record<string, string>>): string {
  return text.replace(WORD, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? ''
    return Object.hasOwn(vars, name) ? (vars[name] ?? whole) : whole
  })
}

export function substitutedIn(
  dimensions: Readonly<Record<string, string>>,
  vars: Readonly<Record<string, string>>
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [name, substituted(value, vars)]))
}

/** The words that are asked for, without those that every side has. */
export function wordsIn(dimensions: Readonly<Record<string, string>>): readonly string[] {
  const words = Object.values(dimensions).flatMap((value) =>
    [...value.matchAll(WORD)].map(([, braced, bare]) => braced ?? bare ?? '')
  )
  return words.filter((word) => !(OWN_WORDS as readonly string[]).includes(word))
}
