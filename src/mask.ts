/**
 * Takes secrets out of texts that others wrote: by the forms in which AWS and HTTP carry them. What is not of such a form is kept,
 * so that an error still says what is wrong; whoever knows a secret must not put it into a text at all.
 */

const MASK = '[redacted]'
/** What may stand between a name and its value: `=`, `: `, `":"`. */
const IS = String.raw`["']?\s*[=:]\s*["']?`

const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[^\s"',;]+/gi, `$1 ${MASK}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, MASK],
  [/\b((?:X-Amz-)?(?:Signature|Credential|Security-Token))=[^\s&"',;]+/gi, `$1=${MASK}`],
  [
    new RegExp(String.raw`\b((?:x-amz-)?security-?token|sessiontoken|secretaccesskey)(${IS})[^\s"',;&}]+`, 'gi'),
    `$1$2${MASK}`
  ],
  [new RegExp(String.raw`\b(externalId)(${IS})[^\s"',;&}]+`, 'gi'), `$1$2${MASK}`]
]

export function maskText(text: string): string {
  return SECRET_TEXT.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text)
}
