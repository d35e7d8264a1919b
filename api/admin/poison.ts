import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listPoison, retryPoison, type PoisonDocumentRow } from '../../db/storefront/poison.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, Instant, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'

const PoisonDocument = z
  .object({
    id: z.string(),
    shopProductId: z.string(),
    index: z.string().openapi({ description: 'The index that refuses the document' }),
    version: z.int().openapi({ description: 'The version of the document that was refused' }),
    status: z.int().openapi({ description: 'As Elasticsearch answered; 413 for one too large' }),
    reason: z.string(),
    attempts: z.int(),
    parkedAt: Instant,
    retryAt: Instant.optional().openapi({
      description: 'When it is tried again by itself; otherwise it waits for a change',
    }),
  })
  .openapi('PoisonDocument')

const Id = z.string().regex(/^[1-9]\d{0,17}$/)
const Position = z.tuple([Id])

export type PoisonDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

export const poison = ({ system, requires }: PoisonDeps) =>
  createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags: ['Operations'],
        summary: 'Documents that an index refuses, with the reason, the newest first',
        security: [{ apiKey: ['admin'] }],
        middleware: requires('admin'),
        request: { query: PageQuery },
        responses: {
          200: json(pageOf(PoisonDocument), 'A page of documents'),
          ...problems(400, 401, 403),
        },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [before] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await listPoison(system, { limit: limit + 1, before })
        return c.json(
          toPage(rows, limit, shown, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/{id}/retry',
        tags: ['Operations'],
        summary: 'Try a document once more as it is; it leaves the list when an index takes it',
        security: [{ apiKey: ['admin'] }],
        middleware: requires('admin'),
        request: { params: z.object({ id: z.string().max(64) }) },
        responses: {
          202: json(PoisonDocument, 'It is tried within a second'),
          ...problems(401, 403, 404),
        },
      }),
      async (c) => {
        const id = Id.safeParse(c.req.valid('param').id)
        if (!id.success) throw notFound()
        const row = await system.transaction().execute(async (trx) => {
          const retried = await retryPoison(trx, id.data)
          if (!retried) throw notFound()
          await audit(trx, { action: 'poison.retry_requested', subject: `poison:${id.data}` })
          return retried
        })
        c.header('Location', '/v1/admin/poison')
        return c.json(shown(row), 202)
      },
    )

const shown = (row: PoisonDocumentRow): z.infer<typeof PoisonDocument> => ({
  id: row.id,
  shopProductId: row.shopProductId,
  index: row.indexName,
  version: Number(row.version),
  status: row.status,
  reason: row.reason,
  attempts: row.attempts,
  parkedAt: row.parkedAt.toISOString(),
  ...(row.retryAt && { retryAt: row.retryAt.toISOString() }),
})
