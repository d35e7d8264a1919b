import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type {
  FeedExtension,
  FeedFilters,
  FeedKind,
  GoogleShoppingSettings,
  YandexMarketSettings,
} from '../domain/integrations/feeds/settings.ts'
import type { ReindexState } from '../contracts/storefront.ts'
import type { Place } from '../domain/storefront/place.ts'
import type { FoundTable, TableMapping } from '../domain/integrations/table/mapping.ts'
import type { OrderTables } from './orders/tables.ts'
import type { WebhookTables } from './integrations/webhooks/tables.ts'

/** bigint travels as a string: ids stay opaque, nothing is rounded. */
type Id = string
type GeneratedId = GeneratedAlways<Id>
type Instant = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalInstant = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>
type Count = ColumnType<string, string | number | undefined, string | number>
type Amount = ColumnType<string, string | number, string | number>
type OptionalAmount = ColumnType<
  string | null,
  string | number | null | undefined,
  string | number | null
>

export type Attribute = { name: string; value: string; unit?: string }

export type Database = OrderTables & WebhookTables & {
  city: { id: string; name: string; nameEn: string; timeZone: string; position: number }
  seller: { id: GeneratedId; name: string; createdAt: Instant }
  warehouse: { id: GeneratedId; sellerId: Id; externalId: string; name: string; cityId: string }
  warehouseCity: { warehouseId: Id; cityId: string; sellerId: Id }
  shop: {
    id: GeneratedId
    sellerId: Id
    name: string
    slug: string
    url: string | null
    state: Generated<'active' | 'suspended'>
    defaultWarehouseId: Id | null
    createdAt: Instant
  }
  category: { id: GeneratedId; parentId: Id | null; name: string; path: Id[] }
  product: {
    id: GeneratedId
    sellerId: Id
    originShopId: Id
    externalId: string
    groupId: string | null
    offerType: string
    name: string
    brand: string | null
    model: string | null
    vendorCode: string | null
    categoryId: Id
    description: string | null
    attributes: JSONColumnType<Attribute[]>
    barcodes: Generated<string[]>
    pictures: Generated<string[]>
    weightGrams: number | null
    lengthMm: number | null
    widthMm: number | null
    heightMm: number | null
    createdAt: Instant
    updatedAt: Instant
  }
  shopProduct: {
    id: GeneratedId
    sellerId: Id
    shopId: Id
    productId: Id
    /** Of the product. */
    categoryId: Generated<Id>
    externalId: string
    priceMinor: Amount
    oldPriceMinor: OptionalAmount
    currency: string
    url: string | null
    available: boolean
    active: Generated<boolean>
    popularity: Count
    createdAt: Instant
    updatedAt: Instant
  }
  stock: { shopProductId: Id; warehouseId: Id; sellerId: Id; units: number; updatedAt: Instant }
  apiKey: {
    id: string
    sellerId: Id | null
    name: string
    secretHash: string
    scopes: string[]
    expiresAt: OptionalInstant
    lastUsedAt: OptionalInstant
    revokedAt: OptionalInstant
    createdAt: Instant
  }
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
  idempotencyKey: {
    sellerId: Id
    key: string
    fingerprint: string | null
    status: number | null
    body: ColumnType<unknown, string | null | undefined, string | null>
    claimedUntil: Instant
    createdAt: Instant
  }
  searchSynonym: { id: GeneratedId; terms: string[]; means: Generated<string[]> }
  change: {
    shopProductId: Id
    version: Generated<Id>
    changedAt: Instant
    deletedAt: OptionalInstant
    searchVersion: Count
    cacheVersion: Count
    /** Where it stood when its listings were last dropped; null is nowhere. */
    listedIn: ColumnType<Place | null, string | null | undefined, string | null>
    traceParent: string | null
    raisedIn: Generated<string>
    /** Raised among many, by a fan-out or a statement over a hundred, and not alone since. */
    wide: Generated<boolean>
  }
  searchCount: {
    day: ColumnType<Date, string, string>
    /** Empty for all texts that are not kept. */
    text: string
    /** Empty when no city was asked for. */
    cityId: string
    searches: Count
    zeroResults: Count
    slow: Count
    slowestMs: number
  }
  /** How often a page of the cache was read on a day, by its name there. */
  pageHit: {
    day: ColumnType<Date, string, string>
    kind: string
    scope: string
    page: string
    hits: Count
  }
  /** Where a seller's carriers reach beyond the cities that its warehouses serve. */
  deliveryCity: { sellerId: Id; cityId: string }
  changeFanout: {
    id: GeneratedId
    source: 'category' | 'shop' | 'warehouse'
    sourceId: Id
    afterId: Count
    traceParent: string | null
    steppedAt: OptionalInstant
  }
  poisonDocument: {
    id: GeneratedId
    shopProductId: Id
    indexName: string
    version: Amount
    status: number
    reason: string
    attempts: Generated<number>
    parkedAt: Instant
    /** When it is tried again by itself; `null` when only a change of the document or a person helps. */
    retryAt: OptionalInstant
  }
  searchGeneration: {
    id: Id
    indexName: string
    state: SearchGenerationState
    schemaVersion: number
    createdAt: Instant
    liveAt: OptionalInstant
    retiredAt: OptionalInstant
    /** When it was dropped or had failed. */
    endedAt: OptionalInstant
  }
  reindex: {
    id: string
    state: Generated<ReindexState>
    rollbackMinutes: number
    generationId: Id | null
    indexName: string | null
    /** The generation that it takes the place of. */
    previousId: Id | null
    /** Where the backfill stands: what has a greater id is still to be read. */
    afterId: Count
    readCount: Count
    writtenCount: Count
    totalCount: Count
    workedMs: Count
    parity: ColumnType<Parity | null, string | null | undefined, string | null>
    problem: ColumnType<{ code: string } | null, string | null | undefined, string | null>
    createdAt: Instant
    startedAt: OptionalInstant
    liveAt: OptionalInstant
    finishedAt: OptionalInstant
  }
  driftCycle: {
    id: string
    state: Generated<'running' | 'completed' | 'failed'>
    documentCount: Count
    bucketCount: Generated<number>
    differingBucketCount: Generated<number>
    missingCount: Generated<number>
    differentCount: Generated<number>
    extraCount: Generated<number>
    repairedCount: Generated<number>
    pageCount: Generated<number>
    stalePageCount: Generated<number>
    unsettledPageCount: Generated<number>
    createdAt: Instant
    finishedAt: OptionalInstant
  }
  event: {
    id: GeneratedId
    sellerId: Id | null
    type: string
    subject: string
    data: ColumnType<unknown, string | undefined, string>
    traceParent: string | null
    occurredAt: Instant
    relayedAt: OptionalInstant
  }
  feed: {
    id: string
    sellerId: Id
    shopId: Id
    kind: FeedKind
    name: string
    token: string
    filters: ColumnType<FeedFilters, string | undefined, string>
    settings: ColumnType<YandexMarketSettings | GoogleShoppingSettings, string | undefined, string>
    everyMinutes: number | null
    publishedId: string | null
    createdAt: Instant
    updatedAt: Instant
    deletedAt: OptionalInstant
  }
  feedPublication: {
    id: string
    feedId: string
    sellerId: Id
    number: number
    state: FeedPublicationState
    confirmShrink: Generated<boolean>
    fingerprint: string | null
    snapshotAt: OptionalInstant
    items: Count
    leftOut: Count
    artefacts: ColumnType<FeedArtefact[], string | undefined, string>
    problem: ColumnType<FeedProblem | null, string | null | undefined, string | null>
    traceParent: string | null
    createdAt: Instant
    startedAt: OptionalInstant
    finishedAt: OptionalInstant
  }
  feedLeftOut: {
    publicationId: string
    seq: GeneratedId
    sellerId: Id
    shopProductId: Id
    externalId: string
    field: string
    code: string
    value: string | null
  }
}

/**
 * One life of the search index. Live changes are written to what is `building`, `live` or, for the way back, `retired`.
 */
export type SearchGenerationState = 'building' | 'live' | 'retired' | 'dropped' | 'failed'

/** What the comparison of a new index with PostgreSQL found, over all its rounds. */
export type Parity = {
  documents: number
  buckets: number
  differingBuckets: number
  repaired: number
  /** Documents that still differed after the last round; an index with any is never read. */
  differing: number
}

export type FeedPublicationState =
  'queued' | 'building' | 'published' | 'held' | 'unchanged' | 'failed'

/** One representation as it lies in the object store, under `key` and, compressed, under `key` + `.gz`. */
export type FeedArtefact = {
  extension: FeedExtension
  key: string
  bytes: number
  bytesGz: number
  sha256: string
}

/** Why a publication is not served. */
export type FeedProblem = {
  code: string
  params?: Record<string, string | number>
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
