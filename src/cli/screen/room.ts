/**
 * Shares out the lines of a terminal: every part gets some before one gets all, and what is left out is said. Pure.
 */

/** A part of a screen that can be shown in part: items of one or more lines, the most important first. */
export interface Part {
  readonly title: readonly string[]
  readonly items: readonly (readonly string[])[]
  /** What stands for the items that do not fit. */
  readonly more: (count: number) => string
}

export function heightOf({ title, items }: Part): number {
  return items.length === 0 ? 0 : title.length + items.reduce((sum, item) => sum + item.length, 0)
}

/** How many lines each of those that want `wants` lines gets of `room`: in turn, one after the other. */
export function shares(room: number, wants: readonly number[]): readonly number[] {
  const given = wants.map(() => 0)
  let left = room
  while (left > 0) {
    const hungry = wants.flatMap((want, i) => ((given[i] ?? 0) < want ? [i] : []))
    if (hungry.length === 0) break
    for (const i of hungry.slice(0, left)) given[i] = (given[i] ?? 0) + 1
    left -= Math.min(left, hungry.length)
  }
  return given
}

/**
 * How many lines each part gets, with the empty line before it. Parts stand in the order of their weight: where there is too little
 * for each of them to say anything, the last ones are left out, and the last one gets only what the others do not want.
 */
export function roomOf(parts: readonly Part[], room: number): readonly number[] {
  const wants = parts.map((part) => (heightOf(part) === 0 ? 0 : heightOf(part) + 1))
  const least = parts.map((part, i) => Math.min(wants[i] ?? 0, part.title.length + (part.items[0]?.length ?? 0) + 2))
  const kept = keptOf(least, room)
  const given = least.map((lines, i) => (i < kept ? lines : 0))
  const left = () => Math.max(0, room - given.reduce((sum, lines) => sum + lines, 0))
  const grow = (which: (i: number) => boolean) => {
    const more = shares(
      left(),
      wants.map((want, i) => (i < kept && which(i) ? want - (given[i] ?? 0) : 0))
    )
    more.forEach((lines, i) => (given[i] = (given[i] ?? 0) + lines))
  }
  grow((i) => i < parts.length - 1)
  grow((i) => i === parts.length - 1)
  return given
}

/** How many of the first parts can have their least. */
function keptOf(least: readonly number[], room: number): number {
  let used = 0
  const over = least.findIndex((lines) => (used += lines) > room)
  return over === -1 ? least.length : over
}

/** At most `room` lines of it; whole items only. */
export function cut(part: Part, room: number): readonly string[] {
  if (heightOf(part) <= room) return part.items.length === 0 ? [] : [...part.title, ...part.items.flat()]
  const lines = [...part.title]
  let shown = 0
  for (const item of part.items) {
    if (lines.length + item.length > room - 1) break
    lines.push(...item)
    shown++
  }
  if (shown > 0) return [...lines, part.more(part.items.length - shown)]
  return room > 0 ? [part.more(part.items.length)] : []
}
