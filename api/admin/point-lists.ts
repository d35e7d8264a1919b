import { createRoute, z } from '@hono/zod-openapi'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import {
  carriersWithPoints,
  pickupPointsQueue,
  pointsSyncWorkflowId,
  syncPickupPoints,
  type SyncPickupPoints,
} from '../../contracts/pickup-points.ts'
import { appendAudit } from '../../db/audit.ts'
import type { Database } from '../../db/database.ts'
import { listPointSyncs, type PointSync } from '../../db/logistics/pickup-points.ts'
import type { Requires } from '../auth.ts'
import { createRouter, Instant, json, optionalJsonBody, problems } from '../openapi.ts'

export type PointListsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'withDeadline'>
  requires: Requires
}

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]
const STARTED_WITHIN_MS = 2_000
const CarrierWithPoints = z.enum(carriersWithPoints).openapi({ example: 'cdek' })
const count = z.int().min(0)

const PointList = z
  .object({
    carrier: z.string().openapi({ example: 'cdek' }),
    points: count,
    syncedAt: Instant.optional().openapi({ description: 'When a list was applied last' }),
    fullSyncedAt: Instant.optional(),
    held: z
      .object({ since: Instant, known: count, missing: count, closing: count })
      .optional()
      .openapi({
        description: 'A list that would take too many points away; nothing of it was applied',
      }),
  })
  .openapi('PickupPointList')

const SyncPoints = z
  .strictObject({
    confirmClosure: z
      .boolean()
      .default(false)
      .openapi({ description: 'The list is right although it takes many points away' }),
  })
  .openapi('SyncPickupPoints')

/** To be served at `/v1/admin/pickup-points`. */
export const pointLists = ({ system, workflows, requires }: PointListsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/', tags, security },
        summary: 'How fresh each carrier’s pickup points are, and which list is held',
        middleware: requires('admin'),
        responses: {
          200: json(
            z.object({ items: z.array(PointList), nextCursor: z.null() }),
            'Every carrier that has points',
          ),
          ...problems(401, 403),
        },
      }),
      async (c) =>
        c.json({ items: (await listPointSyncs(system)).map(showList), nextCursor: null }, 200),
    )
    .openapi(
      createRoute({
        ...{ method: 'post', path: '/{carrier}/sync', tags, security },
        summary: 'Read a carrier’s pickup points now; one that runs already goes on',
        middleware: requires('admin'),
        request: {
          params: z.object({ carrier: CarrierWithPoints }),
          ...optionalJsonBody(SyncPoints),
        },
        responses: {
          202: json(
            z.object({
              carrier: z.string().openapi({ example: 'cdek' }),
              workflowId: z.string().openapi({
                description: 'Findable in the Temporal UI.',
                example: 'pickup-points:cdek:full:asked',
              }),
              state: z.literal('running'),
            }),
            'It is being read',
          ),
          ...problems(400, 401, 403, 413, 415, 503),
        },
      }),
      async (c) => {
        const { carrier } = c.req.valid('param')
        const { confirmClosure = false } = c.req.valid('json') ?? {}
        await system.transaction().execute((trx) =>
          appendAudit(trx, {
            ...{ sellerId: null, actor: `key:${c.get('keyId')}` },
            action: 'pickup-points.sync_requested',
            ...{ subject: `pickup-points:${carrier}`, data: { confirmClosure } },
          }),
        )
        const workflowId = `${pointsSyncWorkflowId(carrier, 'full')}:asked`
        await workflows.withDeadline(Date.now() + STARTED_WITHIN_MS, () =>
          workflows.start<SyncPickupPoints>(syncPickupPoints, {
            workflowId,
            workflowIdConflictPolicy: 'USE_EXISTING',
            taskQueue: pickupPointsQueue,
            args: [{ carrier, scope: 'full', confirmClosure }],
          }),
        )
        c.header('Location', '/v1/admin/pickup-points')
        return c.json({ carrier, workflowId, state: 'running' as const }, 202)
      },
    )

const showList = (row: PointSync): z.infer<typeof PointList> => ({
  ...{ carrier: row.carrier, points: row.points },
  ...(row.syncedAt && { syncedAt: row.syncedAt.toISOString() }),
  ...(row.fullSyncedAt && { fullSyncedAt: row.fullSyncedAt.toISOString() }),
  ...(row.heldAt && row.held && { held: { since: row.heldAt.toISOString(), ...row.held } }),
})
