import { z } from '@hono/zod-openapi'
import { CANCEL_REASONS, ORDER_STATES } from '../../domain/orders/order-state.ts'
import { RETURN_REASONS, RETURN_STATES } from '../../domain/orders/return-state.ts'

const MOST_LINES = 100
const MOST_UNITS = 1_000

/** One line of text for people, without control characters. */
export const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u)
    // The flag would be written into the document as part of the pattern.
    .openapi({ pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*$' })

/** Ids of ours in a body: what does not look like one is a mistake of the caller's. */
const Id = z
  .string()
  .regex(/^\d{1,18}$/)
  .openapi({ example: '1017' })
const Quantity = z.int().min(1).max(MOST_UNITS).openapi({ example: 2 })

const ShownPrice = z.strictObject({
  amount: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  currency: z.string().regex(/^[A-Z]{3}$/),
})

/** Each shop product once: two lines of the same are one with more units. */
const eachOnce = (lines: readonly { shopProductId: string }[]) =>
  new Set(lines.map(({ shopProductId }) => shopProductId)).size === lines.length
const REPEATED = 'shopProductId повторяется / is repeated'

const Lines = z
  .array(
    z.strictObject({
      shopProductId: Id,
      quantity: Quantity,
      price: ShownPrice.optional().openapi({
        description:
          'What the buyer was shown: when it costs something else by now, the order is refused',
      }),
    }),
  )
  .min(1)
  .max(MOST_LINES)
  .refine(eachOnce, { error: REPEATED })

export const Buyer = z
  .strictObject({
    name: text(200).openapi({ example: 'Анна Петрова' }),
    phone: z
      .string()
      .trim()
      .regex(/^\+?\d[\d ()-]{4,24}$/)
      .openapi({ example: '+7 900 123-45-67' }),
    email: z.email().max(254).optional(),
  })
  .openapi('Buyer')

export const DeliverTo = z
  .strictObject({
    city: z.string().min(1).max(64).openapi({ example: 'msk' }),
    address: text(500).optional().openapi({ example: 'ул. Лесная, 5, кв. 12' }),
    pickupPointId: text(100).optional(),
  })
  .refine(({ address, pickupPointId }) => address === undefined || pickupPointId === undefined, {
    error: 'address или pickupPointId / either address or pickupPointId',
  })
  .openapi('DeliverTo', { example: { city: 'msk', address: 'ул. Лесная, 5, кв. 12' } })

export const NewCheckout = z
  .strictObject({ lines: Lines, buyer: Buyer, deliverTo: DeliverTo })
  .openapi('NewCheckout')

export const NewOrder = z
  .strictObject({
    shopId: Id.optional().openapi({
      example: '3',
      description: 'When it is given, all goods must be its',
    }),
    lines: Lines,
    buyer: Buyer,
    deliverTo: DeliverTo,
  })
  .openapi('NewOrder')

export const OrderStateField = z.enum(ORDER_STATES)
export const ReturnStateField = z.enum(RETURN_STATES)

export const OrderStatus = z
  .strictObject({
    state: OrderStateField.exclude(['new']),
    reason: z
      .enum(CANCEL_REASONS)
      .exclude(['unconfirmed'])
      .optional()
      .openapi({ description: 'Of a cancellation' }),
  })
  .refine(({ state, reason }) => reason === undefined || state === 'cancelled', {
    error: 'только с state=cancelled / only with state=cancelled',
    path: ['reason'],
  })
  .openapi('OrderStatus')

export const ReturnStatus = z
  .strictObject({ state: ReturnStateField.exclude(['requested']) })
  .openapi('ReturnStatus')

export const NewReturn = z
  .strictObject({
    reason: z.enum(RETURN_REASONS),
    lines: z
      .array(z.strictObject({ shopProductId: Id, quantity: Quantity }))
      .min(1)
      .max(MOST_LINES)
      .refine(eachOnce, { error: REPEATED })
      .optional()
      .openapi({ description: 'Without them all that has not come back yet' }),
  })
  .openapi('NewReturn')

/** What is none of ours cannot be found either. */
export const isId = (text: string) => Id.safeParse(text).success
