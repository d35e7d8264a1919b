import { defineQuery, defineSignal } from '@temporalio/workflow'

export const ordersQueue = 'orders'

export const orderWorkflowId = (orderId: string) => `order:${orderId}`

/** Where an order is on its way to the buyer; `delivered` and `cancelled` are its ends. */
export type OrderState = 'new' | 'confirmed' | 'assembling' | 'shipped' | 'delivered' | 'cancelled'

/** Where goods are that come back; `refunded` and `rejected` are the ends. */
export type ReturnState =
  'requested' | 'approved' | 'in-transit' | 'received' | 'refunded' | 'rejected'

export const fulfilOrder = 'fulfilOrder'
export type FulfilOrderInput = { orderId: string }
export type FulfilOrderResult = { state: 'delivered' | 'cancelled' }
export type FulfilOrder = (input: FulfilOrderInput) => Promise<FulfilOrderResult>

/** The order stands in a new state in PostgreSQL; told twice or late, it does no harm. */
export const orderMoved = defineSignal<[{ state: OrderState }]>('orderMoved')
/** As far as the workflow has been told. */
export const orderState = defineQuery<OrderState>('orderState')

/** What orders are found by in the Temporal UI: `SellerId="7" and OrderState="new"`. */
export const orderSearchAttributes = {
  seller: { name: 'SellerId', type: 'KEYWORD' },
  order: { name: 'OrderId', type: 'KEYWORD' },
  state: { name: 'OrderState', type: 'KEYWORD' },
} as const
