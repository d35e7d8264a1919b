import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import { sourceRunWorkflowId } from '../../contracts/fetching.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import {
  countImportSources,
  deleteImportSource,
  findImportSource,
  insertImportSource,
  listImportSources,
  updateImportSource,
  type ImportSource as ImportSourceRow,
} from '../../db/integrations/import-sources.ts'
import { asSeller } from '../../db/tenancy.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { digestOf } from '../digest.ts'
import { IdempotencyHeaders, idempotently, sameRequest } from '../idempotency.ts'
import { fieldsOf } from '../imports/import-by-url.ts'
import { requireShop } from '../imports/store-file.ts'
import { languageOf, type Text } from '../language.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import { requirePublicUrl } from '../source-url.ts'
import { ImportSourceChange, NewImportSource, timingOf } from './source-fields.ts'
import { ImportSource, showImportSource } from './source-view.ts'

export type ImportSourcesDeps = {
  seller: Kysely<Database>
  requires: Requires
  allowedPrivateNetworks: readonly string[]
}

const MOST_SOURCES = 100

const tags = ['Import sources']
const SourceId = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.string().regex(/^\d{1,17}$/), z.uuid()])
const StartedRun = ImportSource.extend({ workflowId: z.string() }).openapi('StartedRun')
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Temporal is not called from here: each change leaves an event, by which the relay sets the schedule or starts a run. */
export function importSources({ seller, requires, allowedPrivateNetworks }: ImportSourcesDeps) {
  /** Does `work` with one source of the seller. @throws {Problem} `not-found` */
  const withSource = (
    sellerId: string,
    id: string,
    work: (trx: Transaction<Database>) => Promise<ImportSourceRow | undefined>,
  ) =>
    asSeller(seller, sellerId, async (trx) => {
      const row = UUID.test(id) ? await work(trx) : undefined
      if (!row) throw notFound()
      return row
    })

  return createRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/',
        tags,
        summary: 'Import from an address, again and again',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewImportSource) },
        responses: {
          201: json(ImportSource, 'The source; its first run comes on time'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { sourceUrl: url, intervalMinutes, dailyAt, ...reading } = c.req.valid('json')
        const timing = timingOf({ intervalMinutes, dailyAt })
        const { shopId, format, mode, mapping } = fieldsOf(reading)
        requirePublicUrl('sourceUrl', url, allowedPrivateNetworks)
        await requireShop(seller, sellerId, shopId)
        const values = {
          ...{ shopId, url, format, mode, ...timing },
          mapping: mapping ? JSON.stringify(mapping) : null,
        }
        const fingerprint = digestOf(JSON.stringify(['POST', c.req.path, values]))

        const source = await idempotently(seller, {
          sellerId,
          key: c.req.valid('header')['idempotency-key'],
          again: (kept) => ImportSource.parse(sameRequest(kept, fingerprint).body),
          first: (keep) =>
            asSeller(seller, sellerId, async (trx) => {
              if ((await countImportSources(trx)) >= MOST_SOURCES) throw tooMany()
              const row = await insertImportSource(trx, { id: randomUUID(), sellerId, ...values })
              await record(trx, 'created', row)
              const body = showImportSource(row, languageOf(c))
              await keep(trx, { fingerprint, status: 201, body })
              return body
            }),
        })
        c.header('Location', `/v1/import-sources/${source.id}`)
        return c.json(source, 201)
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags,
        summary: 'Import sources, the newest first',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(ImportSource), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [createdAtMicros, id] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const after = createdAtMicros && id ? { createdAtMicros, id } : undefined
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listImportSources(trx, { after, limit: limit + 1 }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showImportSource(row, languageOf(c)),
            (row) => [row.createdAtMicros, row.id],
          ),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/{id}',
        tags,
        summary: 'A source, how its last run went, and whether it is still tried',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { params: SourceId },
        responses: { 200: json(ImportSource, 'The source'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = await withSource(c.get('caller').sellerId, id, (trx) =>
          findImportSource(trx, id),
        )
        return c.json(showImportSource(row, languageOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        method: 'patch',
        path: '/{id}',
        tags,
        summary: 'Pause or resume a source, or change when or where it is looked at',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: SourceId, ...jsonBody(ImportSourceChange) },
        responses: {
          200: json(ImportSource, 'The source as it is now'),
          ...problems(400, 401, 403, 404, 413, 415),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const { state, sourceUrl, ...timing } = c.req.valid('json')
        const isTimed = timing.intervalMinutes !== undefined || timing.dailyAt !== undefined
        if (sourceUrl !== undefined)
          requirePublicUrl('sourceUrl', sourceUrl, allowedPrivateNetworks)
        const changes = {
          ...(state === 'paused' && { state }),
          ...(state === 'active' && { state, ...NEVER_FAILED }),
          ...(sourceUrl !== undefined && { url: sourceUrl, ...NEVER_READ }),
          ...(isTimed && timingOf(timing)),
        }
        const row = await withSource(c.get('caller').sellerId, id, async (trx) => {
          if (Object.keys(changes).length === 0) return findImportSource(trx, id)
          const changed = await updateImportSource(trx, id, changes)
          if (changed) await record(trx, 'changed', changed)
          return changed
        })
        return c.json(showImportSource(row, languageOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/{id}',
        tags,
        summary: 'Remove a source; what it imported stays',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: SourceId },
        responses: { 204: { description: 'Removed' }, ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        await withSource(c.get('caller').sellerId, id, async (trx) => {
          const row = await findImportSource(trx, id)
          if (!row || !(await deleteImportSource(trx, id))) return undefined
          await record(trx, 'removed', row)
          return row
        })
        return c.body(null, 204)
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/{id}/run',
        tags,
        summary: 'Look at a source now, paused or not',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: SourceId },
        responses: {
          202: json(StartedRun, 'It is looked at; `lastRunAt` and `lastOutcome` tell when it was'),
          ...problems(401, 403, 404),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = await withSource(c.get('caller').sellerId, id, async (trx) => {
          const found = await findImportSource(trx, id)
          if (found) await record(trx, 'run_requested', found)
          return found
        })
        c.header('Location', `/v1/import-sources/${id}`)
        const source = showImportSource(row, languageOf(c))
        return c.json({ ...source, workflowId: sourceRunWorkflowId(id) }, 202)
      },
    )
}

const NEVER_FAILED = { failures: 0, failingSince: null, problem: null }
/** What another address had tells nothing of this one. */
const NEVER_READ = { etag: null, lastModified: null, lastSha256: null }

/** The event by which the relay obeys, and the audit entry. */
async function record(
  trx: Transaction<Database>,
  what: 'created' | 'changed' | 'removed' | 'run_requested',
  { id, sellerId, shopId }: ImportSourceRow,
): Promise<void> {
  const subject = `import-source:${id}`
  await appendEvent(trx, {
    ...{ sellerId, subject, data: { sourceId: id, shopId } },
    type: what === 'run_requested' ? 'import-source.run-requested' : 'import-source.changed',
    traceParent: currentTraceParent() ?? null,
  })
  await audit(trx, { action: `import-source.${what}`, subject, data: { shopId } })
}

const tooMany = () => new Problem('conflict', { detail: TOO_MANY })

const TOO_MANY: Text = {
  ru: `Источников не больше ${MOST_SOURCES}: удалите лишние.`,
  en: `There may be ${MOST_SOURCES} sources at most: remove some.`,
}
