import { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findWebhookEndpoint } from '../../db/integrations/webhooks/endpoints.ts'
import {
  findWebhookMessage,
  resendMessage,
  resendSince,
  type WebhookMessage,
} from '../../db/integrations/webhooks/messages.ts'
import type { WebhookMessageState } from '../../db/integrations/webhooks/tables.ts'
import { asSeller } from '../../db/tenancy.ts'
import { notFound } from '../problem.ts'
import { notActive, record, tellWaiting, withEndpoint } from './change-endpoint.ts'

const AT_A_TIME = 5_000
const MOST_BATCHES = 10

export const Resent = z
  .object({
    messages: z.int().min(0),
    isComplete: z.boolean().openapi({
      description: 'False when there were more than 50,000: ask again from where these end.',
    }),
    lastMessageId: z.string().optional(),
  })
  .openapi('ResentWebhooks')

export type ResendWanted = {
  endpointId: string
  since: Date
  states: readonly WebhookMessageState[]
}

/** Some at a time, each a transaction with its event: what was begun is sent, even if the rest fails. */
export async function resendAllSince(
  seller: Kysely<Database>,
  sellerId: string,
  wanted: ResendWanted,
): Promise<z.infer<typeof Resent>> {
  let messages = 0
  let afterId: string | undefined = '0'
  for (let batch = 0; afterId !== undefined && batch < MOST_BATCHES; batch++) {
    const from: string = afterId
    const resent = await withEndpoint(seller, sellerId, wanted.endpointId, async (trx) => {
      const row = await findWebhookEndpoint(trx, wanted.endpointId)
      if (!row) return undefined
      if (row.state !== 'active') throw notActive()
      const found = await resendSince(trx, { ...wanted, sellerId, afterId: from, limit: AT_A_TIME })
      if (found.count > 0) await tellWaiting(trx, row)
      const { since, states } = wanted
      await record(trx, row.id, 'resend_requested', { since, states, messages: found.count })
      return found
    })
    messages += resent.count
    afterId = resent.lastId
  }
  return {
    messages,
    isComplete: afterId === undefined,
    ...(afterId !== undefined && { lastMessageId: afterId }),
  }
}

/** @throws {Problem} `not-found`, `conflict` while the endpoint is not active */
export const resendOne = (
  seller: Kysely<Database>,
  sellerId: string,
  id: string,
): Promise<WebhookMessage> =>
  asSeller(seller, sellerId, async (trx) => {
    const message = /^\d{1,18}$/.test(id) ? await findWebhookMessage(trx, id) : undefined
    const endpoint = message && (await findWebhookEndpoint(trx, message.endpointId))
    if (!endpoint) throw notFound()
    if (endpoint.state !== 'active') throw notActive()
    const resent = await resendMessage(trx, id)
    if (!resent) throw notFound()
    await tellWaiting(trx, endpoint)
    await record(trx, endpoint.id, 'resend_requested', { messageId: id })
    return resent
  })
