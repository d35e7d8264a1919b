import XLSX, { type CellObject, type WorkBook } from '@e965/xlsx'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { TableRecord } from '../table/table.ts'
import { SHEET_LIMITS } from '../xlsx/limits.ts'
import { numberText } from '../xlsx/number-text.ts'
import { isoOfSerial } from '../xlsx/serial-date.ts'
import { dateKindOf } from '../xlsx/styles.ts'

type Refused = { problem: FileProblem }
export type OldWorkbook = { sheets: { sheet: string; records: Iterable<TableRecord | Refused> }[] }

/** Reads what SheetJS can, with the raw values of the cells and never their formulas. */
export function readOldWorkbook(bytes: Buffer, encoding: Encoding): OldWorkbook | Refused {
  try {
    const refused = refuseOtherDocuments(bytes)
    if (refused !== undefined) return refused
    const isText = bytes[0] !== 0x50 && bytes.readUInt32BE(0) !== OLE
    const book = XLSX.read(isText ? htmlNumbers(new TextDecoder(encoding).decode(bytes)) : bytes, {
      type: isText ? 'string' : 'buffer',
      dense: true,
      // Texts of an HTML table stay texts: codes keep their zeros.
      raw: true,
      cellNF: true,
      cellText: false,
      cellHTML: false,
      cellFormula: false,
      sheetRows: SHEET_LIMITS.rows,
    })
    return { sheets: visibleSheets(book) }
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/password|encrypt/i.test(message)) return { problem: { code: 'encrypted-file' } }
    return damaged()
  }
}

/** Excel shows numbers in HTML as the cell was formatted and keeps the value beside: the value is taken. */
function htmlNumbers(text: string): string {
  return text.replace(/(<td\b[^<>]*\sx:num="([^"<>]+)"[^<>]*>)[^<]*/gi, '$1$2')
}

/** An OLE container says what it holds by the names of its streams. */
function refuseOtherDocuments(bytes: Buffer): Refused | undefined {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== OLE) return undefined
  const { FullPaths, FileIndex } = XLSX.CFB.read(bytes, { type: 'buffer' }) as Container
  const names = FullPaths.map((path) => path.split('/').at(-1)!)
  if (names.includes('EncryptedPackage')) return { problem: { code: 'encrypted-file' } }
  const book = names.findIndex((name) => /^(workbook|book)$/i.test(name))
  if (book >= 0) return beginsAsBook(FileIndex[book]?.content) ? undefined : damaged()
  if (names.includes('WordDocument')) return unsupported('DOC')
  if (names.includes('PowerPoint Document')) return unsupported('PPT')
  return unsupported('OLE')
}

type Container = { FullPaths: string[]; FileIndex: { content?: Uint8Array | number[] }[] }

/** By the record BOF, which has a number for each version of BIFF. */
function beginsAsBook(content: Uint8Array | number[] | undefined): boolean {
  return content?.[0] === 0x09 && [0x00, 0x02, 0x04, 0x08].includes(content[1]!)
}

const OLE = 0xd0cf11e0

function visibleSheets(book: WorkBook): OldWorkbook['sheets'] {
  const is1904 = book.Workbook?.WBProps?.date1904 === true
  return book.SheetNames.flatMap((sheet, index) => {
    const isHidden = (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0
    const rows = book.Sheets[sheet]?.['!data']
    if (isHidden || rows === undefined) return []
    return [{ sheet, records: recordsOf(sheet, rows, is1904) }]
  })
}

/** Rows and cells may be missing at any place. */
function* recordsOf(
  sheet: string,
  rows: (CellObject | undefined)[][],
  is1904: boolean,
): Generator<TableRecord | Refused> {
  for (const key in rows) {
    const index = Number(key)
    const cells: string[] = []
    for (const place in rows[index]) {
      const column = Number(place)
      const cell = rows[index][column]
      const text = cell === undefined ? '' : textOf(cell, is1904)
      if (text === '') continue
      if (column >= SHEET_LIMITS.columns) {
        const params = { most: SHEET_LIMITS.columns, sheet }
        yield { problem: { code: 'too-many-columns', params, line: index + 1 } }
        return
      }
      while (cells.length < column) cells.push('')
      cells[column] = text
    }
    if (cells.length > 0) yield { line: index + 1, cells }
  }
}

function textOf({ t, v, z }: CellObject, is1904: boolean): string {
  switch (t) {
    case 'n': {
      const kind = typeof z === 'string' && z !== 'General' ? dateKindOf(z) : undefined
      const date = kind === undefined ? undefined : isoOfSerial(Number(v), kind, is1904)
      return date ?? numberText(String(v))
    }
    case 'd':
      return v instanceof Date ? v.toISOString().slice(0, 19).replace('T00:00:00', '') : String(v)
    case 'e':
    case 'z':
      return ''
    default:
      return v === undefined ? '' : String(v)
  }
}

function unsupported(format: string): Refused {
  return { problem: { code: 'unsupported-format', params: { format } } }
}

function damaged(): Refused {
  return { problem: { code: 'damaged-file', params: { format: 'XLS' } } }
}
