import type { ColumnType, Generated } from 'kysely'
import type { ReindexState } from '../../contracts/storefront.ts'
import type { Place } from '../../domain/storefront/place.ts'
import type { Id, GeneratedId, Instant, OptionalInstant, Count, Amount } from '../columns.ts'

export type StorefrontTables = {
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
  changeFanout: {
    id: GeneratedId
    source: 'category' | 'shop' | 'warehouse'
    sourceId: Id
    afterId: Count
    traceParent: string | null
    createdAt: Instant
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
    /** Since when it has taken nothing, while the one that is searched takes changes. */
    stalledAt: OptionalInstant
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
    unsettledCount: Generated<number>
    repairedCount: Generated<number>
    pageCount: Generated<number>
    stalePageCount: Generated<number>
    unsettledPageCount: Generated<number>
    createdAt: Instant
    finishedAt: OptionalInstant
  }
  searchCount: {
    day: ColumnType<Date, string, string>
    /** Empty for all texts that are not kept. */
    text: string
    /** Empty when no city was asked for. */
    cityId: string
    searches: Count
    zeroResults: Count
    /** Of the searches, those in which something else was typed. */
    corrected: Count
    /** Of words alone: by how many callers, and how many of these found something. */
    callers: Count
    finders: Count
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
  /** Documents that neither it nor the index that is searched takes. */
  parked: number
  /** Documents of which nothing was proven: they were on their way for too long. */
  unsettled: number
  /** Documents that still differed after the last round; an index with any of these two is never read. */
  differing: number
  /** Where some differ, why the index refuses one of them, if it does. */
  refusal?: string | undefined
}
