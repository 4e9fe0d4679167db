/**
 * Where in a document something stands, independent of how the document was written: keys and list indexes from the root.
 */

export type Path = readonly (string | number)[]

/** For people: `gates[0].max`. */
export function keyPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

/** For programs: `/gates/0/max` (RFC 6901). */
export function jsonPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Back from a pointer; digits are taken for list indexes, which compare equal to such a key where it is looked up. */
export function pathOf(pointer: string): Path {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : part))
}

/** What stands at `path`, or undefined where the way there is not as expected. Trusts nothing about the shape. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => {
    if (Array.isArray(at)) return typeof part === 'number' ? at[part] : undefined
    if (typeof at !== 'object' || at === null) return undefined
    return Object.entries(at).find(([key]) => key === String(part))?.[1]
  }, value)
}
