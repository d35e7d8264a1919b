import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { CatalogRow, CategoryRow, RowError } from '../../domain/integrations/row.ts'
import type { Batch } from '../format.ts'

/**
 * Cuts what is read into batches after exactly so many items, so that the same file always makes the same batches,
 * however its bytes arrive: an import that goes on later counts on it.
 */
export class Batches {
  rowsRead = 0
  #ready: Batch[] = []
  #open: Pick<Batch, 'categories' | 'rows' | 'errors'> = emptyBatch()
  #size = 0
  readonly #batchSize: number

  constructor(batchSize: number) {
    this.#batchSize = batchSize
  }

  addCategory(category: CategoryRow): void {
    this.#open.categories.push(category)
    this.#added(1)
  }

  addError(error: RowError): void {
    this.#open.errors.push(error)
    this.#added(1)
  }

  /** A row, or the errors that kept it out, or both; they stay together. */
  addRow(row: CatalogRow | undefined, errors: readonly RowError[]): void {
    this.rowsRead += 1
    if (row) this.#open.rows.push(row)
    this.#open.errors.push(...errors)
    this.#added((row ? 1 : 0) + errors.length)
  }

  /** The batches that are full by now. */
  take(position: { bytesRead: number; encoding: Encoding }): Batch[] {
    const ready = this.#ready
    this.#ready = []
    for (const batch of ready) Object.assign(batch.progress, position)
    return ready
  }

  /** What is left at the end of the file. */
  takeRest(position: { bytesRead: number; encoding: Encoding }): Batch[] {
    if (this.#size > 0) this.#cut()
    return this.take(position)
  }

  #added(items: number): void {
    this.#size += items
    if (this.#size >= this.#batchSize) this.#cut()
  }

  #cut(): void {
    const progress = { bytesRead: 0, rowsRead: this.rowsRead, encoding: 'utf-8' as Encoding }
    this.#ready.push({ ...this.#open, progress })
    this.#open = emptyBatch()
    this.#size = 0
  }
}

const emptyBatch = () => ({
  categories: [] as CategoryRow[],
  rows: [] as CatalogRow[],
  errors: [] as RowError[],
})
