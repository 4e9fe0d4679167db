/**
 * Text of others within HTML and SVG: never markup, never an attribute's end, never a character that reorders what stands around it.
 */

export function escape(value: string): string {
  return value
    .replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
