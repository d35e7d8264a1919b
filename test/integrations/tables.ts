import { sniff } from '../../domain/integrations/sniff.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { CatalogRow, CategoryRow, RowError } from '../../domain/integrations/row.ts'
import { csv } from '../../formats/csv/index.ts'
import { MalformedFile, type Batch, type Format, type ReadOptions } from '../../formats/format.ts'
import { inPieces } from './pieces.ts'

export type ReadCatalogue = {
  categories: CategoryRow[]
  rows: CatalogRow[]
  errors: RowError[]
  batches: Batch[]
  problem?: FileProblem
}

/** Everything that a file has, by the encoding that `sniff` finds. */
export async function readFile(
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
  pieces: Iterable<Uint8Array> = [bytes],
  format: Format = csv,
): Promise<ReadCatalogue> {
  const sniffed = sniff(bytes, true)
  const read: ReadCatalogue = { categories: [], rows: [], errors: [], batches: [] }
  if (!sniffed.ok) return { ...read, problem: sniffed.problem }
  try {
    const { encoding } = sniffed
    for await (const batch of format.read(inPieces(pieces), { encoding, ...options })) {
      read.batches.push(batch)
      read.categories.push(...batch.categories)
      read.rows.push(...batch.rows)
      read.errors.push(...batch.errors)
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    read.problem = error.problem
  }
  return read
}

export const readText = (text: string, options?: Partial<ReadOptions>) =>
  readFile(Buffer.from(text), options)

/** A table in which every cell is quoted. */
export const tableOf = (rows: readonly (readonly string[])[], delimiter = ',') =>
  rows
    .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter))
    .join('\r\n')

/** A table from rows that name only the columns they have. */
export function tableWith(
  headers: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): string {
  return tableOf([headers, ...rows.map((row) => headers.map((header) => row[header] ?? ''))])
}
