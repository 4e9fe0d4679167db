/**
 * The small parts of sentences: counts, lists, sides of a sentence that may be missing.
 */

/** `5321` is `5,321`. */
export function formatCount(n: number): string {
  const [whole = '0', fraction] = String(n).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** `1 request`, `5,321 requests`. */
export function counted(n: number, noun: string): string {
  return `${formatCount(n)} ${n === 1 ? noun : `${noun}s`}`
}

/** `a`, `a and b`, `a, b and c`; `nothing` where there is none. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1)
  if (last === undefined) return 'nothing'
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** The parts that are not empty, one after the other. */
export function joined(parts: readonly (string | null)[], separator: string): string {
  return parts.filter((part) => part !== null && part !== '').join(separator)
}

/** `: text`, or nothing where nobody gave one. */
export function said(text: string): string {
  return text === '' ? '' : `: ${text}`
}
