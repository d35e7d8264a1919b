import { z } from '@hono/zod-openapi'
import { importWorkflowId } from '../../contracts/integrations.ts'
import type { ImportProblem } from '../../db/database.ts'
import type { Import as ImportRow } from '../../db/integrations/imports.ts'
import { describeFileProblem, type FileProblem } from '../../domain/integrations/file-problem.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'

const Count = z.int().min(0)

export const Import = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    shopId: z.string(),
    state: z.enum(['queued', 'running', 'awaiting-apply', 'completed', 'failed', 'cancelled']),
    fileName: z.string().optional(),
    sourceUrl: z.string().optional().openapi({ description: 'Where it was fetched from.' }),
    sourceId: z
      .string()
      .optional()
      .openapi({ description: 'The import source that asked for it.' }),
    format: z.string().optional(),
    encoding: z.string().optional(),
    mode: z.enum(['upsert', 'replace']),
    dryRun: z.boolean(),
    progress: z.object({
      bytesRead: Count,
      bytesTotal: Count,
      rowsRead: Count,
      rowsPerSecond: Count,
    }),
    counts: z.object({
      created: Count,
      updated: Count,
      unchanged: Count,
      rejected: Count,
      deactivated: Count,
    }),
    problem: z
      .object({
        code: z.string(),
        detail: z.string(),
        line: Count.optional(),
        column: Count.optional(),
        row: Count.optional(),
      })
      .optional()
      .openapi({ description: 'Why the whole file failed.' }),
    createdAt: Instant,
    startedAt: Instant.optional(),
    finishedAt: Instant.optional(),
  })
  .openapi('Import')

export type Import = z.infer<typeof Import>

/** The numbers are PostgreSQL's, so that they are told while workers are away. */
export const showImport = (row: ImportRow, language: Language, now: Date): Import => ({
  id: row.id,
  workflowId: importWorkflowId(row.id),
  shopId: row.shopId,
  state: row.state,
  ...(row.fileName && { fileName: row.fileName }),
  ...(row.sourceUrl && { sourceUrl: row.sourceUrl }),
  ...(row.sourceId && { sourceId: row.sourceId }),
  ...(row.format && { format: row.format }),
  ...(row.encoding && { encoding: row.encoding }),
  mode: row.mode,
  dryRun: row.dryRun,
  progress: {
    bytesRead: Number(row.bytesRead),
    bytesTotal: Number(row.bytesTotal),
    rowsRead: Number(row.rowsRead),
    rowsPerSecond: rowsPerSecond(row, now),
  },
  counts: {
    created: Number(row.createdCount),
    updated: Number(row.updatedCount),
    unchanged: Number(row.unchangedCount),
    rejected: Number(row.rejectedCount),
    deactivated: Number(row.deactivatedCount),
  },
  ...(row.problem && { problem: showProblem(row.problem, language) }),
  createdAt: row.createdAt.toISOString(),
  ...(row.startedAt && { startedAt: row.startedAt.toISOString() }),
  ...(row.finishedAt && { finishedAt: row.finishedAt.toISOString() }),
})

/** While the file is being read, and of the reading afterwards. */
function rowsPerSecond({ rowsRead, startedAt, readAt, finishedAt }: ImportRow, now: Date): number {
  if (!startedAt) return 0
  const until = readAt ?? finishedAt ?? now
  const seconds = Math.max((until.getTime() - startedAt.getTime()) / 1000, 0.001)
  return Math.round(Number(rowsRead) / seconds)
}

export const showProblem = (problem: ImportProblem, language: Language) => {
  const { code, line, column, row } = problem
  return {
    code,
    detail: describeFileProblem(problem as FileProblem, language),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(row !== undefined && { row }),
  }
}
