import { createRoute, z } from '@hono/zod-openapi'
import { Readable } from 'node:stream'
import type { WorkflowClient } from '@temporalio/client'
import { listImports, listRowErrors } from '../../db/integrations/import-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { languageOf } from '../language.ts'
import { createRouter, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import { beyondCancel, OVER, requestCancellation } from './cancel-import.ts'
import { errorRepresentation, XLSX } from './error-representation.ts'
import { importByUrl, ImportByUrlBody, type ImportByUrlDeps } from './import-by-url.ts'
import { ImportForm } from './import-fields.ts'
import { getOwnImport } from './get-own-import.ts'
import { Import, ImportId, showImport } from './import-view.ts'
import { RowError, rowErrorsAsCsv, showRowError, type FetchRowErrors } from './row-errors.ts'
import { startImport, type StartImportDeps } from './start-import.ts'
import { openUpload } from './upload.ts'

export type ImportsDeps = Omit<StartImportDeps & ImportByUrlDeps, 'workflows'> & {
  workflows: Pick<WorkflowClient, 'start' | 'getHandle' | 'executeUpdateWithStart' | 'withDeadline'>
  requires: Requires
  maxUploadBytes: number
}

const tags = ['Imports']
const ImportPosition = z.tuple([z.string().regex(/^\d{1,17}$/), z.uuid()])
const ErrorPosition = z.tuple([z.string().regex(/^\d{1,18}$/)])

export function imports(deps: ImportsDeps) {
  const { seller, requires } = deps

  return createRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/',
        tags,
        summary: 'Upload a catalogue, or have it fetched',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: {
          headers: IdempotencyHeaders,
          body: {
            required: true,
            content: {
              'multipart/form-data': { schema: ImportForm },
              'application/json': { schema: ImportByUrlBody },
            },
          },
        },
        responses: {
          202: json(Import, 'The import is queued; `Location` tells where it can be watched'),
          ...problems(400, 401, 403, 404, 408, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const type = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase()
        const request = {
          sellerId: c.get('caller').sellerId,
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          language: languageOf(c),
        }
        if (type === 'application/json') {
          const started = await importByUrl(deps, { ...request, body: await c.req.text() })
          c.header('Location', `/v1/imports/${started.id}`)
          return c.json(started, 202)
        }
        if (type !== 'multipart/form-data') throw new Problem('unsupported-media-type')
        const upload = await openUpload(c.req.raw, {
          fileField: 'file',
          maxBytes: deps.maxUploadBytes,
        })
        try {
          const started = await startImport(deps, { ...request, upload })
          c.header('Location', `/v1/imports/${started.id}`)
          return c.json(started, 202)
        } finally {
          upload.close()
        }
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags,
        summary: 'Imports, the newest first',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(Import), 'A page of imports'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [createdAtMicros, id] =
          cursor === undefined ? [] : decodeCursor(cursor, ImportPosition)
        const after = createdAtMicros && id ? { createdAtMicros, id } : undefined
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listImports(trx, { after, limit: limit + 1 }),
        )
        const language = languageOf(c)
        const now = new Date()
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showImport(row, language, now),
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
        summary: 'How far an import is, and what it did',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { params: ImportId },
        responses: { 200: json(Import, 'The import'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await getOwnImport(seller, c.get('caller').sellerId, c.req.valid('param').id)
        return c.json(showImport(row, languageOf(c), new Date()), 200)
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/{id}/errors',
        tags,
        summary: 'What is wrong with single rows; all of it at once as CSV or as a workbook',
        description:
          'The workbook has the rejected rows as the seller wrote them and the reasons beside them: corrected, it can be uploaded again.',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { params: ImportId, query: PageQuery },
        responses: {
          200: {
            description: 'A page as JSON, everything as CSV, or the rejected rows as a workbook',
            content: {
              'application/json': { schema: pageOf(RowError) },
              'text/csv': { schema: z.string() },
              [XLSX]: { schema: z.string() },
            },
          },
          ...problems(400, 401, 403, 404, 406),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const language = languageOf(c)
        const { id: importId, reportKey } = await getOwnImport(
          seller,
          sellerId,
          c.req.valid('param').id,
        )
        c.header('Vary', 'Accept, Accept-Language')
        const representation = errorRepresentation(c.req.header('Accept'))
        if (representation === 'xlsx') {
          if (!reportKey) throw notFound(NO_REPORT)
          const workbook = await deps.objectStore.get(reportKey)
          return c.body(Readable.toWeb(workbook) as ReadableStream, 200, {
            'Content-Type': XLSX,
            'Content-Disposition': `attachment; filename="import-${importId}-rejected.xlsx"`,
          })
        }
        if (representation === 'csv') {
          const fetch: FetchRowErrors = (page) =>
            asSeller(seller, sellerId, (trx) => listRowErrors(trx, { importId, ...page }))
          const csv = ReadableStream.from(rowErrorsAsCsv(fetch, language))
          return c.body(csv.pipeThrough(new TextEncoderStream()), 200, {
            'Content-Type': 'text/csv; charset=utf-8',
            'Content-Disposition': `attachment; filename="import-${importId}-errors.csv"`,
          })
        }
        const { limit, cursor } = c.req.valid('query')
        const [afterSeq = '0'] = cursor === undefined ? [] : decodeCursor(cursor, ErrorPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listRowErrors(trx, { importId, afterSeq, limit: limit + 1 }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showRowError(row, language),
            ({ seq }) => [seq],
          ),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/{id}/cancel',
        tags,
        summary: 'Cancel an import; possible until rows are being applied',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: ImportId },
        responses: {
          202: json(Import, 'It is being cancelled'),
          ...problems(401, 403, 404, 409, 503),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const row = await getOwnImport(seller, sellerId, c.req.valid('param').id)
        if (row.state === 'completed' || row.state === 'failed') throw beyondCancel(OVER)
        if (row.state !== 'cancelled') {
          await asSeller(seller, sellerId, (trx) =>
            audit(trx, { action: 'import.cancel_requested', subject: `import:${row.id}` }),
          )
          await requestCancellation(deps, row.id)
        }
        const cancelled = await getOwnImport(seller, sellerId, row.id)
        c.header('Location', `/v1/imports/${row.id}`)
        return c.json(showImport(cancelled, languageOf(c), new Date()), 202)
      },
    )
}

const NO_REPORT = {
  ru: 'Отклонённых строк нет, или файл ещё читается.',
  en: 'No row was rejected, or the file is still being read.',
}
