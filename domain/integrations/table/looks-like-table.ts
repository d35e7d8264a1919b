import { declaredDelimiter, detectDelimiter, preludeLength } from './delimiter.ts'
import { knowsHeader } from './find-header.ts'

/**
 * Whether a text is cut into columns, rather than written in sentences: several records of as many cells, or a line that
 * names columns we know.
 */
export function looksLikeTable(text: string, isWhole: boolean): boolean {
  const body = text.slice(preludeLength(text))
  if (declaredDelimiter(body)) return true
  const found = detectDelimiter(body, isWhole)
  if (!found) return false
  const { columns, records, share, delimiter } = found
  if (records > 1 && columns > 2 && share >= 0.5) return true
  if (records > 1 && columns === 2 && share >= 0.9 && delimiter !== ',') return true
  const lines = body.split(/\r\n|\r|\n/, SEARCHED_LINES)
  return lines.some((line) => knowsHeader(line.split(delimiter)))
}

const SEARCHED_LINES = 60
