import { clean, cut } from '../plain-text.ts'
import { ROW_LIMITS } from '../row-limits.ts'
import { hash } from './fingerprint.ts'

/** A category deeper or longer than this is a broken export. */
const MOST_LEVELS = 12
const MOST_LENGTH = 2_000
/** No section has a longer name. */
const LONGEST_SECTION = 512

/**
 * The names from the root down of `A > B`, `A|B` or `A / B` (a slash without spaces belongs to the name: `Чай/кофе`).
 * Undefined when it is longer or deeper than categories are.
 */
export function splitCategoryPath(text: string): string[] | undefined {
  if (text.length > MOST_LENGTH) return undefined
  const separator = SEPARATORS.find((candidate) => candidate.test(text))
  return categoryLevels(separator ? text.split(separator) : [text])
}

const SEPARATORS = [/\s*(?:>|→|»)\s*/, /\s*\|\s*/, /\s+\/\s+|\/{2,}/, /\s*\\\s*/]

/** The same of levels that stand apart; empty ones are passed over. */
export function categoryLevels(texts: readonly string[]): string[] | undefined {
  let length = 0
  const levels: string[] = []
  for (const text of texts) {
    length += text.length
    if (length > MOST_LENGTH) return undefined
    const level = cut(clean(text), ROW_LIMITS.nameLength)
    if (level !== '') levels.push(level)
  }
  return levels.length > MOST_LEVELS ? undefined : levels
}

/** A table's categories have no ids: the path is the id, its tail a hash where it is longer than ids may be. */
export function categoryIdOf(levels: readonly string[]): string {
  const path = levels.join(' > ')
  if (path.length <= ROW_LIMITS.codeLength) return path
  return `${cut(path, ROW_LIMITS.codeLength - 17)}~${hash(path)}`
}

/** The name in a section row, `*****ПОСУДА*****`, without what adorns it. */
export function sectionName(text: string): string {
  return clean(text.slice(0, LONGEST_SECTION)).replace(/^[\s*=#_~-]+|[\s*=#_~:-]+$/g, '')
}
