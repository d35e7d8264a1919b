import { z } from '@hono/zod-openapi'
import { STALENESS_BOUNDS_MS } from '../../clients/cache/cache-meter.ts'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { CACHE_POLICIES, type CacheKind } from '../../domain/storefront/cache-policies.ts'
import { hitRatio, overInvalidation } from '../../domain/storefront/cache-ratios.ts'

const count = z.int().min(0)
const share = z.number().min(0).max(1).nullable()

const HitRatio = z
  .object({
    memory: share,
    redis: share,
    stale: share.openapi({
      description: 'Given away while somebody made it anew, or nobody could',
    }),
    any: share,
  })
  .openapi({ description: 'Shares of all reads, by level; `null` where nothing was read' })

const Outcomes = z
  .object({
    memory: count.optional(),
    redis: count.optional(),
    stale: count.optional(),
    collapsed: count.optional().openapi({ description: 'Made by another process meanwhile' }),
    stored: count.optional().openapi({ description: 'Made for this read' }),
    'not-stored': count.optional().openapi({
      description: 'Made for this read, and not kept: it changed meanwhile, or Redis was away',
    }),
  })
  .openapi({ description: 'Reads by how they were answered' })

const Policy = z.object({
  kind: z.enum(Object.keys(CACHE_POLICIES) as [CacheKind, ...CacheKind[]]),
  softMs: count.openapi({ description: 'As good as new for so long; 0 is never kept' }),
  hardMs: count.openapi({
    description: 'Then, for so long from the beginning, shown while one caller makes it anew',
  }),
  staleOnErrorMs: count.openapi({
    description: 'Then, for so long more, only where making it anew fails',
  }),
  invalidated: z.enum(['exactly', 'by-id', 'no']).openapi({ description: 'How a change finds it' }),
  reason: z.string(),
})

export const Cache = z
  .object({
    policies: z.array(Policy).openapi({
      description: 'What is kept and for how long; each time varies by a tenth, up or down',
    }),
    process: z
      .object({
        pid: z.int(),
        memory: z.object({ bytes: count, maxBytes: count, pages: count }),
        reads: z.array(
          z.object({
            kind: z.string(),
            outcomes: Outcomes,
            hitRatio: HitRatio,
          }),
        ),
        hitRatio: HitRatio,
        loads: count.openapi({ description: 'Pages that were made, or failed to be' }),
        loadsFailed: count,
        loading: count,
        mostLoading: count.openapi({ description: 'At once, so far' }),
        invalidated: count.openapi({ description: 'Pages of its memory' }),
        remade: count.openapi({ description: 'Invalidated pages that were made anew since' }),
        remadeSame: count.openapi({ description: 'Those of them that looked as before' }),
        overInvalidation: z.number().min(1).nullable().openapi({
          description:
            'Pages remade ÷ those of them that looked different; `null` while there is none',
        }),
        gaps: count.openapi({ description: 'Invalidations that were missed, or may have been' }),
        staleness: z
          .array(
            z.object({
              upToMs: z.int().nullable().openapi({ description: '`null`: longer than all others' }),
              pages: count,
            }),
          )
          .openapi({
            description:
              'Invalidated pages by how long after the commit they were last given away as before',
          }),
      })
      .openapi({ description: 'Of the process that answers, since it started' }),
  })
  .openapi('Cache')

export function showCache({ meter: { counts }, memory }: Pick<PageCache, 'meter' | 'memory'>) {
  const { reads, stalenessMs, ...numbers } = counts
  return {
    policies: Object.entries(CACHE_POLICIES).map(([kind, policy]) => ({
      kind: kind as CacheKind,
      ...policy,
    })),
    process: {
      pid: process.pid,
      memory,
      reads: Object.entries(reads).map(([kind, outcomes]) => ({
        kind,
        outcomes,
        hitRatio: hitRatio([outcomes]),
      })),
      hitRatio: hitRatio(Object.values(reads)),
      ...numbers,
      overInvalidation: overInvalidation(numbers),
      staleness: stalenessMs.map((pages, at) => ({
        upToMs: STALENESS_BOUNDS_MS[at] ?? null,
        pages,
      })),
    },
  } satisfies z.infer<typeof Cache>
}
