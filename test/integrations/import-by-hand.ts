import { MockActivityEnvironment } from '@temporalio/testing'
import { Readable } from 'node:stream'
import { createIntegrationsActivities } from '../../activities/integrations/index.ts'
import { createMergingActivities } from '../../activities/integrations/merging.ts'
import { createParsingActivities } from '../../activities/integrations/parsing.ts'
import { createReviewingActivities } from '../../activities/integrations/reviewing.ts'
import type { CatalogRow, CategoryRow, RowError } from '../../domain/integrations/row.ts'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import { MalformedFile, type Format } from '../../formats/format.ts'
import type { TestDatabase } from '../support/postgres.ts'

/** A file as the value itself, read two rows a batch. */
export type FakeFile = {
  categories?: CategoryRow[]
  rows?: Partial<CatalogRow>[]
  errors?: RowError[]
  breaks?: boolean
  /** Told of how many rows were read before each batch. */
  onRead?: (rows: number) => void
  /** The file is a table: its columns must be chosen first. */
  table?: FoundTable
}

const electronics = [{ externalId: '1', name: 'Электроника' }]

const formatOf = ({
  categories = electronics,
  rows = [],
  errors = [],
  breaks,
  onRead,
  table,
}: FakeFile): Format => ({
  name: 'yml',
  async *read(_bytes, { chooseMapping }) {
    if (table) await chooseMapping?.(table)
    const progress = { bytesRead: 1, encoding: 'utf-8' as const }
    yield { categories, rows: [], errors, progress: { ...progress, rowsRead: 0 } }
    for (let at = 0; at < rows.length; at += 2) {
      onRead?.(at)
      const batch = rows.slice(at, at + 2).map((row, index) => completeRow(at + index + 1, row))
      yield {
        categories: [],
        rows: batch,
        errors: [],
        progress: { ...progress, rowsRead: at + batch.length },
      }
    }
    if (breaks) throw new MalformedFile({ code: 'malformed-xml', line: 3, column: 7 })
  },
  async *readSource() {},
})

const completeRow = (row: number, given: Partial<CatalogRow>): CatalogRow => ({
  row,
  externalId: `sku-${row}`,
  offerType: 'simplified',
  name: `Товар ${row}`,
  categoryExternalId: '1',
  priceMinor: 10_000,
  currency: 'RUB',
  pictures: [],
  barcodes: [],
  attributes: [],
  available: true,
  outlets: [],
  ...given,
})

export const environment = () => new MockActivityEnvironment()

/** The steps of an import on a real database, one call each, as `importCatalog` makes them. */
export function importByHand(database: () => TestDatabase) {
  const activities = () => {
    const deps = { system: database().system.db, seller: database().seller.db }
    return {
      ...createIntegrationsActivities(deps),
      ...createMergingActivities(deps),
      ...createReviewingActivities(deps),
    }
  }
  const parsing = (file: FakeFile) =>
    createParsingActivities({
      system: database().system,
      objectStore: { get: async () => Readable.from([]) },
      formats: { yml: formatOf(file) },
    })
  return {
    parsing,
    takeTurn: (importId: string) => environment().run(activities().takeTurn, { importId }),
    stage: (importId: string, file: FakeFile) =>
      environment().run(parsing(file).stageRows, { importId }),
    validate: (importId: string) => environment().run(activities().validateStage, { importId }),
    review: (importId: string) => environment().run(activities().reviewStage, { importId }),
    merge: (importId: string) => environment().run(activities().mergeStage, { importId }),
    close: (importId: string, state: 'completed' | 'failed' | 'cancelled') =>
      environment().run(() => activities().closeImport({ importId, state })),
  }
}
