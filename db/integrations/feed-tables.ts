import type { ColumnType, Generated } from 'kysely'
import type {
  FeedExtension,
  FeedFilters,
  FeedKind,
  GoogleShoppingSettings,
  YandexMarketSettings,
} from '../../domain/integrations/feeds/settings.ts'
import type { Id, GeneratedId, Instant, OptionalInstant, Count } from '../columns.ts'

export type FeedTables = {
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
