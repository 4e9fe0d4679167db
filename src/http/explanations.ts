/**
 * What each code of the catalogue means and what to do about it: the entries of docs/runbook.md, which is part of the program,
 * so that the page behind a problem's `type` and the page on disk cannot differ.
 */
import { readFileSync } from 'node:fs'
import { CODES, type Code } from '../errors.ts'

/** The whole runbook, as Markdown. */
export const RUNBOOK: string = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')

function entryOf(code: string): string {
  const [, after] = RUNBOOK.split(`\n### ${code}\n`)
  const entry = after?.split(/\n##+ /)[0]?.trim()
  if (entry === undefined || entry === '') throw new Error(`docs/runbook.md has no entry for the error code ${code}`)
  return entry
}

/** By code, as Markdown: what it means, what to do, how to know that it worked. */
export const EXPLANATIONS: Readonly<Record<Code, string>> = Object.fromEntries(
  Object.keys(CODES).map((code) => [code, entryOf(code)])
) as Record<Code, string>
