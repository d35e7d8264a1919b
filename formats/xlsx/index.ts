import { join } from 'node:path'
import { MalformedFile } from '../format.ts'
import { spool } from '../spool.ts'
import type { ReadTable, TablePiece } from '../table/table.ts'
import { openZip, type Zip } from '../zip/open-zip.ts'
import { PIECE, SHEET_LIMITS } from './limits.ts'
import { readWhole, readXml } from './read-xml.ts'
import { createStringDictionary, STRING_LIMITS, type StringDictionary } from './shared-strings.ts'
import { SheetRows, unescaped, type SheetContext } from './sheet-rows.ts'
import { stylesReader } from './styles.ts'
import { readWorkbook } from './workbook.ts'
import type { XmlEvents } from './xml-scanner.ts'

/**
 * Reads a workbook of Excel 2007 and later, sheet by sheet. The file is spooled to disk, since its texts may come after the
 * sheets that need them; memory stays the same whatever its length.
 */
export const readXlsx: ReadTable = async function* (bytes, { encoding }) {
  const file = await spool(bytes)
  try {
    const zip = await openZip(file.path, 'XLSX')
    const strings = createStringDictionary(join(file.folder, 'strings'))
    try {
      for await (const piece of readSheets(zip, strings)) {
        yield { ...piece, bytesRead: Math.min(piece.bytesRead, file.size), encoding }
      }
    } finally {
      strings.close()
      zip.close()
    }
  } finally {
    await file.remove()
  }
}

async function* readSheets(
  zip: Zip,
  strings: StringDictionary,
): AsyncGenerator<Omit<TablePiece, 'encoding'>> {
  const workbook = await readWorkbook(zip)
  const { styles, ...stylesEvents } = stylesReader()
  if (workbook.stylesPart !== undefined) await readWhole(zip, workbook.stylesPart, stylesEvents)
  if (workbook.stringsPart !== undefined) await readStrings(zip, workbook.stringsPart, strings)
  const cells = { count: 0 }
  let bytesBefore = zip.parts.get(workbook.stringsPart ?? '')?.compressedSize ?? 0
  for (const { name: sheet, part } of workbook.sheets) {
    const { size, compressedSize } = zip.parts.get(part)!
    const { is1904 } = workbook
    const context = { sheet, part, styles, is1904, sharedString: strings.get, cells }
    for await (const { rows, bytesRead } of readSheet(zip, context)) {
      const share = size === 0 ? 0 : bytesRead / size
      const taken = bytesBefore + Math.round(compressedSize * share)
      yield { sheet, records: rows, bytesRead: taken }
    }
    bytesBefore += compressedSize
  }
}

async function* readSheet(zip: Zip, context: SheetContext) {
  const rows = new SheetRows(context)
  let bytesRead = 0
  for await (bytesRead of readXml(zip, context.part, rows, () => rows.place())) {
    const isFull = rows.records >= PIECE.records || rows.characters >= PIECE.characters
    if (isFull) yield { rows: rows.take(), bytesRead }
  }
  if (rows.records > 0) yield { rows: rows.take(), bytesRead }
}

async function readStrings(zip: Zip, part: string, strings: StringDictionary): Promise<void> {
  let text = ''
  let isTaking = false
  let isPhonetic = false
  const events: XmlEvents = {
    open(name) {
      if (name === 'si') text = ''
      else if (name === 'rPh') isPhonetic = true
      else if (name === 't') isTaking = !isPhonetic
    },
    text(more) {
      if (!isTaking) return
      text = text === '' ? more : text + more
      if (text.length > SHEET_LIMITS.cell) throw tooLong(part)
    },
    close(name) {
      if (name === 't') isTaking = false
      else if (name === 'rPh') isPhonetic = false
      else if (name === 'si' && !strings.add(unescaped(text))) throw tooManyStrings(part)
    },
  }
  const pieces = readXml(zip, part, events)
  while (!(await pieces.next()).done);
}

function tooLong(part: string): MalformedFile {
  return new MalformedFile({
    code: 'limit-exceeded',
    params: { limit: 'token', most: SHEET_LIMITS.cell, part },
  })
}

function tooManyStrings(part: string): MalformedFile {
  return new MalformedFile({
    code: 'limit-exceeded',
    params: { limit: 'strings', most: STRING_LIMITS.count, part },
  })
}
