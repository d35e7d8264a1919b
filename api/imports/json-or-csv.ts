import { Problem } from '../problem.ts'

/**
 * JSON unless CSV is what is asked for.
 * @throws {Problem} `not-acceptable` when neither will do
 */
export function jsonOrCsv(accept = '*/*'): 'json' | 'csv' {
  const wanted = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase())
  if (wanted.some((type) => type === 'application/json' || type === 'application/*')) return 'json'
  if (wanted.some((type) => type === 'text/csv' || type === 'text/*')) return 'csv'
  if (wanted.includes('*/*')) return 'json'
  throw new Problem('not-acceptable')
}
