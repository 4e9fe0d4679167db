/**
 * The heavy parts, loaded only by the command that needs them, so that `sluice status` starts fast. Tests give their own.
 */
import type { Lab } from '../lab/lab.ts'
import type { LabOptions } from '../lab/options.ts'

/** A running daemon (src/main.ts). */
export interface Daemon {
  readonly url: string
  /** Stops deciding, saves, closes. */
  close(reason: string): Promise<void>
  /** Throws where something is wrong, and keeps what was. */
  reload(): Promise<void>
  /** Resolves when it has ended; rejects on a bug. */
  readonly done: Promise<void>
}

export type StartDaemon = (options: {
  configFile: string
  env: NodeJS.ProcessEnv
  createTable?: boolean
}) => Promise<Daemon>
export type StartLab = (options: LabOptions) => Promise<Lab>

export interface LabParts {
  readonly startLab: StartLab
  /** What a person needs to know of it. */
  readonly introduction: (lab: Lab) => string
}

export interface Loaders {
  daemon(): Promise<StartDaemon>
  lab(): Promise<LabParts>
}

export const loaders: Loaders = {
  daemon: async () => (await import('../main.ts')).startDaemon,
  lab: async () => ({
    startLab: (await import('../lab/lab.ts')).startLab,
    introduction: (await import('../lab/introduction.ts')).introduction
  })
}
