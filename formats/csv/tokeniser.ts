import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { TableRecord } from '../table/table.ts'
import { CSV_LIMITS } from './limits.ts'

const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

/**
 * Cuts text into records (RFC 4180, as forgiving as Excel): a cell that begins with a quote goes on to the next single
 * quote, whatever comes between; what follows a closing quote belongs to the cell as it stands; a quote within a bare cell
 * is a character. Records end with LF, CRLF or a lone CR. How the text is cut into pieces never shows.
 *
 * What breaks the file stays in `problem`; the records before it have been given by then, and none comes after.
 */
export class CsvTokeniser {
  problem: FileProblem | undefined
  readonly #delimiter: string
  readonly #delimiterCode: number
  /** What is not cut yet: from the beginning of the open record. */
  #text = ''
  #cells: string[] = []
  /** Where the open cell begins in `#text`, and from where on it is still to be searched for its end. */
  #cellAt = 0
  #searchAt = 0
  /** Of the open record, and of the open cell. */
  #line: number
  #cellLine: number
  #skipsLf = false
  /** The next of each in the text at hand, or its end; searched anew once passed. */
  #lf = -1
  #cr = -1
  #quote = -1
  #separator = -1

  constructor(delimiter: string, firstLine = 1) {
    this.#delimiter = delimiter
    this.#delimiterCode = delimiter.charCodeAt(0)
    this.#line = firstLine
    this.#cellLine = firstLine
  }

  /** The records that end in this piece. */
  write(piece: string): TableRecord[] {
    if (this.problem !== undefined || piece === '') return []
    const nul = piece.indexOf('\0')
    const records = this.#take(nul < 0 ? piece : piece.slice(0, nul), false)
    if (nul >= 0) this.#fail({ code: 'malformed-csv', params: { defect: 'nul' } }, this.#lineNow())
    return records
  }

  /** The last record, where no line break follows it. */
  end(): TableRecord[] {
    return this.problem === undefined ? this.#take('', true) : []
  }

  #take(piece: string, isLast: boolean): TableRecord[] {
    let added = piece
    if (this.#skipsLf && added !== '') {
      if (added.charCodeAt(0) === LF) added = added.slice(1)
      this.#skipsLf = false
    }
    const text = this.#text === '' ? added : this.#text + added
    const records: TableRecord[] = []
    let start = 0
    this.#lf = this.#cr = this.#quote = this.#separator = -1
    while (start < text.length || (isLast && this.#cells.length > 0)) {
      const end = this.#nextBreak(text, start)
      if (this.#quote < start) this.#quote = indexOrEnd(text, '"', start)
      const isBare = this.#cells.length === 0 && this.#quote > end
      if (isBare && end < text.length && end - start <= CSV_LIMITS.recordLength) {
        const cells = text.slice(start, end).split(this.#delimiter)
        if (cells.length > CSV_LIMITS.columns) {
          this.#fail(columnsExceeded, this.#line)
          break
        }
        records.push({ line: this.#line, cells })
        this.#line += 1
        this.#searchAt = 0
        start = this.#afterBreak(text, end, isLast)
        continue
      }
      const after = this.#takeSlowly(text, start, isLast)
      if (after === undefined) break
      records.push({ line: this.#line, cells: this.#cells })
      this.#line = this.#cellLine + 1
      this.#cellLine = this.#line
      this.#cells = []
      this.#cellAt = 0
      this.#searchAt = 0
      start = after < text.length ? this.#afterBreak(text, after, isLast) : after
    }
    this.#text = text.slice(start)
    return records
  }

  /** Cell by cell, from where the last piece ended. Where the record ends; undefined when that is not to be seen yet. */
  #takeSlowly(text: string, start: number, isLast: boolean): number | undefined {
    if (this.#cells.length === 0 && this.#cellAt === 0) this.#cellLine = this.#line
    for (;;) {
      const from = start + this.#cellAt
      const quoted = text.charCodeAt(from) === QUOTE
      const closing = quoted ? this.#closingQuote(text, start, isLast) : from
      const end = closing === undefined ? undefined : this.#cellEnd(text, start, closing, isLast)
      if ((end ?? text.length) - start > CSV_LIMITS.recordLength) {
        const isOpen = quoted && (closing ?? text.length) - start > CSV_LIMITS.recordLength
        if (isOpen) this.#fail(unclosedQuote, this.#cellLine)
        else this.#fail(recordExceeded, this.#line)
        return undefined
      }
      if (end === undefined) {
        if (isLast) this.#fail(unclosedQuote, this.#cellLine)
        return undefined
      }
      this.#cells.push(quoted ? unquote(text, from, closing!, end) : text.slice(from, end))
      if (this.#cells.length > CSV_LIMITS.columns) {
        this.#fail(columnsExceeded, this.#line)
        return undefined
      }
      if (quoted) this.#cellLine += lineBreaks(text, from, end)
      if (end >= text.length || text.charCodeAt(end) !== this.#delimiterCode) return end
      this.#cellAt = this.#searchAt = end + 1 - start
    }
  }

  /** The quote that closes the cell; undefined when it has not come, or when what follows it has not. */
  #closingQuote(text: string, start: number, isLast: boolean): number | undefined {
    let at = Math.max(start + this.#searchAt, start + this.#cellAt + 1)
    for (;;) {
      const quote = text.indexOf('"', at)
      if (quote < 0 || (quote + 1 >= text.length && !isLast)) {
        this.#searchAt = (quote < 0 ? text.length : quote) - start
        return undefined
      }
      if (text.charCodeAt(quote + 1) !== QUOTE) {
        this.#searchAt = quote - start
        return quote
      }
      at = quote + 2
    }
  }

  /** The delimiter or line break after `from`; the end of the text counts only as the end of the file. */
  #cellEnd(text: string, start: number, from: number, isLast: boolean): number | undefined {
    const isClosed = text.charCodeAt(start + this.#cellAt) === QUOTE
    const at = isClosed ? from + 1 : Math.max(from, start + this.#searchAt)
    const lineEnd = this.#nextBreak(text, at)
    if (this.#separator < at) this.#separator = indexOrEnd(text, this.#delimiter, at)
    const end = Math.min(lineEnd, this.#separator)
    if (end < text.length) return end
    if (!isClosed) this.#searchAt = text.length - start
    return isLast ? text.length : undefined
  }

  #nextBreak(text: string, from: number): number {
    if (this.#lf < from) this.#lf = indexOrEnd(text, '\n', from)
    if (this.#cr < from) this.#cr = indexOrEnd(text, '\r', from)
    return this.#lf < this.#cr ? this.#lf : this.#cr
  }

  #afterBreak(text: string, at: number, isLast: boolean): number {
    if (text.charCodeAt(at) !== CR) return at + 1
    if (at + 1 < text.length) return text.charCodeAt(at + 1) === LF ? at + 2 : at + 1
    this.#skipsLf = !isLast
    return at + 1
  }

  #lineNow(): number {
    const { length } = this.#text
    return this.#cells.length === 0 && this.#cellAt === 0
      ? this.#line + lineBreaks(this.#text, 0, length)
      : this.#cellLine + lineBreaks(this.#text, this.#cellAt, length)
  }

  #fail(problem: FileProblem, line: number): void {
    this.problem ??= { ...problem, line }
  }
}

const unclosedQuote: FileProblem = { code: 'malformed-csv', params: { defect: 'unclosed-quote' } }
const recordExceeded: FileProblem = {
  code: 'limit-exceeded',
  params: { limit: 'record', most: CSV_LIMITS.recordLength },
}
const columnsExceeded: FileProblem = {
  code: 'limit-exceeded',
  params: { limit: 'columns', most: CSV_LIMITS.columns },
}

function indexOrEnd(text: string, searched: string, from: number): number {
  const at = text.indexOf(searched, from)
  return at < 0 ? text.length : at
}

function unquote(text: string, opening: number, closing: number, end: number): string {
  const inside = text.slice(opening + 1, closing)
  const whole = inside.includes('""') ? inside.replaceAll('""', '"') : inside
  return closing + 1 === end ? whole : whole + text.slice(closing + 1, end)
}

/** CRLF is one; a CR that ends the text is one too. */
function lineBreaks(text: string, from: number, to: number): number {
  const inside = text.slice(from, to)
  return inside.includes('\n') || inside.includes('\r') ? inside.split(/\r\n|\r|\n/).length - 1 : 0
}
