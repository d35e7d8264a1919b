import { writeZip, type ZipSource } from '../zip/write-zip.ts'
import { bookParts, sheetPart } from './book-parts.ts'

export type XlsxOptions = {
  /** Bold, frozen and with a filter, on every sheet. */
  headers: readonly string[]
  sheet: string
  /** In characters, by column; 16 where there is none. */
  widths?: readonly number[]
}

/**
 * Writes rows as a workbook while they come, holding some dozens of kilobytes. Texts are typed as texts, so that nothing in
 * them is ever a formula; characters that XML cannot hold are left out; what exceeds a cell (32,767 characters) is cut;
 * what exceeds a sheet (1,048,576 rows) goes on in the next.
 */
export async function* writeXlsx(
  rows: AsyncIterable<readonly (string | number)[]>,
  options: XlsxOptions,
): AsyncGenerator<Uint8Array> {
  const source = rows[Symbol.asyncIterator]()
  try {
    yield* writeZip(workbookParts(source, options))
  } finally {
    await source.return?.()
  }
}

type Rows = AsyncIterator<readonly (string | number)[]>

/** The sheets first: how many there are is known only at the end. */
async function* workbookParts(source: Rows, options: XlsxOptions): AsyncGenerator<ZipSource> {
  let next = await source.next()
  let sheets = 0
  do {
    sheets += 1
    yield { name: sheetPart(sheets), content: sheetOf(() => next, advance, options) }
  } while (!next.done)
  yield* bookParts(sheets, options.sheet)

  async function advance() {
    next = await source.next()
  }
}

async function* sheetOf(
  current: () => IteratorResult<readonly (string | number)[]>,
  advance: () => Promise<void>,
  { headers, widths = [] }: XlsxOptions,
): AsyncGenerator<string> {
  const names = headers.map((_, index) => columnName(index))
  const columns = headers.map((_, index) => {
    const place = `min="${index + 1}" max="${index + 1}"`
    return `<col ${place} width="${widths[index] ?? DEFAULT_WIDTH}" customWidth="1"/>`
  })
  let text = `${BEFORE}${columns.length > 0 ? `<cols>${columns.join('')}</cols>` : ''}<sheetData>`
  text += `<row r="1">${headers.map((header, index) => textCell(`${names[index]}1`, header, 1)).join('')}</row>`
  let line = 1
  let characters = text.length
  for (let row = current(); !row.done && line < MOST_ROWS && characters < MOST_CHARACTERS;) {
    line += 1
    const before = text.length
    text += `<row r="${line}">`
    for (const [index, value] of row.value.entries()) {
      const place = `${(names[index] ??= columnName(index))}${line}`
      text += typeof value === 'string' ? textCell(place, value, 0) : numberCell(place, value)
    }
    text += '</row>'
    characters += text.length - before
    if (text.length > FLUSH_CHARACTERS) {
      yield text
      text = ''
    }
    await advance()
    row = current()
  }
  const last = names[headers.length - 1]
  const filter = last === undefined ? '' : `<autoFilter ref="A1:${last}${line}"/>`
  yield `${text}</sheetData>${filter}</worksheet>`
}

const BEFORE = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`
const DEFAULT_WIDTH = 16
const MOST_ROWS = 1_048_576
/** Keeps a sheet below the four gigabytes of a zip part, whatever its characters. */
const MOST_CHARACTERS = 1_000_000_000
const MOST_CELL = 32_767
const FLUSH_CHARACTERS = 65_536

/** Every cell says its place: some readers cannot do without. */
function textCell(place: string, value: string, style: 0 | 1): string {
  if (value === '') return ''
  const attributes = style === 0 ? '' : ' s="1"'
  return `<c r="${place}"${attributes} t="inlineStr"><is><t xml:space="preserve">${escaped(cut(value))}</t></is></c>`
}

function numberCell(place: string, value: number): string {
  return Number.isFinite(value) ? `<c r="${place}"><v>${value}</v></c>` : ''
}

/** Never through a surrogate pair. */
function cut(value: string): string {
  if (value.length <= MOST_CELL) return value
  const code = value.charCodeAt(MOST_CELL - 1)
  return value.slice(0, code >= 0xd800 && code <= 0xdbff ? MOST_CELL - 1 : MOST_CELL)
}

/** A text that looks like Excel's own escape of a character (`_x000D_`) is escaped itself, to come back as it was. */
function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value
  return value
    .toWellFormed()
    .replace(FORBIDDEN, '')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\r/g, '_x000D_')
}

// eslint's no-control-regex does not see escapes built at run time, and these are meant.
const CONTROL = '\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF'
const FORBIDDEN = new RegExp(`[${CONTROL}]`, 'g')
const SPECIAL = new RegExp(`[&<>\\r\\uD800-\\uDFFF${CONTROL}]|_x`)

export function columnName(index: number): string {
  const last = String.fromCharCode(0x41 + (index % 26))
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last
}
