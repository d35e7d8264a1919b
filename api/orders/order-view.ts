import { z } from '@hono/zod-openapi'
import { orderWorkflowId } from '../../contracts/orders.ts'
import type { OrderWithLines } from '../../db/orders/orders.ts'
import type { ReturnWithLines } from '../../db/orders/returns.ts'
import { CANCEL_REASONS } from '../../domain/orders/order-state.ts'
import { RETURN_REASONS } from '../../domain/orders/return-state.ts'
import { Instant } from '../openapi.ts'
import { Money } from '../storefront/shapes.ts'
import { OrderStateField, ReturnStateField } from './order-fields.ts'

export const Order = z
  .object({
    id: z.string(),
    number: z.string().openapi({ example: '261126-17', description: 'For people' }),
    state: OrderStateField,
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    sellerId: z.string(),
    shopId: z.string(),
    checkoutId: z
      .string()
      .optional()
      .openapi({ description: 'What the buyer took at once, of several shops' }),
    lines: z.array(
      z.object({
        shopProductId: z.string(),
        externalId: z.string(),
        name: z.string(),
        quantity: z.int(),
        price: Money.openapi({ description: 'Of one unit, when it was ordered' }),
      }),
    ),
    total: Money,
    buyer: z.object({
      name: z.string().openapi({ example: 'Анна Петрова' }),
      phone: z.string().openapi({ example: '+7 900 123-45-67' }),
      email: z.string().optional().openapi({ example: 'anna@example.org' }),
    }),
    deliverTo: z.object({
      city: z.string(),
      address: z.string().optional().openapi({ example: 'ул. Лесная, 5, кв. 12' }),
      pickupPointId: z.string().optional(),
    }),
    cancelReason: z.enum(CANCEL_REASONS).optional(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Order')
export type Order = z.infer<typeof Order>

export const Return = z
  .object({
    id: z.string(),
    state: ReturnStateField,
    orderId: z.string(),
    sellerId: z.string(),
    shopId: z.string(),
    reason: z.enum(RETURN_REASONS),
    lines: z.array(z.object({ shopProductId: z.string(), quantity: z.int(), price: Money })),
    total: Money.openapi({ description: 'What the goods had cost' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Return')
export type Return = z.infer<typeof Return>

export const showOrder = (row: OrderWithLines): Order => ({
  id: row.id,
  number: row.number,
  state: row.state,
  workflowId: orderWorkflowId(row.id),
  sellerId: row.sellerId,
  shopId: row.shopId,
  ...(row.checkoutId !== null && { checkoutId: row.checkoutId }),
  lines: row.lines.map(({ shopProductId, externalId, name, quantity, priceMinor }) => ({
    ...{ shopProductId, externalId, name, quantity },
    price: money(priceMinor, row.currency),
  })),
  total: money(row.totalMinor, row.currency),
  buyer: {
    name: row.buyerName,
    phone: row.buyerPhone,
    ...(row.buyerEmail !== null && { email: row.buyerEmail }),
  },
  deliverTo: {
    city: row.cityId,
    ...(row.address !== null && { address: row.address }),
    ...(row.pickupPointId !== null && { pickupPointId: row.pickupPointId }),
  },
  ...(row.cancelReason !== null && { cancelReason: row.cancelReason }),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

/** The order as it was answered when it was placed. */
export const showAsPlaced = (row: OrderWithLines): Order =>
  showOrder({ ...row, state: 'new', cancelReason: null, updatedAt: row.createdAt })

/** What of an order changes while it lives: enough to show it again as it was once answered, and nobody's data. */
export type Snapshot = z.infer<typeof Snapshot>
export const Snapshot = z.object({
  orderId: z.string(),
  state: OrderStateField,
  cancelReason: z.enum(CANCEL_REASONS).nullable(),
  updatedAt: Instant,
})

export const snapshotOf = ({ id, state, cancelReason, updatedAt }: OrderWithLines): Snapshot => ({
  ...{ orderId: id, state, cancelReason },
  updatedAt: updatedAt.toISOString(),
})

export const showAsIn = (
  row: OrderWithLines,
  { state, cancelReason, updatedAt }: Snapshot,
): Order => showOrder({ ...row, state, cancelReason, updatedAt: new Date(updatedAt) })

export const showReturn = (row: ReturnWithLines): Return => ({
  id: row.id,
  state: row.state,
  orderId: row.orderId,
  sellerId: row.sellerId,
  shopId: row.shopId,
  reason: row.reason,
  lines: row.lines.map(({ shopProductId, quantity, priceMinor }) => ({
    ...{ shopProductId, quantity },
    price: money(priceMinor, row.currency),
  })),
  total: money(row.totalMinor, row.currency),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

const money = (minor: string, currency: string) => ({ amount: Number(minor), currency })
