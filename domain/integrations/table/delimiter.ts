import { countKnownColumns } from './find-header.ts'

export type Delimiter = ',' | ';' | '\t' | '|'

/** In the order of trust where a text can be cut by several: commas also stand in prices and sentences. */
const DELIMITERS: readonly Delimiter[] = ['\t', ';', '|', ',']

/** Records that are looked at, blank ones left aside. */
const MOST_RECORDS = 20

/** How the beginning of a text looks when it is cut by a delimiter. */
export type DelimitedText = {
  delimiter: Delimiter
  /** Cells of most records. */
  columns: number
  records: number
  /** Of the records, how many have as many cells: from 0 to 1. */
  share: number
  /** Names of goods' columns in the line that has the most of them. */
  knownColumns: number
}

/**
 * The delimiter that makes known columns of a line, else the one that cuts the most records alike and into the most cells;
 * quoted cells are passed over. Undefined where
 * none cuts anything. What `isWhole` does not say to be all of the file may end within a record.
 */
export function detectDelimiter(text: string, isWhole: boolean): DelimitedText | undefined {
  const lines = text.split(/\r\n|\r|\n/, MOST_RECORDS)
  let found: DelimitedText | undefined
  let best = 0
  for (const delimiter of DELIMITERS) {
    const counts = countCells(text, delimiter, isWhole)
    const { columns, share } = mostCommon(counts)
    if (columns < 2) continue
    const knownColumns = Math.max(...lines.map((line) => countKnownColumns(line.split(delimiter))))
    const score = share * Math.log2(columns) + (knownColumns > 1 ? knownColumns * SURE : 0)
    if (score <= best) continue
    best = score
    found = { delimiter, columns, records: counts.length, share, knownColumns }
  }
  return found
}

/** One known column weighs more than any number of cells. */
const SURE = 100

/** The delimiter that Excel's own first line `sep=;` names, and how much of the text that line takes. */
export function declaredDelimiter(
  text: string,
): { delimiter: Delimiter; length: number } | undefined {
  const declaration = /^"?sep=([,;\t|])"?[ \t]*(?:\r\n|\r|\n)/i.exec(text)
  if (!declaration) return undefined
  return { delimiter: declaration[1] as Delimiter, length: declaration[0].length }
}

/** What stands before the header and belongs to nobody: a byte order mark, even below empty lines, even twice. */
export function preludeLength(text: string): number {
  return /^[\s\uFEFF]*\uFEFF/.exec(text)?.[0].length ?? 0
}

function countCells(text: string, delimiter: Delimiter, isWhole: boolean): number[] {
  const counts: number[] = []
  const separator = delimiter.charCodeAt(0)
  let cells = 1
  let isBlank = true
  let startsCell = true
  for (let at = 0; at < text.length && counts.length < MOST_RECORDS; at += 1) {
    const code = text.charCodeAt(at)
    if (code === LF || code === CR) {
      if (!isBlank) counts.push(cells)
      cells = 1
      isBlank = true
      startsCell = true
    } else if (code === separator) {
      cells += 1
      startsCell = true
    } else {
      isBlank &&= code <= SPACE
      if (startsCell && code === QUOTE) {
        const closing = closingQuote(text, at + 1)
        if (closing < 0) return counts.length === 0 ? [cells] : counts
        at = closing
      }
      startsCell = false
    }
  }
  if (isWhole && !isBlank && counts.length < MOST_RECORDS) counts.push(cells)
  return counts
}

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

/** Of more than one cell, since a title above a table says nothing about its columns. */
function mostCommon(counts: readonly number[]): { columns: number; share: number } {
  const times = new Map<number, number>()
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1)
  let columns = 1
  let most = 0
  for (const [count, seen] of times) {
    const score = seen * Math.log2(count)
    if (score > most * Math.log2(columns)) [columns, most] = [count, seen]
  }
  return { columns, share: counts.length === 0 ? 0 : most / counts.length }
}
