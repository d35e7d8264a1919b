import { z } from '@hono/zod-openapi'
import { reindexWorkflowId } from '../../contracts/storefront.ts'
import type { Reindex as ReindexRow } from '../../db/storefront/reindexes.ts'
import { etaSeconds, isFilling, perSecond } from '../../domain/storefront/eta.ts'
import { Instant, pageOf } from '../openapi.ts'

const STATES = [
  'queued',
  'backfilling',
  'paused',
  'verifying',
  'live',
  'completed',
  'rolled-back',
  'cancelled',
  'failed',
] as const satisfies ReindexRow['state'][]

export const Reindex = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'To be found by in the Temporal UI' }),
    state: z.enum(STATES).openapi({
      description:
        '`live`: what it built is searched, and it can be rolled back until `rollbackUntil`',
    }),
    index: z.string().optional(),
    progress: z.object({
      read: z.int().openapi({ description: 'Shop products, published or not' }),
      written: z.int(),
      total: z.int(),
      perSecond: z.int().nullable(),
      etaSeconds: z.int().nullable().openapi({ description: 'Until it is filled' }),
    }),
    parity: z
      .object({
        documents: z.int(),
        buckets: z.int(),
        differingBuckets: z.int(),
        repaired: z.int(),
        parked: z.int().openapi({
          description: 'Not there because neither it nor the index that is searched takes them',
        }),
        unsettled: z.int().openapi({
          description: 'Still on their way after half an hour; with any, it is never searched',
        }),
        differing: z.int().openapi({
          description: 'Not as PostgreSQL says after all repairs; with any, it is never searched',
        }),
        refusal: z
          .string()
          .optional()
          .openapi({ description: 'Why the new index refuses one of those that differ' }),
      })
      .optional()
      .openapi({ description: 'What the comparison with PostgreSQL found before the swap' }),
    rollbackMinutes: z.int(),
    rollbackUntil: Instant.optional(),
    problem: z.object({ code: z.string() }).optional(),
    createdAt: Instant,
    startedAt: Instant.optional(),
    liveAt: Instant.optional(),
    finishedAt: Instant.optional(),
  })
  .openapi('Reindex')
export type Reindex = z.infer<typeof Reindex>

export const ReindexPage = pageOf(Reindex)
  .extend({
    schemaVersion: z.object({
      wanted: z.int().openapi({ description: 'What this process makes an index for', example: 2 }),
      live: z.int().nullable().openapi({
        description: 'What the index that is searched was made for; `null` before there is one',
        example: 2,
      }),
    }),
    reindexDue: z.boolean().openapi({
      description: 'The live one is older. None begins by itself: choose the hour, then POST',
      example: false,
    }),
  })
  .openapi('ReindexPage')

export function showReindex(row: ReindexRow): Reindex {
  const [done, total] = [Number(row.readCount), Number(row.totalCount)]
  const pace = { done, total: Math.max(done, total), workedMs: Number(row.workedMs) }
  return {
    id: row.id,
    workflowId: reindexWorkflowId(row.id),
    state: row.state,
    ...(row.indexName && { index: row.indexName }),
    progress: {
      ...{ read: done, written: Number(row.writtenCount), total: pace.total },
      perSecond: perSecond(pace),
      etaSeconds: isFilling(row.state) ? etaSeconds(pace) : null,
    },
    ...(row.parity && { parity: row.parity }),
    rollbackMinutes: row.rollbackMinutes,
    ...(row.state === 'live' && row.liveAt && { rollbackUntil: windowEnd(row.liveAt, row) }),
    ...(row.problem && { problem: row.problem }),
    createdAt: row.createdAt.toISOString(),
    ...instant('startedAt', row.startedAt),
    ...instant('liveAt', row.liveAt),
    ...instant('finishedAt', row.finishedAt),
  }
}

const windowEnd = (liveAt: Date, { rollbackMinutes }: ReindexRow) =>
  new Date(liveAt.getTime() + rollbackMinutes * 60_000).toISOString()

const instant = <Name extends string>(name: Name, at: Date | null) =>
  (at ? { [name]: at.toISOString() } : {}) as Partial<Record<Name, string>>
