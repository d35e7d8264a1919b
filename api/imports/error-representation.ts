import { Problem } from '../problem.ts'

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/**
 * JSON unless CSV or a workbook is what is asked for.
 * @throws {Problem} `not-acceptable` when none of them will do
 */
export function errorRepresentation(accept = '*/*'): 'json' | 'csv' | 'xlsx' {
  const wanted = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase())
  if (wanted.includes(XLSX)) return 'xlsx'
  if (wanted.some((type) => type === 'application/json' || type === 'application/*')) return 'json'
  if (wanted.some((type) => type === 'text/csv' || type === 'text/*')) return 'csv'
  if (wanted.includes('*/*')) return 'json'
  throw new Problem('not-acceptable')
}
