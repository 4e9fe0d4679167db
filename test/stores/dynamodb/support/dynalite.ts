/**
 * dynalite, an imitation of DynamoDB by others, in this process, in memory, on a free port of loopback.
 */
import { createRequire } from 'node:module'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

type Dynalite = (options: { readonly createTableMs: number }) => Server

export interface Emulator {
  readonly endpoint: string
  /** What an SDK client needs to find it. */
  readonly env: Readonly<Record<string, string>>
}

export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'ap-northeast-1' }

export async function startDynalite(t: Test): Promise<Emulator> {
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${port}`
  return { endpoint, env: { ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: endpoint } }
}
