import type { Encoding } from '../domain/integrations/encoding.ts'
import type { FileProblem } from '../domain/integrations/file-problem.ts'
import type { CatalogRow, CategoryRow, RowError } from '../domain/integrations/row.ts'

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
}

export type ReadOptions = {
  encoding: Encoding
  /** The most categories, rows and errors together that one batch holds; a batch of long texts holds fewer. */
  batchSize?: number
}

export type Batch = {
  categories: CategoryRow[]
  rows: CatalogRow[]
  errors: RowError[]
  progress: Progress
}

/** Totals since the start of the file; `rowsRead` counts rejected rows too. */
export type Progress = { bytesRead: number; rowsRead: number; encoding: Encoding }

/** The file as a whole is refused; what it is told as is in `describeFileProblem`. */
export class MalformedFile extends Error {
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problem.code)
    this.name = 'MalformedFile'
    this.problem = problem
  }
}
