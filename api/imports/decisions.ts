import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { listDiff } from '../../db/integrations/diff-queries.ts'
import type { Database } from '../../db/database.ts'
import { keepMapping } from '../../db/integrations/imports.ts'
import { rememberTableMapping } from '../../db/integrations/table-mappings.ts'
import { asSeller } from '../../db/tenancy.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { languageOf } from '../language.ts'
import {
  createRouter,
  json,
  jsonBody,
  optionalJsonBody,
  PageQuery,
  pageOf,
  problems,
} from '../openapi.ts'
import {
  conflict,
  NOTHING_WAITS,
  requestApply,
  tellMappingConfirmed,
  type AskWorkflowDeps,
} from './ask-workflow.ts'
import { Difference, showDifference } from './difference.ts'
import { getOwnImport } from './get-own-import.ts'
import { Import, ImportId, showImport } from './import-view.ts'
import { readMapping, TableMapping } from './mapping.ts'

export type DecisionsDeps = AskWorkflowDeps & {
  seller: Kysely<Database>
  requires: Requires
}

const tags = ['Imports']
const DiffPosition = z.tuple([z.string().regex(/^\d{1,18}$/), z.string().max(256)])

const Apply = z
  .strictObject({
    shown: z.int().min(1).optional().openapi({
      description: 'Which showing is meant; the newest when it is left out.',
    }),
    confirmDeactivation: z.boolean().default(false),
  })
  .openapi('ImportApply')

/** What a person decides about an import that waits: what its columns are, and whether it is applied as shown. */
export function decisions(deps: DecisionsDeps) {
  const { seller, requires } = deps

  return createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/{id}/diff',
        tags,
        summary: 'What an apply would write, row by row and field by field',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { params: ImportId, query: PageQuery },
        responses: {
          200: json(pageOf(Difference), 'A page of differences, in the order of the file'),
          ...problems(400, 401, 403, 404),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { limit, cursor } = c.req.valid('query')
        const { id: importId } = await getOwnImport(seller, sellerId, c.req.valid('param').id)
        const [row = '0', externalId = ''] =
          cursor === undefined ? [] : decodeCursor(cursor, DiffPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listDiff(trx, { importId, after: { row, externalId }, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, showDifference, ({ position, externalId }) => [position, externalId]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/{id}/apply',
        tags,
        summary: 'Apply exactly what was shown',
        description:
          'Rows whose goods have changed since they were shown are left alone and shown anew: the import then waits again.',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: ImportId, ...optionalJsonBody(Apply) },
        responses: {
          202: json(Import, 'It is being applied'),
          ...problems(400, 401, 403, 404, 409, 503),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { shown, confirmDeactivation = false } = c.req.valid('json') ?? {}
        const row = await getOwnImport(seller, sellerId, c.req.valid('param').id)
        if (row.state !== 'awaiting-apply') throw conflict(NOTHING_WAITS)
        const wanted = { shown: shown ?? row.shown, confirmDeactivation }
        await asSeller(seller, sellerId, (trx) =>
          audit(trx, {
            action: 'import.apply_requested',
            subject: `import:${row.id}`,
            data: wanted,
          }),
        )
        await requestApply(deps, row.id, wanted)
        const applying = await getOwnImport(seller, sellerId, row.id)
        c.header('Location', `/v1/imports/${row.id}`)
        return c.json(showImport(applying, languageOf(c), new Date()), 202)
      },
    )
    .openapi(
      createRoute({
        method: 'put',
        path: '/{id}/mapping',
        tags,
        summary: 'Say what the columns of a table are',
        description: 'Remembered: the next file with the same headers is read without asking.',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { params: ImportId, ...jsonBody(TableMapping) },
        responses: {
          202: json(Import, 'The file is being read'),
          ...problems(400, 401, 403, 404, 409),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const given = c.req.valid('json')
        const row = await getOwnImport(seller, sellerId, c.req.valid('param').id)
        const { foundTable } = row
        if (row.state !== 'awaiting-mapping' || !foundTable) throw conflict(NO_COLUMNS_ASKED)
        const mapping = readMapping(given, '', foundTable.headers)
        await asSeller(seller, sellerId, async (trx) => {
          await keepMapping(trx, row.id, mapping)
          await rememberTableMapping(trx, {
            sellerId,
            fingerprint: foundTable.fingerprint,
            mapping,
          })
          await audit(trx, { action: 'import.mapping_told', subject: `import:${row.id}` })
        })
        await tellMappingConfirmed(deps, row.id)
        const reading = await getOwnImport(seller, sellerId, row.id)
        c.header('Location', `/v1/imports/${row.id}`)
        return c.json(showImport(reading, languageOf(c), new Date()), 202)
      },
    )
}

const NO_COLUMNS_ASKED = {
  ru: 'Этот импорт не ждёт описания колонок.',
  en: 'This import does not wait for its columns to be told.',
}
