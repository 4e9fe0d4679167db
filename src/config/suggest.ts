/**
 * The known word that somebody most likely meant. Never guesses wildly: a word that differs in more than two fifths of its
 * letters is no suggestion.
 */

/** Longer words are no slip of the pen, and comparing them takes time. */
const LENGTH_MAX = 60

/** The nearest of `known`, or null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > LENGTH_MAX) return null
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceOf(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.ceil(Math.max(word.length, candidate.length) * 0.4))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate ?? null
}

/** `a, b or c`. */
export function eitherOf(words: readonly unknown[]): string {
  const texts = words.map(String)
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`
}

/** Edits (insert, delete, replace, swap two neighbours) between two words: optimal string alignment. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          cell(i - 1, j) + 1,
          cell(i, j - 1) + 1,
          cell(i - 1, j - 1) + same,
          swapped ? cell(i - 2, j - 2) + 1 : Infinity
        )
      )
    }
  }
  return cell(a.length, b.length)
}
