import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import {
  closeAbandoned,
  findReindex,
  listReindexes,
  lockReindex,
  requestReindex,
  type Reindex as ReindexRow,
} from '../../db/storefront/reindexes.ts'
import { findLiveGeneration } from '../../db/storefront/search-generations.ts'
import { isReindexDue, shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { toPage } from '../cursor.ts'
import { createRouter, json, optionalJsonBody, PageQuery, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import {
  conflict,
  isAbandoned,
  orderReindex,
  REFUSED,
  startReindex,
  type AskReindexDeps,
  type ReindexOrder,
} from './ask-reindex.ts'
import { newestAfter, positionOf } from './newest.ts'
import { Reindex, ReindexPage, showReindex } from './reindex-view.ts'

export type ReindexesDeps = AskReindexDeps & {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]
const ReindexId = z.object({ id: z.string().max(64) })
const DAY_MINUTES = 24 * 60

const NewReindex = z
  .strictObject({
    rollbackMinutes: z
      .int()
      .min(0)
      .max(7 * DAY_MINUTES)
      .default(DAY_MINUTES)
      .openapi({ description: 'How long one call leads back after the swap' }),
  })
  .openapi('NewReindex')

/** To be served at `/v1/admin/reindexes`. */
export function reindexes(deps: ReindexesDeps) {
  const { system, requires } = deps
  const get = async (id: string): Promise<ReindexRow> => {
    const row = z.uuid().safeParse(id).success ? await findReindex(system, id) : undefined
    if (!row) throw notFound()
    return row
  }
  const note = (id: string, what: ReindexOrder) => {
    const deed = { action: `reindex.${what}_requested`, subject: `reindex:${id}` }
    return system.transaction().execute((trx) => audit(trx, deed))
  }
  const obey = async (id: string, what: ReindexOrder) => {
    await note(id, what)
    await orderReindex(deps, id, what)
    return showReindex(await get(id))
  }
  /** The swap cannot end while the row is locked, so that no cancellation meant for what was before it comes after it. */
  const cancel = async (id: string) => {
    await note(id, 'cancel')
    await system.transaction().execute(async (trx) => {
      const { state } = await lockReindex(trx, id)
      if (!isBeforeSwap(state)) throw conflict(REFUSED.cancel)
      await orderReindex(deps, id, 'cancel')
    })
    return showReindex(await get(id))
  }
  const order = (path: ReindexOrder, summary: string) =>
    createRoute({
      method: 'post',
      path: `/{id}/${path}`,
      tags,
      summary,
      security,
      middleware: requires('admin'),
      request: { params: ReindexId },
      responses: {
        202: json(Reindex, 'It is done, or will be at once; `state` tells'),
        ...problems(401, 403, 404, 409, 503),
      },
    })

  return createRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/',
        tags,
        summary: 'Build the search index anew; searches go on all the while',
        description:
          'Filled beside the one that is searched, compared with PostgreSQL document by document, then swapped. One at a time.',
        security,
        middleware: requires('admin'),
        request: optionalJsonBody(NewReindex),
        responses: {
          202: json(Reindex, 'Begun'),
          ...problems(400, 401, 403, 409, 413, 415),
        },
      }),
      async (c) => {
        const { rollbackMinutes } = NewReindex.parse(c.req.valid('json') ?? {})
        const id = randomUUID()
        const traceParent = currentTraceParent() ?? null
        const request = () =>
          system.transaction().execute(async (trx) => {
            const row = await requestReindex(trx, { id, rollbackMinutes, traceParent })
            if (row.id === id)
              await audit(trx, { action: 'reindex.requested', subject: `reindex:${id}` })
            return row
          })
        let row = await request()
        if (row.id !== id && (await isAbandoned(deps, row))) {
          await closeAbandoned(system, row.id)
          row = await request()
        }
        if (row.id !== id) throw underWay(row)
        await startReindex(deps, id)
        c.header('Location', locationOf(row))
        return c.json(showReindex(row), 202)
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags,
        summary: 'Reindexes, the newest first, and whether one is due',
        security,
        middleware: requires('admin'),
        request: { query: PageQuery },
        responses: { 200: json(ReindexPage, 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [rows, live] = await Promise.all([
          listReindexes(system, { after: newestAfter(cursor), limit: limit + 1 }),
          findLiveGeneration(system),
        ])
        return c.json(
          {
            ...toPage(rows, limit, showReindex, positionOf),
            schemaVersion: { wanted: shopProductsIndex.version, live: live?.schemaVersion ?? null },
            reindexDue: isReindexDue(shopProductsIndex, live?.schemaVersion),
          },
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/{id}',
        tags,
        summary: 'How far it is, and until when it can be rolled back',
        security,
        middleware: requires('admin'),
        request: { params: ReindexId },
        responses: { 200: json(Reindex, 'The reindex'), ...problems(401, 403, 404) },
      }),
      async (c) => c.json(showReindex(await get(c.req.valid('param').id)), 200),
    )
    .openapi(order('pause', 'Stop filling; live changes go on being written'), async (c) => {
      const { id } = await get(c.req.valid('param').id)
      return c.json(await obey(id, 'pause'), 202)
    })
    .openapi(order('resume', 'Go on filling'), async (c) => {
      const { id } = await get(c.req.valid('param').id)
      return c.json(await obey(id, 'resume'), 202)
    })
    .openapi(
      order('rollback', 'Search the index of before again; it has all that changed since'),
      async (c) => {
        const { id, state } = await get(c.req.valid('param').id)
        if (state !== 'live') throw conflict(REFUSED.rollback)
        return c.json(await obey(id, 'rollback'), 202)
      },
    )
    .openapi(order('cancel', 'Give it up before the swap; nothing is left of it'), async (c) => {
      const { id, state } = await get(c.req.valid('param').id)
      if (!isBeforeSwap(state)) throw conflict(REFUSED.cancel)
      return c.json(await cancel(id), 202)
    })
}

const isBeforeSwap = (state: ReindexRow['state']) =>
  ['queued', 'backfilling', 'paused', 'verifying'].includes(state)

const locationOf = ({ id }: ReindexRow) => `/v1/admin/reindexes/${id}`

const underWay = (row: ReindexRow) =>
  new Problem('conflict', {
    detail: {
      ru: `Уже идёт переиндексация ${row.id}.`,
      en: `The reindex ${row.id} is under way.`,
    },
    headers: { Location: locationOf(row) },
    extensions: { reindexId: row.id },
  })
