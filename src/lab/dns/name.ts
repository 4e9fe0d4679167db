// Names as Route 53 keeps them: lower case, a dot at the end, everything but letters, digits, hyphen and underscore as an octal
// escape. Pure; never decides whether a name exists.

const settled = /^[a-z0-9_.-]+\.$/
const plain = /^[a-z0-9_-]$/

/** `API.Example.com` and `api.example.com.` are one name; `*` and `\052` are too. */
export function normalise(name: string): string {
  if (settled.test(name)) return name
  const escaped = readEscapes(name).map((char) => (char === '.' || plain.test(char) ? char : octal(char)))
  const joined = escaped.join('')
  return joined.endsWith('.') ? joined : `${joined}.`
}

/** What goes into a DNS packet: no escapes, no dot at the end. */
export const toWire = (name: string): string => readEscapes(name).join('').replace(/\.$/, '')

/** Single characters, lower case; `\052` is one of them. */
function readEscapes(name: string): readonly string[] {
  const chars = name.match(/\\[0-3][0-7]{2}|[^]/g) ?? []
  return chars.map((char) =>
    char.length > 1 ? String.fromCodePoint(Number.parseInt(char.slice(1), 8)).toLowerCase() : char.toLowerCase()
  )
}

const octal = (char: string): string => `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`

/** The order of ListResourceRecordSets: ASCII order of the name with its labels reversed, `com.example.api.`. */
export const reversed = (name: string): string => `${name.slice(0, -1).split('.').toReversed().join('.')}.`

export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`)

/** `b.c.` for `a.b.c.`; the root for a name of one label. */
export const parentOf = (name: string): string => name.slice(name.indexOf('.') + 1) || '.'
