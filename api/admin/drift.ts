import { createRoute, z } from '@hono/zod-openapi'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import {
  checkDrift,
  driftWorkflowId,
  storefrontQueue,
  type CheckDrift,
} from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import {
  listDriftCycles,
  openDriftCycle,
  type DriftCycle as DriftCycleRow,
} from '../../db/storefront/drift-cycles.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { toPage } from '../cursor.ts'
import { createRouter, Instant, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { newestAfter, positionOf } from './newest.ts'

export type DriftDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start'>
  requires: Requires
}

const count = z.int().min(0)

const DriftCycle = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'A scheduled one has its time behind the id' }),
    state: z.enum(['running', 'completed', 'failed']),
    drift: count.openapi({
      description: 'Documents and cached pages that were not as PostgreSQL says',
    }),
    repaired: count,
    search: z.object({
      documents: count,
      buckets: count,
      differingBuckets: count.openapi({
        description: 'What waits to be projected makes them differ too',
      }),
      missing: count,
      different: count,
      extra: count,
      unsettled: count.openapi({
        description: 'On their way for as long as they were looked at: of these nothing is known',
      }),
    }),
    cache: z.object({
      pages: count.openapi({ description: 'A sample' }),
      stale: count,
      unsettled: count.openapi({ description: 'Changed again while they were looked at' }),
    }),
    createdAt: Instant,
    finishedAt: Instant.optional(),
  })
  .openapi('DriftCycle')

/** To be served at `/v1/admin/drift`. */
export const drift = ({ system, workflows, requires }: DriftDeps) =>
  createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags: ['Operations'],
        summary:
          'What search and cache differed in from PostgreSQL, cycle by cycle, the newest first',
        security: [{ apiKey: ['admin'] }],
        middleware: requires('admin'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(DriftCycle), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const rows = await listDriftCycles(system, { after: newestAfter(cursor), limit: limit + 1 })
        return c.json(toPage(rows, limit, showCycle, positionOf), 200)
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/',
        tags: ['Operations'],
        summary: 'Compare and repair now, beside the schedule',
        security: [{ apiKey: ['admin'] }],
        middleware: requires('admin'),
        responses: { 202: json(DriftCycle, 'Begun'), ...problems(401, 403, 503) },
      }),
      async (c) => {
        const cycleId = randomUUID()
        const deed = { action: 'drift.check_requested', subject: `drift:${cycleId}` }
        await system.transaction().execute((trx) => audit(trx, deed))
        await workflows.start<CheckDrift>(checkDrift, {
          workflowId: driftWorkflowId(cycleId),
          taskQueue: storefrontQueue,
          args: [{ cycleId }],
        })
        const row = await openDriftCycle(system, cycleId)
        c.header('Location', '/v1/admin/drift')
        return c.json(showCycle(row), 202)
      },
    )

const showCycle = (row: DriftCycleRow): z.infer<typeof DriftCycle> => ({
  id: row.id,
  workflowId: driftWorkflowId(row.id),
  state: row.state,
  drift: row.missingCount + row.differentCount + row.extraCount + row.stalePageCount,
  repaired: row.repairedCount + row.stalePageCount,
  search: {
    documents: Number(row.documentCount),
    buckets: row.bucketCount,
    differingBuckets: row.differingBucketCount,
    missing: row.missingCount,
    different: row.differentCount,
    extra: row.extraCount,
    unsettled: row.unsettledCount,
  },
  cache: {
    pages: row.pageCount,
    stale: row.stalePageCount,
    unsettled: row.unsettledPageCount,
  },
  createdAt: row.createdAt.toISOString(),
  ...(row.finishedAt && { finishedAt: row.finishedAt.toISOString() }),
})
