/**
 * `${NAME}` and `${NAME:-default}` in one text. Works on a scalar that was parsed before, never on raw YAML: a value cannot
 * bring in keys. `$${` is a literal `${`.
 */
import type { Env } from './env.ts'

export type Substituted =
  | { readonly kind: 'untouched' }
  | { readonly kind: 'replaced'; readonly text: string }
  | { readonly kind: 'failed'; readonly messages: readonly string[] }

const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\}|([^}]*)(\}?))/g

/** As in a shell, `:-` counts a variable that is set to nothing as not set. */
export function substitute(text: string, env: Env): Substituted {
  if (!text.includes('${')) return { kind: 'untouched' }
  const messages: string[] = []
  const replaced = text.replace(REFERENCE, (whole: string, name?: string, otherwise?: string) => {
    if (whole === '$${') return '${'
    if (name === undefined) {
      messages.push(`${whole} is not \${NAME} or \${NAME:-default}`)
      return ''
    }
    const value = env[name]
    if (otherwise !== undefined) return value === undefined || value === '' ? otherwise : value
    if (value === undefined)
      messages.push(`the environment variable ${name} is not set, and \${${name}} has no default`)
    return value ?? ''
  })
  return messages.length > 0 ? { kind: 'failed', messages } : { kind: 'replaced', text: replaced }
}
