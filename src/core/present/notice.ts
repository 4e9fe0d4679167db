/**
 * A notice as others receive it: JSON for programs (docs/notifications.md), plain text for people. Holds no address and no secret
 * of a target.
 */
import type { Notice } from '../notice.ts'
import { rfc3339 } from '../rfc3339.ts'

/** What a webhook is sent. */
export interface NoticeView {
  /** The same for every delivery of the same notice. */
  readonly id: string
  readonly at: string
  readonly event: string
  readonly page: boolean
  readonly title: string
  readonly shift: {
    readonly id: string
    readonly seq: number
    readonly migration: string
    readonly policy: string
    readonly phase: string
    readonly percent: number
  } | null
  readonly evidence: readonly string[]
  readonly todo: readonly string[]
  /** Null where the configuration has no `server.publicUrl`. */
  readonly link: string | null
}

export function noticeView(notice: Notice, publicUrl: string | null): NoticeView {
  const { id, at, event, page, title, about, evidence, todo } = notice
  return {
    id,
    at: rfc3339(at),
    event,
    page,
    title,
    shift: about && {
      id: about.shift,
      seq: about.seq,
      migration: about.migration,
      policy: about.policy,
      phase: about.phase,
      percent: about.percent
    },
    evidence,
    todo,
    link: linkOf(notice, publicUrl)
  }
}

/** The page of the shift, or the page of all. */
export function linkOf({ about }: Notice, publicUrl: string | null): string | null {
  if (publicUrl === null) return null
  return about === null ? `${publicUrl}/` : `${publicUrl}/#/shifts/${about.shift}`
}

/** For mail and telephones. */
export function noticeText(notice: Notice, publicUrl: string | null): string {
  const link = linkOf(notice, publicUrl)
  return [
    notice.title,
    '',
    ...notice.evidence.map((line) => `- ${line}`),
    ...(notice.todo.length > 0 ? ['', 'What to do:', ...notice.todo.map((line) => `- ${line}`)] : []),
    '',
    ...(link === null ? [] : [link]),
    `${rfc3339(notice.at)} · ${notice.event} · ${notice.id}`
  ].join('\n')
}
