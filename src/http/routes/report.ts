/**
 * The report of a shift: JSON for programs, Markdown for a post-mortem, one HTML file for people and printers; by `format`, else by
 * the Accept header.
 */
import { Type } from 'typebox'
import type { ReportView } from '../../core/view.ts'
import { ShiftError } from '../../errors.ts'
import type { Sluice } from '../../engine/sluice.ts'
import { html, HTML_POLICY } from '../../report/html.ts'
import { markdown } from '../../report/markdown.ts'
import { preferred } from '../accept.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { IdParams, ReportQuery } from '../schemas/queries.ts'
import type { Routes } from './route.ts'

const TYPES = { json: 'application/json', md: 'text/markdown', html: 'text/html' } as const
type ContentType = (typeof TYPES)[keyof typeof TYPES]

const document = json(200, 'The report; of an open shift, as it is now', ref('Report'))
const schema = {
  operationId: 'getReport',
  summary: 'The five measures of the migration, with the evidence; as JSON, Markdown or HTML',
  tags: ['shifts'],
  params: IdParams,
  querystring: ReportQuery,
  response: responses(
    { ...document, content: { ...document.content, [TYPES.md]: Type.String(), [TYPES.html]: Type.String() } },
    ['invalid_request', 'unauthorized', 'forbidden', 'shift_not_found', 'not_acceptable']
  )
}

export function reportRoute(app: Routes, sluice: Pick<Sluice, 'report'>): void {
  app.get('/v1/shifts/:id/report', { schema, config: { access: 'viewer' } }, async (request, reply) => {
    const { format } = request.query
    const type = format === undefined ? wantedBy(request.headers.accept) : TYPES[format]
    reply.header('vary', 'accept')
    const report = await sluice.report(request.params.id)
    if (type === TYPES.json) return report
    if (type === TYPES.html) reply.header('content-security-policy', HTML_POLICY)
    return reply.type(`${type}; charset=utf-8`).send(written(report, type))
  })
}

function wantedBy(accept: string | undefined): ContentType {
  const type = preferred(accept, Object.values(TYPES))
  if (type !== null) return type
  const allowed = Object.values(TYPES).join(', ')
  throw new ShiftError('not_acceptable', `Accept ${JSON.stringify(accept?.slice(0, 100))}; allowed: ${allowed}`)
}

function written(report: ReportView, type: ContentType): string {
  return type === TYPES.html ? html(report) : markdown(report)
}
