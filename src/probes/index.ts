/** The probers that there are. Whoever composes the daemon chooses here; everybody else knows only the port. */
export type { Prober, ProbeResult } from './probe.ts'
export { httpProber } from './http.ts'
