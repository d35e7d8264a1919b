import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely, Selectable } from 'kysely'
import { listAuditEntries } from '../../db/audit.ts'
import type { Database } from '../../db/database.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, Instant, json, PageQuery, pageOf, problems } from '../openapi.ts'

const AuditEntry = z
  .object({
    id: z.string(),
    at: Instant,
    sellerId: z.string().optional().openapi({ description: 'Absent for what concerns no seller' }),
    actor: z.string().openapi({ description: 'A key by its id, or a workflow by its type' }),
    action: z.string(),
    entity: z.string().openapi({ description: 'What it was done to' }),
    data: z.record(z.string(), z.unknown()).openapi({
      description: 'Without personal data',
      example: { state: 'confirmed', previousState: 'new' },
    }),
  })
  .openapi('AuditEntry')

const AuditQuery = PageQuery.extend({
  actor: z.string().max(200).optional(),
  entity: z.string().max(200).optional(),
  from: Instant.optional().openapi({ description: 'Done then or later' }),
  to: Instant.optional().openapi({ description: 'Done before' }),
})
const Position = z.tuple([z.string().regex(/^\d{1,18}$/)])

export type AuditLogDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

/** To be served at `/v1/admin/audit`. */
export const auditLog = ({ system, requires }: AuditLogDeps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/',
      tags: ['Operations'],
      summary: 'Who did what, and to what, the newest first',
      security: [{ apiKey: ['admin'] }],
      middleware: requires('admin'),
      request: { query: AuditQuery },
      responses: { 200: json(pageOf(AuditEntry), 'A page of entries'), ...problems(400, 401, 403) },
    }),
    async (c) => {
      const { limit, cursor, entity, ...filter } = c.req.valid('query')
      const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
      const page = { ...filter, subject: entity, beforeId, limit: limit + 1 }
      const rows = await listAuditEntries(system, page)
      return c.json(
        toPage(rows, limit, shown, ({ id }) => [id]),
        200,
      )
    },
  )

const shown = (row: Selectable<Database['auditEntry']>): z.infer<typeof AuditEntry> => ({
  id: row.id,
  at: row.occurredAt.toISOString(),
  ...(row.sellerId !== null && { sellerId: row.sellerId }),
  actor: row.actor,
  action: row.action,
  entity: row.subject,
  data: row.data as Record<string, unknown>,
})
