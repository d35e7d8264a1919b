import type { KeyObject } from 'node:crypto'
import type { Outbound } from '../../clients/outbound/outbound.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import { signatureHeaders } from '../../clients/webhook-signature.ts'
import type { DueMessage } from '../../db/integrations/webhooks/deliver.ts'
import {
  judgeAnswer,
  type Answered,
  type Verdict,
} from '../../domain/integrations/webhooks/judge-answer.ts'
import { parseRetryAfter } from '../../domain/integrations/webhooks/retry-schedule.ts'

/** A secret that signs; `expiresAtMs` of one that was replaced. */
export type SigningKey = { key: KeyObject; expiresAtMs: number | null }

export type Destination = { url: string; apiVersion: string; keys: readonly SigningKey[] }

export type Sent = {
  startedAt: Date
  durationMs: number
  status: number | null
  /** The beginning of the answer. */
  answer: string | null
  verdict: Verdict
  retryAfterMs: number | undefined
}

const TOTAL_MS = 15_000
const ANSWER_BYTES = 16_384
const USER_AGENT = 'yarmarka/1 (webhook)'

/** The same for every try, so that the receiver knows a repetition. */
export const webhookId = (messageId: string) => `msg_${messageId}`

/** Sends a message once, signed for now. What goes wrong on the way is a result, not an error. */
export async function sendWebhook(
  { postOutside }: Pick<Outbound, 'postOutside'>,
  { url, apiVersion, keys }: Destination,
  { id, body }: Pick<DueMessage, 'id' | 'body'>,
): Promise<Sent> {
  const startedAt = new Date()
  const startedMs = performance.now()
  const signing = keys.filter(
    ({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > startedAt.getTime(),
  )
  const signed = { id: webhookId(id), timestamp: Math.floor(startedAt.getTime() / 1_000), body }
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'accept-encoding': 'identity',
    'yarmarka-version': apiVersion,
    ...signatureHeaders(
      signed,
      signing.map(({ key }) => key),
    ),
  }
  const ended = (answered: Answered, answer: string | null): Sent => ({
    startedAt,
    durationMs: Math.round(performance.now() - startedMs),
    status: answered.status ?? null,
    answer,
    verdict: judgeAnswer(answered),
    retryAfterMs: answered.retryAfterMs,
  })
  try {
    const posted = await postOutside(url, {
      ...{ headers, body },
      totalMs: TOTAL_MS,
      keepBytes: ANSWER_BYTES,
    })
    const retryAfterMs = parseRetryAfter(posted.retryAfter, Date.now())
    return ended({ status: posted.status, retryAfterMs }, readable(posted.answer))
  } catch (error) {
    if (!(error instanceof OutboundRefusal)) throw error
    return ended({ problem: error.code }, null)
  }
}

/** As text that PostgreSQL can keep; bytes that are none become the replacement character, which is longer. */
function readable(bytes: Buffer): string | null {
  if (bytes.length === 0) return null
  const text = bytes.toString('utf8').replaceAll('\0', '\ufffd')
  if (Buffer.byteLength(text) <= ANSWER_BYTES) return text
  return Buffer.from(text)
    .subarray(0, ANSWER_BYTES - 3)
    .toString('utf8')
    .replace(/\ufffd+$/, '')
}
