import { copyLine } from '../../clients/postgres-copy.ts'
import type { CatalogRow, CategoryRow, RowError } from '../../domain/integrations/row.ts'
import type { Batch, Progress } from '../../formats/format.ts'

/** Batches that are committed together, with the position after them. */
export type Load = {
  /** Batches that were committed before. */
  from: number
  batchesRead: number
  progress: Progress
  newRows: number
  categories: CategoryRow[]
  errors: RowError[]
  /** Rows in COPY's text format, in the order of `stageColumns`. */
  lines: Uint8Array[]
}

const MOST_BATCHES = 64
const MOST_BYTES = 1_048_576

/**
 * Gathers the batches of a file into loads. Rows become bytes at once, outside of the garbage collector's heap. Batches
 * up to `committed`, which an earlier attempt has staged, are passed over.
 */
export function openLoad(committed: string) {
  let batchesRead = 0
  let size = 0
  let open: Load | undefined

  return {
    add({ rows, categories, errors, progress }: Batch): void {
      batchesRead++
      if (batchesRead <= Number(committed)) return
      open ??= { ...emptyLoad(), from: batchesRead - 1, progress }
      open.batchesRead = batchesRead
      open.progress = progress
      open.newRows += rows.length
      open.categories.push(...categories)
      open.errors.push(...errors)
      const lines = Buffer.from(linesOf(rows))
      open.lines.push(lines)
      size += lines.length
    },
    isFull: () =>
      open !== undefined && (open.batchesRead - open.from >= MOST_BATCHES || size >= MOST_BYTES),
    /** What was gathered since the last time; undefined when that is nothing. */
    take(): Load | undefined {
      const taken = open
      open = undefined
      size = 0
      return taken
    },
  }
}

const emptyLoad = () => ({
  batchesRead: 0,
  newRows: 0,
  categories: [] as CategoryRow[],
  errors: [] as RowError[],
  lines: [] as Uint8Array[],
})

function linesOf(rows: readonly CatalogRow[]): string {
  let lines = ''
  for (const row of rows)
    lines += copyLine([
      row.row,
      row.line,
      row.externalId,
      row.groupId,
      row.offerType,
      row.name,
      row.brand,
      row.model,
      row.vendorCode,
      row.categoryExternalId,
      row.description,
      jsonb(row.attributes),
      row.barcodes,
      row.pictures,
      row.weightGrams,
      row.lengthMm,
      row.widthMm,
      row.heightMm,
      row.priceMinor,
      row.oldPriceMinor,
      row.currency,
      row.url,
      row.available,
      row.units,
      jsonb(row.outlets),
    ])
  return lines
}

/** An array that goes into one `jsonb` column, not into an array of texts. */
const jsonb = (items: readonly object[]) => (items.length === 0 ? '[]' : JSON.stringify(items))
