/**
 * A topic of Amazon SNS: the notice as text for mail and telephones, id and event as attributes to filter by. A FIFO topic drops
 * repeats of five minutes by itself.
 */
import { createHash } from 'node:crypto'
import { PublishCommand } from '@aws-sdk/client-sns'
import { AwsFailure, type Aws } from '../aws/aws.ts'
import type { Clock } from '../clock.ts'
import type { Notice } from '../core/notice.ts'
import { noticeText } from '../core/present/notice.ts'
import type { Ms } from '../core/time.ts'
import type { Delivery, Notifier } from './notifier.ts'

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, below 100 characters, no line breaks. */
const SUBJECT_MOST = 99
const CALL_MS: Ms = 8_000

export interface SnsSpec {
  readonly name: string
  readonly topicArn: string
  readonly roleArn?: string
  readonly externalId?: string
}

export function sns(spec: SnsSpec, aws: Aws, clock: Clock, publicUrl: string | null): Notifier {
  const { name, topicArn, roleArn, externalId } = spec
  const account = {
    region: topicArn.split(':')[3] ?? '',
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId })
  }
  return {
    name,
    send: async (notice, signal) => {
      const call = { urgency: 'observe', deadlineAt: clock.now() + CALL_MS, signal } as const
      try {
        await aws.send('sns', account, new PublishCommand(publication(notice, topicArn, publicUrl)), call)
        return { kind: 'sent' }
      } catch (err) {
        return deliveryOf(err)
      }
    }
  }
}

export function publication(notice: Notice, topicArn: string, publicUrl: string | null) {
  const text = (value: string) => ({ DataType: 'String', StringValue: value })
  return {
    TopicArn: topicArn,
    Subject: subjectOf(notice),
    Message: noticeText(notice, publicUrl),
    MessageAttributes: {
      id: text(notice.id),
      event: text(notice.event),
      page: text(String(notice.page)),
      ...(notice.about === null ? {} : { shift: text(notice.about.shift), migration: text(notice.about.migration) })
    },
    ...(topicArn.endsWith('.fifo')
      ? {
          MessageGroupId: notice.about?.shift ?? 'sluice',
          MessageDeduplicationId: createHash('sha256').update(notice.id).digest('hex')
        }
      : {})
  }
}

function subjectOf({ title }: Notice): string {
  return `Sluice: ${title}`.replace(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_MOST)
}

function deliveryOf(err: unknown): Delivery {
  if (!(err instanceof AwsFailure)) return { kind: 'retry', detail: err instanceof Error ? err.name : 'Error' }
  return { kind: err.kind === 'refused' || err.kind === 'bug' ? 'refused' : 'retry', detail: err.code }
}
