import { z } from '@hono/zod-openapi'
import type { ImportRowError } from '../../db/integrations/import-queries.ts'
import { describeRowError } from '../../domain/integrations/row-errors.ts'
import type { RowError as Finding } from '../../domain/integrations/row.ts'
import type { Language } from '../language.ts'

export const RowError = z
  .object({
    row: z.int().min(0).openapi({ description: 'Ordinal of the offer, from 1; 0 for a category.' }),
    line: z.int().min(1).optional(),
    externalId: z.string().optional(),
    level: z.enum(['error', 'warning']).openapi({
      description: 'After a warning the row is in, without what the warning names.',
    }),
    field: z.string().optional(),
    code: z.string(),
    message: z.string(),
    value: z.string().optional(),
  })
  .openapi('ImportRowError')

type RowError = z.infer<typeof RowError>

export function showRowError(row: ImportRowError, language: Language): RowError {
  const finding: Finding = {
    row: Number(row.row),
    ...(row.line !== null && { line: Number(row.line) }),
    ...(row.externalId !== null && { externalId: row.externalId }),
    ...(row.field !== null && { field: row.field }),
    code: row.code as Finding['code'],
    level: row.level,
    ...(row.value !== null && { value: row.value }),
  }
  return { ...finding, message: describeRowError(finding, language) }
}

const COLUMNS = [
  'row',
  'line',
  'externalId',
  'level',
  'field',
  'code',
  'message',
  'value',
] as const satisfies (keyof RowError)[]

export type FetchRowErrors = (page: {
  afterSeq: string
  limit: number
}) => Promise<readonly ImportRowError[]>

const PAGE = 1000

/** RFC 4180, with the mark by which Excel knows UTF-8; the next page is fetched when the reader has taken this one. */
export async function* rowErrorsAsCsv(
  fetch: FetchRowErrors,
  language: Language,
): AsyncGenerator<string> {
  yield `\uFEFF${COLUMNS.join(',')}\r\n`
  for (let afterSeq: string | undefined = '0'; afterSeq !== undefined;) {
    const rows = await fetch({ afterSeq, limit: PAGE })
    yield rows.map((row) => line(showRowError(row, language))).join('')
    afterSeq = rows.length === PAGE ? rows.at(-1)?.seq : undefined
  }
}

const line = (error: RowError) => `${COLUMNS.map((column) => cell(error[column])).join(',')}\r\n`

/** A text that a spreadsheet would take for a formula is disarmed with an apostrophe (OWASP, CSV injection). */
function cell(value: string | number | undefined): string {
  if (typeof value !== 'string') return String(value ?? '')
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
