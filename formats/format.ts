import type { Encoding } from '../domain/integrations/encoding.ts'
import type { FileProblem } from '../domain/integrations/file-problem.ts'
import type { CatalogRow, CategoryRow, RowError } from '../domain/integrations/row.ts'
import type { FoundTable, TableMapping } from '../domain/integrations/table/mapping.ts'

/**
 * A file format that catalogues come in.
 *
 * `read` takes the whole file as bytes and yields it in batches, holding one batch and one row at a time: the next bytes
 * are asked for when the next batch is. How the bytes are cut into chunks never shows in the rows. Rejected rows are
 * errors in a batch; a file that cannot be read further throws `MalformedFile`, after the batches of what came before.
 */
export type Format = {
  name: string
  read(bytes: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<Batch>
  /**
   * The file's own rows as the seller wrote them, for a report that can be corrected and uploaded again: first the
   * headers, then each row under the number that `read` gives it.
   */
  readSource(bytes: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<SourcePiece>
}

export type ReadOptions = {
  encoding: Encoding
  /** The most categories, rows and errors together that one batch holds; a batch of long texts holds fewer. */
  batchSize?: number
  /**
   * Asked once, when a table's header has been found: which mapping to read it by. Without it the proposal is taken.
   * Always the same answer for the same file, since an import that goes on later reads it again.
   * @throws {MappingNeeded} to stop and ask the seller
   */
  chooseMapping?(found: FoundTable): Promise<TableMapping>
}

export type SourcePiece = {
  headers: string[]
  rows: SourceRow[]
}

/** `row` is the ordinal that errors name. */
export type SourceRow = { row: number; line?: number; cells: string[] }

export type Batch = {
  categories: CategoryRow[]
  rows: CatalogRow[]
  errors: RowError[]
  progress: Progress
}

/** Totals since the start of the file; `rowsRead` counts rejected rows too. */
export type Progress = {
  bytesRead: number
  rowsRead: number
  encoding: Encoding
  /** Of a CSV: `,` `;` tab or `|`. */
  delimiter?: string
}

/** The file as a whole is refused; what it is told as is by `describeFileProblem`. */
export class MalformedFile extends Error {
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problem.code)
    this.name = 'MalformedFile'
    this.problem = problem
  }
}

/** The seller must say what the columns are before the file can be read. */
export class MappingNeeded extends Error {
  readonly found: FoundTable

  constructor(found: FoundTable) {
    super('mapping-needed')
    this.name = 'MappingNeeded'
    this.found = found
  }
}
