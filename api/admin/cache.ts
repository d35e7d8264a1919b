import { createRoute, z } from '@hono/zod-openapi'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import {
  storefrontQueue,
  warmCache,
  warmUpProgress,
  warmUpWorkflowId,
  type WarmCache,
} from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { Cache, showCache } from './cache-view.ts'

export type CacheDeps = {
  cache: Pick<PageCache, 'meter' | 'memory'>
  workflows: Pick<WorkflowClient, 'start' | 'getHandle' | 'withDeadline'>
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const ANSWERED_WITHIN_MS = 5_000

const named = {
  id: z.literal('current'),
  workflowId: z.string().openapi({ description: 'To be found by in the Temporal UI' }),
}
const WarmUpBegun = z.object({ ...named, state: z.literal('running') }).openapi('WarmUpBegun')
const count = z.int().min(0)
const WarmUp = z
  .object({
    ...named,
    state: z.enum(['running', 'completed', 'cancelled', 'failed']),
    done: count,
    total: count.openapi({ description: '0 until its first shift of five seconds is over' }),
    made: count,
    alreadyThere: count.openapi({ description: 'In Redis, where they were left alone' }),
    yieldedMs: count.openapi({ description: 'How long it waited for live traffic' }),
  })
  .openapi('WarmUp')

const CURRENT = { id: 'current', workflowId: warmUpWorkflowId } as const

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]

/** To be served at `/v1/admin/cache`. */
export const cache = ({ cache, workflows, system, requires }: CacheDeps) =>
  createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags,
        summary: 'What the cache keeps, for how long and why, and how it does in one process',
        description:
          'The counts are those of the process that answers; metrics have them of all processes.',
        security,
        middleware: requires('admin'),
        responses: { 200: json(Cache, 'Policies and counts'), ...problems(401, 403) },
      }),
      (c) => c.json(showCache(cache), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/warm-ups',
        tags,
        summary: 'Make the pages that are read most before somebody waits for them',
        description:
          'One at a time: while a warm-up runs, that one is answered with. It gives way to live traffic.',
        security,
        middleware: requires('admin'),
        responses: {
          202: json(WarmUpBegun, 'Begun, or running already'),
          ...problems(401, 403, 503),
        },
      }),
      async (c) => {
        const deed = { action: 'cache.warm-up_requested', subject: `cache:${CURRENT.id}` }
        await system.transaction().execute((trx) => audit(trx, deed))
        await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
          workflows.start<WarmCache>(warmCache, {
            workflowId: warmUpWorkflowId,
            workflowIdConflictPolicy: 'USE_EXISTING',
            taskQueue: storefrontQueue,
            args: [{}],
          }),
        )
        c.header('Location', '/v1/admin/cache/warm-ups/current')
        return c.json({ ...CURRENT, state: 'running' as const }, 202)
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/warm-ups/current',
        tags,
        summary: 'How far the warm-up is that runs, or how the last one ended',
        security,
        middleware: requires('admin'),
        responses: {
          200: json(WarmUp, 'As its workflow tells at this moment'),
          ...problems(401, 403, 404, 503),
        },
      }),
      async (c) => {
        const progress = await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
          workflows.getHandle<WarmCache>(warmUpWorkflowId).query(warmUpProgress),
        )
        return c.json({ ...CURRENT, ...progress }, 200)
      },
    )
