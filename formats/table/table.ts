import type { Encoding } from '../../domain/integrations/encoding.ts'

/** One line of a table. `line` counts from 1 as a person sees it: the line of the text, the row of the sheet. */
export type TableRecord = { line: number; cells: string[] }

/**
 * Some hundreds of records of one sheet, in order. Cells are texts: numbers as the sheet stores them without loss
 * (`4601234567890`, `1290.5`), dates ISO 8601, booleans `true`/`false`, formulas by their cached value. Rows may be ragged;
 * blank rows may be left out, since each record says its line.
 */
export type TablePiece = {
  /** Undefined where the format has no sheets. */
  sheet: string | undefined
  records: TableRecord[]
  /** Bytes of the file taken so far. */
  bytesRead: number
  encoding: Encoding
  delimiter?: string
}

/**
 * Cuts a file into records, a piece in memory at a time.
 * @throws {MalformedFile} where it cannot be read further, naming the place
 */
export type ReadTable = (
  bytes: AsyncIterable<Uint8Array>,
  options: { encoding: Encoding },
) => AsyncGenerator<TablePiece>
