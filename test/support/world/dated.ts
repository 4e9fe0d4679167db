/**
 * Tells the server's clock with every answer, as the `date` header of a real one does: simulated clients have no headers.
 */
import type { Aws } from '../../../src/aws/aws.ts'
import type { Ms } from '../../../src/core/time.ts'

/** The same `aws`, whose answers say that the server's clock is so far from ours. */
export function dated<A extends Aws>(aws: A, skewMs: Ms): A {
  const send: Aws['send'] = async (...args) => ({ ...(await aws.send(...args)), skewMs })
  return { ...aws, send }
}
