/**
 * Paths of the contract that belong to a later round: refused clearly, never silently.
 */
import { ShiftError, type Code } from '../../errors.ts'
import { responses, json } from '../schemas/common.ts'
import { Type } from 'typebox'
import type { Routes } from './route.ts'

const LATER = [
  { path: '/v1/plans', operationId: 'plan', what: 'Working a shift out before it starts' },
  { path: '/v1/backtests', operationId: 'backtest', what: 'Judging past measurements by a policy' }
]

const CODES: readonly Code[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'body_too_large',
  'unsupported_media_type',
  'not_available'
]

export function laterRoutes(app: Routes): void {
  for (const { path, operationId, what } of LATER) {
    const { 200: _never, ...response } = responses(json(200, '', Type.Unknown()), CODES)
    const schema = { operationId, summary: `${what} (not available)`, tags: ['looking ahead'], response }
    app.post(path, { schema, config: { access: 'viewer' } }, async () => {
      throw new ShiftError('not_available', `${what} (POST ${path}) is not available in this version`)
    })
  }
}
