import { clean } from '../plain-text.ts'
import { parseDecimal } from '../decimal.ts'
import { assignColumns } from './column-rules.ts'
import { readHeader } from './header-text.ts'
import { findPreset, PLAIN_RULES } from './presets.ts'

/** Where a table's header stands among the first records, and how many records it takes (two where cells are merged). */
export type HeaderPlace = {
  at: number
  height: 1 | 2
  headers: string[]
  /** Whether its columns mean goods; otherwise it is only the first row that could be a header. */
  isRecognised: boolean
}

/**
 * Finds the row that names the columns, below titles and addresses. Of several the one with the most known names; without
 * any, the first row of several texts that has rows below it.
 */
export function findHeader(records: readonly (readonly string[])[]): HeaderPlace | undefined {
  let best: HeaderPlace | undefined
  let most = 1
  records.forEach((cells, at) => {
    const candidate = candidateAt(records, cells, at)
    const known = candidate ? knownColumns(candidate.headers) : 0
    if (!candidate || known <= most) return
    most = known
    best = { ...candidate, isRecognised: true }
  })
  return best ?? findUnknown(records)
}

/** Whether a row only repeats the header, as exports of several pages do. */
export function repeatsHeader(cells: readonly string[], headers: readonly string[]): boolean {
  let alike = 0
  for (let at = 0; at < headers.length; at += 1) {
    const header = headers[at]!
    if (header === '') continue
    if ((cells[at] ?? '').trim() !== header) return false
    alike += 1
  }
  return alike > 0
}

/** How many different columns of goods the cells name, quotes around them left aside. */
export function countKnownColumns(cells: readonly string[]): number {
  return cells.length > MOST_COLUMNS
    ? 0
    : knownColumns(cells.map((cell) => asHeader(cell.replace(/^"|"$/g, ''))))
}

const MOST_COLUMNS = 500

type Candidate = Omit<HeaderPlace, 'isRecognised'>

function candidateAt(
  records: readonly (readonly string[])[],
  cells: readonly string[],
  at: number,
): Candidate | undefined {
  const headers = cells.map(asHeader)
  if (headers.filter((header) => header !== '').length < 2) return undefined
  const below = records[at + 1]?.map(asHeader)
  const merged = below && mergeHeaders(headers, below)
  return merged
    ? { at, height: 2, headers: withoutTail(merged) }
    : { at, height: 1, headers: withoutTail(headers) }
}

/**
 * Two rows of one header: the cell above spans several, `Цена` over `Розничная` and `Оптовая`. The sign of it: below stand
 * texts only, at least one under nothing, and nothing under the first name above.
 */
function mergeHeaders(above: readonly string[], below: readonly string[]): string[] | undefined {
  const first = above.findIndex((header) => header !== '')
  const isMerged =
    (below[first] ?? '') === '' &&
    below.some((header, column) => header !== '' && (above[column] ?? '') === '') &&
    below.every((header) => header === '' || !isNumber(header))
  if (!isMerged) return undefined
  let spanning = ''
  return Array.from({ length: Math.max(above.length, below.length) }, (_, column) => {
    const over = above[column] ?? ''
    const under = below[column] ?? ''
    if (over !== '') spanning = over
    return under === '' ? over : clean(`${spanning} ${under}`)
  })
}

/** Known names, counted once each; none where nothing says what the goods are. */
function knownColumns(headers: readonly string[]): number {
  if (headers.some((header) => header.length > LONGEST_HEADER)) return 0
  const texts = headers.map(readHeader)
  const rules = findPreset(new Set(texts.map(({ text }) => text)))?.rules ?? PLAIN_RULES
  const targets = new Set<string>(assignColumns(texts, rules).values())
  const tellsGoods = targets.has('name') || targets.has('id') || targets.has('model')
  return tellsGoods ? targets.size : 0
}

/** Longer is a sentence of an instruction, or goods. */
const LONGEST_HEADER = 200

function findUnknown(records: readonly (readonly string[])[]): HeaderPlace | undefined {
  for (const [at, cells] of records.entries()) {
    const headers = withoutTail(cells.map(asHeader))
    const named = headers.filter((header) => header !== '')
    const isHeader =
      named.length >= 2 &&
      new Set(named).size === named.length &&
      named.every((header) => header.length <= LONGEST_HEADER && !isNumber(header))
    if (!isHeader) continue
    const hasRows = records
      .slice(at + 1)
      .some((row) => row.filter((cell) => cell.trim()).length >= 2)
    if (hasRows) return { at, height: 1, headers, isRecognised: false }
  }
  return undefined
}

function asHeader(cell: string): string {
  return clean(cell.replaceAll('\uFEFF', ''))
}

function withoutTail(headers: readonly string[]): string[] {
  let { length } = headers
  while (length > 0 && headers[length - 1] === '') length -= 1
  return headers.slice(0, length)
}

function isNumber(text: string): boolean {
  return parseDecimal(text) !== undefined || /\d{4,}/.test(text)
}
