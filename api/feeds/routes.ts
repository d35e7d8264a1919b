import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  findOwnFeed,
  listFeeds,
  listLeftOut,
  listPublications,
} from '../../db/integrations/feed-queries.ts'
import { findPublication, type Feed as FeedRow } from '../../db/integrations/feeds.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { languageOf } from '../language.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { changeFeed, createFeed, deleteFeed, requestPublication } from './change-feed.ts'
import { FeedPatch, NewFeed } from './feed-fields.ts'
import { Feed, LeftOut, Publication, showFeed, showLeftOut, showPublication } from './feed-view.ts'

export type FeedsDeps = {
  seller: Kysely<Database>
  requires: Requires
}

const tags = ['Feeds']
const FeedId = z.object({ id: z.string().max(64) })
const FeedPosition = z.tuple([z.uuid()])
const NumberPosition = z.tuple([z.string().regex(/^\d{1,9}$/)])
const SeqPosition = z.tuple([z.string().regex(/^\d{1,18}$/)])
const isUuid = (text: string) => z.uuid().safeParse(text).success
const read = { tags, security: [{ apiKey: ['feeds:read'] }] }
const write = { tags, security: [{ apiKey: ['feeds:write'] }] }

export function feeds({ seller, requires }: FeedsDeps) {
  const getFeed = async (sellerId: string, feedId: string): Promise<FeedRow> => {
    const row = isUuid(feedId)
      ? await asSeller(seller, sellerId, (trx) => findOwnFeed(trx, feedId))
      : undefined
    if (!row) throw notFound()
    return row
  }
  const originOf = (c: { req: { url: string } }) => new URL(c.req.url).origin

  return createRouter()
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/',
        summary: 'Make a feed; its files come with its first publication',
        middleware: requires('feeds:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewFeed) },
        responses: {
          201: json(Feed, 'The feed'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const made = await createFeed(seller, {
          sellerId: c.get('caller').sellerId,
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
          origin: originOf(c),
        })
        c.header('Location', `/v1/feeds/${made.id}`)
        return c.json(made, 201)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'Feeds, the oldest first',
        middleware: requires('feeds:read'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(Feed), 'A page of feeds'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, FeedPosition)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listFeeds(trx, { afterId, limit: limit + 1 }),
        )
        const show = (row: FeedRow) => showFeed(row, originOf(c))
        return c.json(
          toPage(rows, limit, show, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'A feed',
        middleware: requires('feeds:read'),
        request: { params: FeedId },
        responses: { 200: json(Feed, 'The feed'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await getFeed(c.get('caller').sellerId, c.req.valid('param').id)
        return c.json(showFeed(row, originOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'patch',
        path: '/{id}',
        summary: 'Change a feed; its files follow with the next publication',
        middleware: requires('feeds:write'),
        request: { params: FeedId, ...jsonBody(FeedPatch) },
        responses: { 200: json(Feed, 'The feed'), ...problems(400, 401, 403, 404, 413, 415) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const row = await getFeed(sellerId, c.req.valid('param').id)
        const changed = await changeFeed(seller, sellerId, row, c.req.valid('json'))
        return c.json(showFeed(changed, originOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'delete',
        path: '/{id}',
        summary: 'Delete a feed; its address answers 404 at once',
        middleware: requires('feeds:write'),
        request: { params: FeedId },
        responses: { 204: { description: 'Deleted' }, ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id } = await getFeed(sellerId, c.req.valid('param').id)
        await deleteFeed(seller, sellerId, id)
        return c.body(null, 204)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/publish',
        summary: 'Publish a feed; nothing is made when nothing has changed',
        middleware: requires('feeds:write'),
        request: {
          headers: IdempotencyHeaders,
          params: FeedId,
          query: z.strictObject({
            confirmShrink: z
              .enum(['true', 'false'])
              .default('false')
              .openapi({ description: 'Publish even if more than 30 % of the items are lost.' }),
          }),
        },
        responses: {
          202: json(Publication, 'It is queued; `Location` tells where it can be watched'),
          ...problems(400, 401, 403, 404, 409, 422),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id: feedId } = await getFeed(sellerId, c.req.valid('param').id)
        const publication = await requestPublication(seller, {
          sellerId,
          feedId,
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          confirmShrink: c.req.valid('query').confirmShrink === 'true',
          language: languageOf(c),
        })
        c.header('Location', `/v1/feeds/${feedId}/publications/${publication.id}`)
        return c.json(publication, 202)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/publications',
        summary: 'Publications, the newest first',
        middleware: requires('feeds:read'),
        request: { params: FeedId, query: PageQuery },
        responses: {
          200: json(pageOf(Publication), 'A page of publications'),
          ...problems(400, 401, 403, 404),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id } = await getFeed(sellerId, c.req.valid('param').id)
        const { limit, cursor } = c.req.valid('query')
        const [before] = cursor === undefined ? [] : decodeCursor(cursor, NumberPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listPublications(trx, id, {
            before: before === undefined ? undefined : Number(before),
            limit: limit + 1,
          }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showPublication(row, languageOf(c)),
            ({ number }) => [String(number)],
          ),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/publications/{publicationId}',
        summary: 'How a publication is getting on',
        middleware: requires('feeds:read'),
        request: { params: FeedId.extend({ publicationId: z.string().max(64) }) },
        responses: { 200: json(Publication, 'The publication'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id, publicationId } = c.req.valid('param')
        await getFeed(sellerId, id)
        const row = isUuid(publicationId)
          ? await asSeller(seller, sellerId, (trx) => findPublication(trx, publicationId))
          : undefined
        if (row?.feedId !== id) throw notFound()
        return c.json(showPublication(row, languageOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/left-out',
        summary: 'Products that the marketplace would not take, and why',
        middleware: requires('feeds:read'),
        request: { params: FeedId, query: PageQuery },
        responses: {
          200: json(pageOf(LeftOut), 'A page of reasons'),
          ...problems(400, 401, 403, 404),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id } = await getFeed(sellerId, c.req.valid('param').id)
        const { limit, cursor } = c.req.valid('query')
        const [afterSeq = '0'] = cursor === undefined ? [] : decodeCursor(cursor, SeqPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listLeftOut(trx, id, { afterSeq, limit: limit + 1 }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showLeftOut(row, languageOf(c)),
            ({ seq }) => [seq],
          ),
          200,
        )
      },
    )
}
