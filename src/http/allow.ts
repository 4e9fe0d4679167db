/**
 * Tells a wrong method on a known path (405 with Allow) from a path that is not there (404). It only remembers what was routed.
 */
import { ShiftError } from '../errors.ts'

export interface RouteIndex {
  add(methods: string | readonly string[], url: string): void
  /** Methods that the path answers, sorted; empty where there is no such path. */
  methodsOf(path: string): readonly string[]
}

function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}$`)
}

export function makeRouteIndex(): RouteIndex {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  return {
    add: (methods, url) => {
      const known = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
      for (const method of typeof methods === 'string' ? [methods] : methods) known.methods.add(method)
      routes.set(url, known)
    },
    methodsOf: (path) => {
      const found = [...routes.values()].filter((route) => route.pattern.test(path))
      return [...new Set(found.flatMap((route) => [...route.methods]))].sort()
    }
  }
}

/** The error for a request that no route took. `extra.allow` becomes the Allow header. */
export function unrouted(index: RouteIndex, method: string, url: string): ShiftError {
  const path = url.split('?')[0] ?? url
  const allow = index.methodsOf(path)
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path
  // A method that is allowed was routed, and what the route looked for (a static file) is not there.
  if (allow.length === 0 || allow.includes(method))
    return new ShiftError('not_found', `there is no ${shown}; see /openapi.json for what there is`)
  return new ShiftError('method_not_allowed', `${method} is not allowed on ${shown}; allowed: ${allow.join(', ')}`, {
    extra: { allow }
  })
}
