import type { ColumnType, Generated } from 'kysely'
import type { OrderState, ReturnState } from '../../contracts/orders.ts'
import type { CancelReason } from '../../domain/orders/order-state.ts'
import type { ReturnReason } from '../../domain/orders/return-state.ts'
import type { Amount, GeneratedId, Id, Instant, OptionalInstant } from '../columns.ts'

export type OrderTables = {
  /** What one buyer took at once of several shops, through a key of the marketplace. */
  checkout: {
    id: string
    keyId: string
    idempotencyKey: string | null
    fingerprint: string
    createdAt: Instant
  }
  salesOrder: {
    id: GeneratedId
    number: Generated<string>
    sellerId: Id
    shopId: Id
    checkoutId: string | null
    state: Generated<OrderState>
    cancelReason: CancelReason | null
    totalMinor: Amount
    currency: string
    buyerName: string
    buyerPhone: string
    buyerEmail: string | null
    cityId: string
    address: string | null
    pickupPointId: string | null
    createdAt: Instant
    updatedAt: Instant
    /** When its seller was reminded to confirm it. */
    remindedAt: OptionalInstant
  }
  orderLine: {
    orderId: Id
    position: number
    sellerId: Id
    shopProductId: Id
    externalId: string
    name: string
    quantity: number
    priceMinor: Amount
    orderedAt: Instant
  }
  /** Units that were taken out of `stock` for an order; `released` ones were put back. */
  stockReservation: {
    orderId: Id
    shopProductId: Id
    warehouseId: Id
    sellerId: Id
    units: number
    state: Generated<'held' | 'shipped' | 'released'>
  }
  orderReturn: {
    id: GeneratedId
    orderId: Id
    sellerId: Id
    shopId: Id
    state: Generated<ReturnState>
    reason: ReturnReason
    totalMinor: Amount
    currency: string
    createdAt: Instant
    updatedAt: Instant
  }
  returnLine: {
    returnId: Id
    sellerId: Id
    shopProductId: Id
    quantity: number
    priceMinor: Amount
  }
  auditEntry: {
    id: GeneratedId
    sellerId: Id | null
    actor: string
    action: string
    subject: string
    data: ColumnType<unknown, string | undefined, never>
    occurredAt: Instant
  }
}
