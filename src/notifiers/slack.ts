/**
 * Slack's incoming webhooks: the notice as blocks. The address is the secret. Slack drops no repeats; the id at the foot tells them.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import { linkOf } from '../core/present/notice.ts'
import type { Notice } from '../core/notice.ts'
import type { Notifier } from './notifier.ts'
import { post } from './post.ts'

/** Slack refuses more: characters of a header, of the text of a section. */
const HEADER_MOST = 150
const SECTION_MOST = 3_000

export interface SlackSpec {
  readonly name: string
  readonly url: string
}

export function slack({ name, url }: SlackSpec, publicUrl: string | null): Notifier {
  return {
    name,
    send: (notice, signal) => post(url, JSON.stringify(slackMessage(notice, publicUrl)), {}, signal)
  }
}

/** `text` is what a telephone shows before Slack is opened. */
export function slackMessage(notice: Notice, publicUrl: string | null): object {
  const link = linkOf(notice, publicUrl)
  const headline = notice.page ? `Look now: ${notice.title}` : notice.title
  const foot = [
    `${notice.event} · ${escaped(notice.id)}`,
    ...(link === null ? [] : [`<${escaped(link)}|open in Sluice>`])
  ]
  return {
    text: escaped(headline),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(headline, HEADER_MOST), emoji: false } },
      ...section(notice.evidence),
      ...section(notice.todo, '*What to do*'),
      { type: 'context', elements: [{ type: 'mrkdwn', text: cut(foot.join(' · '), SECTION_MOST) }] }
    ]
  }
}

function section(lines: readonly string[], head?: string): readonly object[] {
  if (lines.length === 0) return []
  const text = [...(head === undefined ? [] : [head]), ...lines.map((line) => `• ${escaped(line)}`)].join('\n')
  return [{ type: 'section', text: { type: 'mrkdwn', text: cut(text, SECTION_MOST) } }]
}

/** The three characters that mean something to Slack; so nothing in a reason can mention a channel. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/&[a-z]*$/, '')}…`
}
