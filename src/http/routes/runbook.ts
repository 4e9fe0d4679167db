/**
 * The runbook as the daemon has it, for on-call who have nothing else at hand.
 */
import { Type } from 'typebox'
import { RUNBOOK } from '../explanations.ts'
import { responses } from '../schemas/common.ts'
import type { Routes } from './route.ts'

const schema = {
  operationId: 'runbook',
  summary: 'The runbook: every alert, error code and state in which a person is needed',
  tags: ['daemon'],
  security: [] as { [name: string]: string[] }[],
  response: responses({ status: 200, description: 'Markdown', content: { 'text/plain': Type.String() } }, [
    'invalid_request'
  ])
}

export function runbookRoute(app: Routes): void {
  // As plain text: a browser shows it, where it would save Markdown as a file.
  app.get('/runbook', { schema, config: { access: 'public' } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(RUNBOOK)
  )
}
