/**
 * Which variables of the environment mean something to Sluice. It never reads the process's own: the environment is given.
 * AWS's own variables are left to the SDK, but for the region, which the configuration may leave to it.
 */

export type Env = Readonly<Record<string, string | undefined>>

export const DEFAULT_CONFIG_FILE = 'config/sluice.yaml'
export const DEFAULT_URL = 'http://127.0.0.1:8080'

/** `SLUICE_CONFIG`: the daemon's configuration file. */
export function configFileOf(env: Env): string {
  return stated(env['SLUICE_CONFIG']) ?? DEFAULT_CONFIG_FILE
}

/** `SLUICE_URL`: where the CLI finds the daemon. */
export function urlOf(env: Env): string {
  return stated(env['SLUICE_URL']) ?? DEFAULT_URL
}

/** `SLUICE_TOKEN`: who the CLI is. */
export function tokenOf(env: Env): string | null {
  return stated(env['SLUICE_TOKEN'])
}

/** `AWS_REGION`, else `AWS_DEFAULT_REGION`, as the AWS CLI reads them. */
export function regionOf(env: Env): string | null {
  return stated(env['AWS_REGION']) ?? stated(env['AWS_DEFAULT_REGION'])
}

/** A variable that is set to nothing is not set. */
function stated(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value
}
