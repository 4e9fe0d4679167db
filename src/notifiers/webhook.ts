/**
 * A webhook: the notice as JSON, signed, so that the receiver knows who sent it and that nobody replays it.
 */
import { createHmac } from 'node:crypto'
import { noticeView } from '../core/present/notice.ts'
import type { Clock } from '../clock.ts'
import type { Notifier } from './notifier.ts'
import { post } from './post.ts'

export interface WebhookSpec {
  readonly name: string
  readonly url: string
  readonly secret: string
}

/** `sluice-signature: t=UNIX SECONDS,v1=HEX`: HMAC-SHA-256 of `t`, a dot and the body, byte by byte (docs/notifications.md). */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

export function webhook({ name, url, secret }: WebhookSpec, clock: Clock, publicUrl: string | null): Notifier {
  return {
    name,
    send: async (notice, signal) => {
      const body = JSON.stringify(noticeView(notice, publicUrl))
      const headers = {
        'sluice-id': notice.id,
        'sluice-event': notice.event,
        'sluice-signature': signature(secret, Math.floor(clock.now() / 1000), body)
      }
      return post(url, body, headers, signal)
    }
  }
}
