import { declaredDelimiter, detectDelimiter, preludeLength } from './delimiter.ts'

/**
 * Whether a text is cut into columns, rather than written in sentences: a line names columns that we know, or most records
 * have as many cells, of which commas must make more than a letter has.
 */
export function looksLikeTable(text: string, isWhole: boolean): boolean {
  const body = text.slice(preludeLength(text))
  if (declaredDelimiter(body)) return true
  const found = detectDelimiter(body, isWhole)
  if (!found) return false
  const { columns, records, share, delimiter, knownColumns } = found
  if (knownColumns > 1 || columns > MOST_CLAUSES) return true
  const isAlike = delimiter === ',' ? columns > 2 && share >= 0.8 : share >= 0.5
  return records > 1 && isAlike
}

/** No sentence has so many parts. */
const MOST_CLAUSES = 50
