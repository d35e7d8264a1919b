import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { FoundTable, TableMapping } from '../../domain/integrations/table/mapping.ts'
import type {
  Id,
  GeneratedId,
  Instant,
  OptionalInstant,
  Count,
  Amount,
  OptionalAmount,
} from '../columns.ts'

export type ImportTables = {
  import: {
    id: string
    sellerId: Id
    shopId: Id
    state: Generated<ImportState>
    format: string | null
    encoding: string | null
    mode: Generated<'upsert' | 'replace'>
    dryRun: Generated<boolean>
    fileName: string | null
    objectKey: string
    bytesTotal: Amount
    /** Null until the file is there. */
    sha256: string | null
    sourceId: string | null
    sourceUrl: string | null
    bytesRead: Count
    batchesRead: Count
    rowsRead: Count
    rowsStaged: Count
    stageComplete: Generated<boolean>
    stageValidated: Generated<boolean>
    createdCount: Count
    updatedCount: Count
    unchangedCount: Count
    rejectedCount: Count
    deactivatedCount: Count
    delimiter: string | null
    mapping: ColumnType<TableMapping | null, string | null | undefined, string | null>
    foundTable: ColumnType<FoundTable | null, string | null | undefined, string | null>
    toCreateCount: Count
    toUpdateCount: Count
    toDeactivateCount: Count
    /** Which showing of the differences waits for its apply; 0 when none was shown. */
    shown: Generated<number>
    /** More would be taken off sale than goes without being confirmed. */
    deactivationHeld: Generated<boolean>
    reportKey: string | null
    problem: ColumnType<ImportProblem | null, string | null | undefined, string | null>
    traceParent: string | null
    createdAt: Instant
    startedAt: OptionalInstant
    readAt: OptionalInstant
    finishedAt: OptionalInstant
  }
  importSource: {
    id: string
    sellerId: Id
    shopId: Id
    url: string
    format: Generated<string>
    mode: Generated<'upsert' | 'replace'>
    mapping: ColumnType<unknown, string | null | undefined, string | null>
    intervalMinutes: number | null
    /** `HH:MM` on the clock of the shop's city. */
    dailyAt: string | null
    state: Generated<ImportSourceState>
    failures: Generated<number>
    failingSince: OptionalInstant
    problem: ColumnType<ImportProblem | null, string | null | undefined, string | null>
    etag: string | null
    lastModified: string | null
    lastSha256: string | null
    lastImportId: string | null
    lastRunAt: OptionalInstant
    lastOutcome: 'imported' | 'unchanged' | 'failed' | null
    createdAt: Instant
  }
  picture: {
    sellerId: Id
    urlHash: Buffer
    url: string
    shopId: Id
    state: Generated<'pending' | 'stored' | 'failed'>
    sha256: string | null
    contentType: string | null
    bytes: number | null
    width: number | null
    height: number | null
    etag: string | null
    attempts: Generated<number>
    reason: string | null
    nextTryAt: Instant
    createdAt: Instant
  }
  importRowError: {
    importId: string
    seq: GeneratedId
    sellerId: Id
    row: Amount
    line: OptionalAmount
    externalId: string | null
    field: string | null
    code: string
    level: 'error' | 'warning'
    value: string | null
  }
  tableMapping: {
    sellerId: Id
    fingerprint: string
    mapping: JSONColumnType<TableMapping>
    updatedAt: Instant
  }
  categoryMapping: {
    sellerId: Id
    shopId: Id
    /** The seller's category with its ancestors: `Одежда > Платья`. */
    path: string
    categoryId: Id
    chosenBy: 'import' | 'seller'
    updatedAt: Instant
  }
  importLane: {
    importId: string
    sellerId: Id
    lane: number
    mergedRow: Count
    lastRow: Count
  }
  importDiff: {
    importId: string
    externalId: string
    sellerId: Id
    row: OptionalAmount
    kind: 'create' | 'update' | 'deactivate'
    fields: JSONColumnType<Record<string, unknown>>
    base: string | null
  }
}

export type ImportState =
  | 'queued'
  | 'running'
  | 'awaiting-mapping'
  | 'awaiting-apply'
  | 'completed'
  | 'failed'
  | 'cancelled'

/** `failing`: still tried on time; `paused`: by the seller, or after it failed for too long. */
export type ImportSourceState = 'active' | 'failing' | 'paused'

/** Why a whole file failed; the text is made for the reader's language when it is shown. */
export type ImportProblem = {
  code: string
  line?: number
  column?: number
  row?: number
  params?: Record<string, string | number>
}
