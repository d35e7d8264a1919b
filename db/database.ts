import type { ColumnType } from 'kysely'
import type { CatalogTables } from './catalog/tables.ts'
import type { Id, GeneratedId, Instant, OptionalInstant } from './columns.ts'
import type { FeedTables } from './integrations/feed-tables.ts'
import type { ImportTables } from './integrations/import-tables.ts'
import type { PointTables } from './logistics/point-tables.ts'
import type { LogisticsTables } from './logistics/tables.ts'
import type { WebhookTables } from './integrations/webhooks/tables.ts'
import type { OrderTables } from './orders/tables.ts'
import type { StorefrontTables } from './storefront/tables.ts'

export type Database = CatalogTables &
  ImportTables &
  FeedTables &
  WebhookTables &
  OrderTables &
  LogisticsTables &
  PointTables &
  StorefrontTables & {
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
    idempotencyKey: {
      sellerId: Id
      key: string
      fingerprint: string | null
      status: number | null
      body: ColumnType<unknown, string | null | undefined, string | null>
      claimedUntil: Instant
      createdAt: Instant
    }
  }
