/**
 * The report of an ended shift: as a file to look at and to print, and as Markdown for the post-mortem.
 */
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { ShiftView } from '../../core/view.ts'
import { REPORT_TYPES, reportFile, reportPath, type ReportFormat } from '../report.ts'
import { askText, Failure } from '../state/api.ts'
import { copyText, saveText } from '../state/handOver.ts'

/** Asks for the report and hands it over. Answers what happened, in words; never rejects. */
async function fetchReport(view: ShiftView, format: ReportFormat): Promise<string> {
  try {
    const text = await askText(reportPath(view.id, format), REPORT_TYPES[format])
    if (format === 'md' && (await copyText(text))) return 'Copied.'
    const name = reportFile(view, format)
    saveText(name, REPORT_TYPES[format], text)
    return format === 'md' ? `The browser did not allow it: saved as ${name} instead.` : `Saved as ${name}.`
  } catch (err) {
    return err instanceof Failure ? err.message : String(err)
  }
}

export function Report({ view }: { readonly view: ShiftView }) {
  const [told, setTold] = useState('')
  if (view.outcome === null) return null
  const press = (format: ReportFormat) => async () => {
    setTold('Asking the daemon…')
    setTold(await fetchReport(view, format))
  }
  return html`<section aria-label="Report">
    <div class="withtool">
      <h2>Report</h2>
      <button type="button" onClick=${press('html')}>Download the report (HTML)</button>
      <button type="button" onClick=${press('md')}>Copy the report as Markdown</button>
      <span role="status">${told}</span>
    </div>
    <p class="dim">Impact, work, rollback, frequency and time, with the evidence of every gate: for the post-mortem.</p>
  </section>`
}
