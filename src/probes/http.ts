/**
 * Probes over HTTP and HTTPS. A new connection each, so that what a probe says is about now; the certificate must be right for the
 * host; no redirect is followed, as it could lead away from new. Like a kubelet's probe it passes with a status from 200 to 399.
 * Never keeps or shows what was answered.
 */
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as overHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Call } from '../core/call.ts'
import type { Prober, ProbeResult } from './probe.ts'

/** More of a body is not waited for; the status has said what there is to say. */
const MAX_BODY_BYTES = 65_536
const AGENT = 'sluice-probe'

export function httpProber({ clock }: { readonly clock: Clock }): Prober {
  return {
    async get(url, host, call) {
      const startedAt = clock.now()
      const limit = clock.timeout(Math.max(1, call.deadlineAt - startedAt), call.signal)
      try {
        const status = await ask(new URL(url), host, limit.signal)
        return resultOf(status, clock.now() - startedAt)
      } catch (err) {
        const code = limit.signal.aborted ? stoppedBy(call) : codeOf(err)
        return { ok: false, status: null, ms: clock.now() - startedAt, code }
      } finally {
        limit.clear()
      }
    }
  }
}

function resultOf(status: number, ms: number): ProbeResult {
  return { ok: status >= 200 && status < 400, status, ms, code: String(status) }
}

function stoppedBy({ signal }: Call): string {
  return signal.aborted ? 'Aborted' : 'Timeout'
}

/** The status, once the body has come too (or as much of it as is read). Rejects where either does not. */
function ask(url: URL, host: string | null, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? overHttps : overHttp
    const request = send(url, optionsOf(url, host, signal), (response) => {
      drain(response).then(() => resolve(response.statusCode ?? 0), reject)
    })
    request.on('error', reject)
    request.end()
  })
}

function optionsOf(url: URL, host: string | null, signal: AbortSignal): RequestOptions & { servername?: string } {
  const name = (host ?? url.hostname).replace(/:\d+$/, '')
  return {
    method: 'GET',
    agent: false,
    signal,
    headers: { host: host ?? url.host, 'user-agent': AGENT, accept: '*/*', connection: 'close' },
    // TLS allows no address as a server name.
    ...(isIP(name) === 0 && !name.startsWith('[') ? { servername: name } : {})
  }
}

function drain(response: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    response.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length
      if (bytes <= MAX_BODY_BYTES) return
      resolve()
      response.destroy()
    })
    response.on('end', resolve)
    response.on('error', reject)
    response.on('close', () => reject(new Error('the body broke off')))
  })
}

function codeOf(err: unknown): string {
  if (typeof err === 'object' && err !== null && 'code' in err && typeof err.code === 'string') return err.code
  return 'BrokenAnswer'
}
