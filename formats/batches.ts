import type { CatalogRow, CategoryRow, RowError } from '../domain/integrations/row.ts'
import type { Batch, Progress } from './format.ts'

/** Texts of one batch together: what bounds memory where offers are as large as they may be. */
const MOST_CHARACTERS = 1_048_576

type Position = Omit<Progress, 'rowsRead'>

/**
 * Cuts what is read into batches by its count and its length alone, so that the same file always makes the same batches,
 * however its bytes arrive: an import that goes on later counts on it.
 */
export class Batches {
  rowsRead = 0
  #ready: Batch[] = []
  #open: Pick<Batch, 'categories' | 'rows' | 'errors'> = emptyBatch()
  #size = 0
  #characters = 0
  readonly #batchSize: number

  constructor(batchSize: number) {
    this.#batchSize = batchSize
  }

  addCategory(category: CategoryRow): void {
    this.#makeRoom(1)
    this.#open.categories.push(category)
  }

  addError(error: RowError): void {
    this.#makeRoom(1)
    this.#open.errors.push(error)
  }

  /** A row of so many characters, or the errors that kept it out, or both; they stay together. */
  addRow(row: CatalogRow | undefined, errors: readonly RowError[], characters: number): void {
    this.#makeRoom((row ? 1 : 0) + errors.length, row ? characters : 0)
    this.rowsRead += 1
    if (row) this.#open.rows.push(row)
    this.#open.errors.push(...errors)
  }

  /** The batches that are full by now. */
  take(position: Position): Batch[] {
    const ready = this.#ready
    this.#ready = []
    for (const batch of ready) Object.assign(batch.progress, position)
    return ready
  }

  /** What is left at the end of the file. */
  takeRest(position: Position): Batch[] {
    if (this.#size > 0) this.#cut()
    return this.take(position)
  }

  #makeRoom(items: number, characters = 0): void {
    const isFull =
      this.#size + items > this.#batchSize || this.#characters + characters > MOST_CHARACTERS
    if (isFull && this.#size > 0) this.#cut()
    this.#size += items
    this.#characters += characters
  }

  #cut(): void {
    const progress: Progress = { bytesRead: 0, rowsRead: this.rowsRead, encoding: 'utf-8' }
    this.#ready.push({ ...this.#open, progress })
    this.#open = emptyBatch()
    this.#size = 0
    this.#characters = 0
  }
}

const emptyBatch = () => ({
  categories: [] as CategoryRow[],
  rows: [] as CatalogRow[],
  errors: [] as RowError[],
})
