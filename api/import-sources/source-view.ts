import { z } from '@hono/zod-openapi'
import { sourceScheduleId } from '../../contracts/fetching.ts'
import type { ImportSource as ImportSourceRow } from '../../db/integrations/import-sources.ts'
import { showProblem } from '../imports/import-view.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'

export const ImportSource = z
  .object({
    id: z.string(),
    scheduleId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    shopId: z.string(),
    sourceUrl: z.string(),
    format: z.string(),
    mode: z.enum(['upsert', 'replace']),
    intervalMinutes: z.int().optional(),
    dailyAt: z.string().optional().openapi({ description: 'On the clock of the shop’s city.' }),
    state: z.enum(['active', 'failing', 'paused']).openapi({
      description: '`failing`: still tried on time. `paused`: by you, or after a day of failures.',
    }),
    failures: z.int().openapi({ description: 'In a row.' }),
    problem: z
      .object({ code: z.string(), detail: z.string() })
      .optional()
      .openapi({ description: 'Why the last run failed.' }),
    lastOutcome: z.enum(['imported', 'unchanged', 'failed']).optional(),
    lastRunAt: Instant.optional(),
    lastImportId: z.string().optional(),
    createdAt: Instant,
  })
  .openapi('ImportSource')

export type ImportSource = z.infer<typeof ImportSource>

export function showImportSource(row: ImportSourceRow, language: Language): ImportSource {
  return {
    id: row.id,
    scheduleId: sourceScheduleId(row.id),
    shopId: row.shopId,
    sourceUrl: row.url,
    format: row.format,
    mode: row.mode,
    ...(row.intervalMinutes !== null && { intervalMinutes: row.intervalMinutes }),
    ...(row.dailyAt !== null && { dailyAt: row.dailyAt }),
    state: row.state,
    failures: row.failures,
    ...(row.problem && { problem: showProblem(row.problem, language) }),
    ...(row.lastOutcome && { lastOutcome: row.lastOutcome }),
    ...(row.lastRunAt && { lastRunAt: row.lastRunAt.toISOString() }),
    ...(row.lastImportId && { lastImportId: row.lastImportId }),
    createdAt: row.createdAt.toISOString(),
  }
}
