/**
 * The port to whatever asks new a question of our own. One request, one answer: what it means is the gate's to say.
 */
import type { Call } from '../core/call.ts'
import type { Ms } from '../core/time.ts'

export interface ProbeResult {
  readonly ok: boolean
  /** HTTP status; null where there was none. */
  readonly status: number | null
  readonly ms: Ms
  /** The status, or why there was none, such as `ECONNREFUSED` or `Timeout`. */
  readonly code: string
}

export interface Prober {
  /**
   * GET `url`, until the call's deadline. `host`: what is asked for, as Host header and TLS server name; null: as the URL says. Never
   * throws: no answer is an answer.
   */
  get(url: string, host: string | null, call: Call): Promise<ProbeResult>
}
