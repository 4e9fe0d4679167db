/**
 * Makes the page ready to be sent: every file compressed once, named by the hash of all of them, and a policy for the document
 * that lets nothing else run. Takes a second of a core: it runs in a thread of its own (worker.ts).
 */
import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { documentTemplate, importMap, sourcesOf, type Source } from './bundle.ts'

export interface Asset {
  readonly type: string
  readonly etag: string
  readonly identity: Uint8Array
  readonly br: Uint8Array
  readonly gzip: Uint8Array
}

export interface Page {
  readonly version: string
  readonly document: Asset
  /** Content-Security-Policy of the document. */
  readonly policy: string
  /** By the path below `/assets/VERSION/`. */
  readonly files: ReadonlyMap<string, Asset>
}

export async function buildPage(): Promise<Page> {
  const sources = await sourcesOf()
  const template = await documentTemplate()
  const version = digest([template, ...sources.map(({ path, text }) => `${path}\n${text}`)].join('\n')).slice(0, 16)
  const base = `/assets/${version}/`
  const imports = importMap(base)
  const html = template
    .replaceAll('{{BASE}}', base)
    .replace('{{IMPORTMAP}}', `<script type="importmap">${imports}</script>`)
    .replace('{{PRELOADS}}', preloadsOf(sources, base))
  return {
    version,
    document: assetOf('text/html; charset=utf-8', html),
    policy: policyFor(imports),
    files: new Map(sources.map(({ path, type, text }) => [path, assetOf(type, text)]))
  }
}

/** All modules at once: a chain of imports over a slow line would be a chain of waits. */
function preloadsOf(sources: readonly Source[], base: string): string {
  return sources
    .filter(({ path }) => /\.(ts|js)$/.test(path))
    .map(({ path }) => `<link rel="modulepreload" href="${base}${path}" />`)
    .join('\n    ')
}

/** Only our own files, and the one inline import map by its hash. */
function policyFor(imports: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash('sha256').update(imports).digest('base64')}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

function assetOf(type: string, text: string): Asset {
  const identity = Buffer.from(text)
  return {
    type,
    etag: `W/"${digest(text).slice(0, 22)}"`,
    identity,
    br: brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    gzip: gzipSync(identity, { level: 9 })
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
