import { MalformedFile } from '../../formats/format.ts'
import type { ReadTable, TableRecord } from '../../formats/table/table.ts'
import { inPieces, piecesOf } from './pieces.ts'

export type SeenSheet = { sheet: string | undefined; records: TableRecord[] }

/** All sheets of a file that comes in chunks of so many bytes. */
export async function sheetsOf(
  read: ReadTable,
  bytes: Uint8Array,
  chunk = 65_536,
): Promise<SeenSheet[]> {
  const sheets: SeenSheet[] = []
  const pieces = inPieces(piecesOf(bytes, [chunk]))
  for await (const { sheet, records } of read(pieces, { encoding: 'utf-8' })) {
    const last = sheets.at(-1)
    if (last !== undefined && last.sheet === sheet) last.records.push(...records)
    else sheets.push({ sheet, records: [...records] })
  }
  return sheets
}

/** The cells of the only sheet, by row. */
export async function cellsOf(read: ReadTable, bytes: Uint8Array): Promise<string[][]> {
  const sheets = await sheetsOf(read, bytes)
  if (sheets.length > 1) throw new Error(`There are ${sheets.length} sheets`)
  return (sheets[0]?.records ?? []).map(({ cells }) => cells)
}

export async function refusalOf(read: ReadTable, bytes: Uint8Array) {
  try {
    await sheetsOf(read, bytes)
  } catch (error) {
    if (error instanceof MalformedFile) return error.problem
    throw error
  }
  throw new Error('It was read')
}
