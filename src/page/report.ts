/**
 * Where the report of a shift is asked for, and what its file is called. Pure.
 */
import type { ShiftView } from '../core/view.ts'

export type ReportFormat = 'html' | 'md'

export const REPORT_TYPES: Readonly<Record<ReportFormat, string>> = { html: 'text/html', md: 'text/markdown' }

export function reportPath(id: string, format: ReportFormat): string {
  return `/v1/shifts/${encodeURIComponent(id)}/report?format=${format}`
}

/** A name that every file system takes. */
export function reportFile({ id, migration }: Pick<ShiftView, 'id' | 'migration'>, format: ReportFormat): string {
  return `sluice-${migration}-${id}.${format}`.replace(/[^\w.-]+/g, '-')
}
