/**
 * What a legal configuration is beyond its shape: who may reach the daemon, and with which tokens. Looks at a value whose
 * shape may be wrong elsewhere, so that everything is told at once; never prints a digest.
 */
import { valueAt } from './path.ts'
import { complain, type Complaint } from './problem.ts'

/** SHA-256 of nothing: what a script makes of a token that it failed to read. Everybody knows it. */
const DIGEST_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const TOKENS = ['server', 'auth', 'tokens'] as const

export function configProblems(value: unknown): readonly Complaint[] {
  const tokens = valueAt(value, TOKENS)
  const list: readonly unknown[] = Array.isArray(tokens) ? tokens : []
  return [...exposure(value, list), ...metricsProblems(value, list), ...tokenProblems(list)]
}

/** Everybody who reaches the port could move production traffic. */
function exposure(value: unknown, tokens: readonly unknown[]): readonly Complaint[] {
  const path = ['server', 'host']
  const host = valueAt(value, path)
  if (typeof host !== 'string' || host === '' || isLoopback(host) || tokens.length > 0) return []
  return [complain(path, `is ${host}, which others can reach: that needs server.auth.tokens, or 127.0.0.1`)]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function metricsProblems(value: unknown, tokens: readonly unknown[]): readonly Complaint[] {
  const path = ['server', 'auth', 'metrics']
  if (valueAt(value, path) !== 'token' || tokens.length > 0) return []
  return [complain(path, 'is token, but there are no tokens: nobody could read them')]
}

function tokenProblems(tokens: readonly unknown[]): readonly Complaint[] {
  const names = tokens.map((token) => valueAt(token, ['name']))
  const digests = tokens.map((token) => {
    const digest = valueAt(token, ['sha256'])
    return typeof digest === 'string' ? digest.toLowerCase() : undefined
  })
  return tokens.flatMap((_, i) => {
    const [name, digest] = [names[i], digests[i]]
    const found: Complaint[] = []
    if (typeof name === 'string' && names.indexOf(name) < i) {
      found.push(complain([...TOKENS, i, 'name'], `there is another token named ${name}: names must differ`))
    }
    if (digest !== undefined && digests.indexOf(digest) < i) {
      found.push(
        complain(
          [...TOKENS, i, 'sha256'],
          `is that of the token ${String(names[digests.indexOf(digest)])} as well: nobody could tell them apart`
        )
      )
    }
    if (digest === DIGEST_OF_NOTHING) found.push(complain([...TOKENS, i, 'sha256'], 'is the SHA-256 of an empty token'))
    return found
  })
}
