import { repeatsHeader } from '../../domain/integrations/table/find-header.ts'
import type { TableOffer } from '../../domain/integrations/table/table-offer.ts'
import { MalformedFile, type MappingNeeded, type Progress, type ReadOptions } from '../format.ts'
import { openTable, SEARCHED_CHARACTERS, SEARCHED_RECORDS, type OpenTable } from './open-table.ts'
import { isBlank, sectionOf } from './rows.ts'
import type { ReadTable, TablePiece, TableRecord } from './table.ts'

/** Rows of one table in order, and the offers that they have made so far. */
export type GoodsPiece = {
  table: OpenTable
  rows: GoodsRow[]
  offers: TableOffer[]
  position: Omit<Progress, 'rowsRead'>
}

/** `row` is the ordinal of the offer that it belongs to; 0 for one that others only refer to. */
export type GoodsRow = { row: number; line: number; cells: string[]; section: string }

/**
 * The goods of a file's tables: headers are searched, rows that are none (blank, repeated headers, sections) are taken out,
 * and the rest makes offers by the rules of the preset.
 * @throws {MalformedFile} with the last offer before, once those of what came before have been given
 */
export async function* readGoods(
  readTable: ReadTable,
  source: AsyncIterable<Uint8Array>,
  { encoding, chooseMapping }: ReadOptions,
): AsyncGenerator<GoodsPiece> {
  const ordinals = { last: 0 }
  let sheet: string | undefined
  let position: GoodsPiece['position'] = { bytesRead: 0, encoding }
  let searched: TableRecord[] | undefined = []
  let characters = 0
  let table: OpenTable | undefined
  let previous: OpenTable | undefined
  let needed: MappingNeeded | undefined
  let section = ''

  try {
    for await (const piece of readTable(source, { encoding })) {
      if (piece.sheet !== sheet) {
        yield* endSheet()
        sheet = piece.sheet
        searched = []
        characters = 0
      }
      position = positionOf(piece)
      let { records } = piece
      if (searched) {
        const taken = search(searched, records)
        if (taken === undefined) continue
        const after = records.slice(taken)
        yield* open(searched)
        records = after
      }
      if (table && records.length > 0) yield take(table, records)
    }
    yield* endSheet()
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    if (searched && searched.length > 0 && ordinals.last === 0) yield* open(searched)
    throw new MalformedFile({ row: ordinals.last, ...error.problem })
  }
  if (previous) return
  throw needed ?? new MalformedFile({ code: 'no-header' })

  /** How many of the records were needed to have enough for the search; undefined while there are too few. */
  function search(waiting: TableRecord[], records: readonly TableRecord[]): number | undefined {
    for (const [at, record] of records.entries()) {
      if (isBlank(record.cells)) continue
      waiting.push(record)
      for (const cell of record.cells) characters += cell.length
      if (waiting.length >= SEARCHED_RECORDS || characters >= SEARCHED_CHARACTERS) return at + 1
    }
    return undefined
  }

  async function* open(records: readonly TableRecord[]): AsyncGenerator<GoodsPiece> {
    searched = undefined
    const opened = await openTable(records, { chooseMapping, previous, sheet, ordinals })
    if (!opened.table) {
      needed ??= opened.needed
      return
    }
    section = ''
    table = previous = opened.table
    yield take(table, opened.rest)
  }

  async function* endSheet(): AsyncGenerator<GoodsPiece> {
    if (searched && searched.length > 0) yield* open(searched)
    if (!table) return
    table.goods.end()
    yield { table, rows: [], offers: table.goods.finished(), position }
    table = undefined
  }

  function take(open: OpenTable, records: readonly TableRecord[]): GoodsPiece {
    const { columns, goods, headers } = open
    const rows: GoodsRow[] = []
    for (const { line, cells } of records) {
      if (isBlank(cells) || repeatsHeader(cells, headers)) continue
      const named = columns.hasCategory ? undefined : sectionOf(cells)
      if (named !== undefined) {
        section = named
        continue
      }
      rows.push({ row: goods.take({ line, cells, section }), line, cells, section })
    }
    return { table: open, rows, offers: goods.finished(), position }
  }
}

function positionOf({ bytesRead, encoding, delimiter }: TablePiece): GoodsPiece['position'] {
  return delimiter === undefined ? { bytesRead, encoding } : { bytesRead, encoding, delimiter }
}
