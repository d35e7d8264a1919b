import { z } from '@hono/zod-openapi'
import { importWorkflowId } from '../../contracts/integrations.ts'
import type { ImportProblem } from '../../db/integrations/import-tables.ts'
import type { Import as ImportRow } from '../../db/integrations/imports.ts'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'

const Count = z.int().min(0)

export const ImportId = z.object({ id: z.string().max(64) })

export const isImportId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)

export const Import = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    shopId: z.string(),
    state: z.enum([
      'queued',
      'running',
      'awaiting-mapping',
      'awaiting-apply',
      'completed',
      'failed',
      'cancelled',
    ]),
    fileName: z.string().optional(),
    sourceUrl: z.string().optional().openapi({ description: 'Where it was fetched from.' }),
    sourceId: z
      .string()
      .optional()
      .openapi({ description: 'The import source that asked for it.' }),
    format: z.string().optional(),
    encoding: z.string().optional(),
    delimiter: z.string().optional(),
    mode: z.enum(['upsert', 'replace']),
    dryRun: z.boolean(),
    progress: z.object({
      bytesRead: Count,
      bytesTotal: Count,
      rowsRead: Count,
      rowsPerSecond: Count,
      rowsApplied: Count,
      secondsLeft: Count.optional().openapi({ description: 'Of reading the file, by its bytes.' }),
    }),
    counts: z.object({
      created: Count,
      updated: Count,
      unchanged: Count,
      rejected: Count,
      deactivated: Count,
    }),
    plan: z
      .object({
        shown: Count.openapi({ description: 'Which showing this is; an apply names it.' }),
        toCreate: Count,
        toUpdate: Count,
        toDeactivate: Count,
        needsConfirmation: z.boolean().openapi({
          description: 'So much would go off sale that the apply must say `confirmDeactivation`.',
        }),
      })
      .optional()
      .openapi({ description: 'What an apply would do; single rows are at `/diff`.' }),
    table: z
      .object({
        headers: z.array(z.string()),
        samples: z.array(z.array(z.string())),
        proposal: z.looseObject({ columns: z.record(z.string(), z.string()) }),
      })
      .optional()
      .openapi({ description: 'Columns that wait to be told: confirm or correct the proposal.' }),
    mapping: z
      .looseObject({ columns: z.record(z.string(), z.string()) })
      .optional()
      .openapi({ description: 'By which the columns of a table were read.' }),
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
  ...(row.delimiter && { delimiter: row.delimiter }),
  mode: row.mode,
  dryRun: row.dryRun,
  progress: {
    bytesRead: Number(row.bytesRead),
    bytesTotal: Number(row.bytesTotal),
    rowsRead: Number(row.rowsRead),
    rowsPerSecond: rowsPerSecond(row, now),
    rowsApplied: Number(row.createdCount) + Number(row.updatedCount) + Number(row.unchangedCount),
    ...secondsLeft(row, now),
  },
  counts: {
    created: Number(row.createdCount),
    updated: Number(row.updatedCount),
    unchanged: Number(row.unchangedCount),
    rejected: Number(row.rejectedCount),
    deactivated: Number(row.deactivatedCount),
  },
  ...(row.state === 'awaiting-apply' && { plan: showPlan(row) }),
  ...(row.state === 'awaiting-mapping' && row.foundTable && { table: showTable(row.foundTable) }),
  ...(row.mapping && { mapping: row.mapping }),
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

function secondsLeft(
  { startedAt, readAt, finishedAt, bytesRead, bytesTotal }: ImportRow,
  now: Date,
) {
  if (!startedAt || readAt || finishedAt || bytesRead === '0') return {}
  const seconds = (now.getTime() - startedAt.getTime()) / 1000
  const left = Number(bytesTotal) / Number(bytesRead) - 1
  return { secondsLeft: Math.max(0, Math.ceil(seconds * left)) }
}

const showPlan = (row: ImportRow) => ({
  shown: row.shown,
  toCreate: Number(row.toCreateCount),
  toUpdate: Number(row.toUpdateCount),
  toDeactivate: Number(row.toDeactivateCount),
  needsConfirmation: row.deactivationHeld,
})

const showTable = ({ headers, samples, proposal }: FoundTable) => ({ headers, samples, proposal })

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
