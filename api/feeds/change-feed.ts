import type { z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import { randomBytes, randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import {
  insertFeed,
  markFeedDeleted,
  queuePublication,
  updateFeed,
} from '../../db/integrations/feed-queries.ts'
import type { Feed as FeedRow } from '../../db/integrations/feeds.ts'
import { findShop } from '../../db/integrations/import-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { FeedKind } from '../../domain/integrations/feeds/settings.ts'
import { audit } from '../audit.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import type { Language } from '../language.ts'
import { notFound } from '../problem.ts'
import { toFilters, toSettings, type FeedPatch, type NewFeed } from './feed-fields.ts'
import { Feed, Publication, showFeed, showPublication } from './feed-view.ts'

/** 192 bits: who was not given the address does not find it. */
const TOKEN_BYTES = 24

const NAMES: Record<FeedKind, string> = {
  'yandex-market': 'Яндекс Маркет',
  'google-shopping': 'Google Shopping',
}

export type CreateFeed = {
  sellerId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof NewFeed>
  origin: string
}

/** @throws {Problem} `not-found` for a shop that the seller does not have */
export function createFeed(
  seller: Kysely<Database>,
  { sellerId, idempotencyKey, wanted, origin }: CreateFeed,
): Promise<z.infer<typeof Feed>> {
  const { kind, shopId, filters = {}, settings = {}, schedule } = wanted
  const fingerprint = digestOf(JSON.stringify(['POST', '/v1/feeds', wanted]))
  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: (kept) => Feed.parse(sameRequest(kept, fingerprint).body),
    first: (keep) =>
      asSeller(seller, sellerId, async (trx) => {
        const shop = /^\d{1,18}$/.test(shopId) ? await findShop(trx, shopId) : undefined
        if (!shop)
          throw notFound({ ru: 'Такого магазина у вас нет.', en: 'You have no such shop.' })
        const row = await insertFeed(trx, {
          id: randomUUID(),
          ...{ sellerId, shopId, kind },
          name: wanted.name ?? NAMES[kind],
          token: randomBytes(TOKEN_BYTES).toString('base64url'),
          filters: JSON.stringify(toFilters(filters)),
          settings: JSON.stringify(toSettings(kind, settings)),
          everyMinutes: schedule?.everyMinutes ?? null,
        })
        await tellChanged(trx, sellerId, row.id)
        await audit(trx, {
          action: 'feed.created',
          subject: `feed:${row.id}`,
          data: { shopId, kind },
        })
        const body = showFeed(row, origin)
        await keep(trx, { fingerprint, status: 201, body })
        return body
      }),
  })
}

/** @throws {Problem} `validation-failed` when the settings are another kind's */
export function changeFeed(
  seller: Kysely<Database>,
  sellerId: string,
  { id, kind }: FeedRow,
  { name, filters, settings, schedule }: z.output<typeof FeedPatch>,
): Promise<FeedRow> {
  return asSeller(seller, sellerId, async (trx) => {
    const row = await updateFeed(trx, id, {
      ...(name !== undefined && { name }),
      ...(filters && { filters: JSON.stringify(toFilters(filters)) }),
      ...(settings && { settings: JSON.stringify(toSettings(kind, settings)) }),
      ...(schedule !== undefined && { everyMinutes: schedule?.everyMinutes ?? null }),
    })
    await tellChanged(trx, sellerId, id)
    await audit(trx, { action: 'feed.changed', subject: `feed:${id}` })
    return row
  })
}

/** The address answers 404 from here on; the workflow removes the files and the last row. */
export const deleteFeed = (seller: Kysely<Database>, sellerId: string, feedId: string) =>
  asSeller(seller, sellerId, async (trx) => {
    await markFeedDeleted(trx, feedId)
    await tellChanged(trx, sellerId, feedId)
    await tellRequested(trx, sellerId, feedId, randomUUID())
    await audit(trx, { action: 'feed.deleted', subject: `feed:${feedId}` })
  })

export type RequestPublication = {
  sellerId: string
  feedId: string
  idempotencyKey: string | undefined
  confirmShrink: boolean
  language: Language
}

/** Asks for a publication; the relay starts the workflow by its event. One that waits already is not asked for twice. */
export function requestPublication(
  seller: Kysely<Database>,
  { sellerId, feedId, idempotencyKey, confirmShrink, language }: RequestPublication,
): Promise<z.infer<typeof Publication>> {
  const fingerprint = digestOf(JSON.stringify(['POST', 'publish', feedId, confirmShrink]))
  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: (kept) => Publication.parse(sameRequest(kept, fingerprint).body),
    first: (keep) =>
      asSeller(seller, sellerId, async (trx) => {
        const traceParent = currentTraceParent() ?? null
        const id = randomUUID()
        const queued = await queuePublication(trx, feedId, { id, confirmShrink, traceParent })
        if (!queued) throw notFound()
        const { publication, isNew } = queued
        if (isNew) await tellRequested(trx, sellerId, feedId, publication.id)
        await audit(trx, {
          action: 'feed.publication_requested',
          subject: `feed:${feedId}`,
          data: { publicationId: publication.id, confirmShrink },
        })
        const body = showPublication(publication, language)
        await keep(trx, { fingerprint, status: 202, body })
        return body
      }),
  })
}

const tellChanged = (trx: Transaction<Database>, sellerId: string, feedId: string) =>
  tell(trx, sellerId, 'feed.changed', feedId, { feedId })

const tellRequested = (
  trx: Transaction<Database>,
  sellerId: string,
  feedId: string,
  publicationId: string,
) => tell(trx, sellerId, 'feed.publication-requested', feedId, { feedId, publicationId })

const tell = (
  trx: Transaction<Database>,
  sellerId: string,
  type: string,
  feedId: string,
  data: object,
) =>
  appendEvent(trx, {
    ...{ sellerId, type, data },
    subject: `feed:${feedId}`,
    traceParent: currentTraceParent() ?? null,
  })
