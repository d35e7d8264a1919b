/** JSON Schema 2020-12, as far as it is needed here. */
export type Schema = {
  type: 'object' | 'string' | 'integer'
  description?: string
  enum?: readonly string[]
  properties?: Record<string, Schema>
  required?: readonly string[]
}

export type EventType = {
  type: string
  description: string
  /** Of the body's `data`. */
  schema: Schema
  example: Record<string, unknown>
}

/**
 * Versions of the bodies, the newest last. An endpoint keeps the one that it was made with until its owner changes it.
 * Within a version fields are only ever added.
 */
export const WEBHOOK_VERSIONS = ['2026-11-26'] as const
export type WebhookVersion = (typeof WEBHOOK_VERSIONS)[number]
export const NEWEST_VERSION: WebhookVersion = '2026-11-26'

const Id: Schema = { type: 'string' }
const text = (description: string): Schema => ({ type: 'string', description })
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })
const object = (
  properties: Record<string, Schema>,
  optional: Record<string, Schema> = {},
): Schema => ({
  type: 'object',
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
})

const OrderState = oneOf('new', 'confirmed', 'assembling', 'shipped', 'delivered', 'cancelled')
const ReturnState = oneOf(
  ...['requested', 'approved', 'in-transit', 'received', 'refunded', 'rejected'],
)
const DeliveryState = text('Where the shipment stands')
const Money = object({
  amount: { type: 'integer', description: 'In minor units' },
  currency: text('ISO 4217'),
})
const order = { orderId: Id, number: text('As the buyer knows it'), shopId: Id }
const orderExample = { orderId: '81', number: '2026-000081', shopId: '7' }
const returned = { returnId: Id, orderId: Id, shopId: Id }
const returnExample = { returnId: '12', orderId: '81', shopId: '7' }
const shipment = { deliveryId: Id, orderId: Id, shopId: Id }
const delivery = { ...shipment, carrier: text('cdek, dpd or uber') }
const deliveryExample = {
  deliveryId: 'e7f8a2d0-3b52-4f0e-9a0c-1f6a5cf0f8d1',
  orderId: '81',
  shopId: '7',
  carrier: 'cdek',
}
const endpointId = '0b9f2c1e-6f1d-4a53-9a58-1f6a5cf0f8d1'

/** Everything that a seller's systems can be told of. */
export const EVENT_TYPES: readonly EventType[] = [
  {
    type: 'order.created',
    description: 'A buyer has ordered',
    schema: object({ ...order, state: OrderState, total: Money }),
    example: { ...orderExample, state: 'new', total: { amount: 129_900, currency: 'RUB' } },
  },
  {
    type: 'order.status_changed',
    description: 'An order has moved on, or was cancelled',
    schema: object({ ...order, state: OrderState, previousState: OrderState }),
    example: { ...orderExample, state: 'confirmed', previousState: 'new' },
  },
  {
    type: 'return.created',
    description: 'A buyer wants to give goods back',
    schema: object({ ...returned, state: ReturnState }),
    example: { ...returnExample, state: 'requested' },
  },
  {
    type: 'return.status_changed',
    description: 'A return has moved on',
    schema: object({ ...returned, state: ReturnState, previousState: ReturnState }),
    example: { ...returnExample, state: 'approved', previousState: 'requested' },
  },
  {
    type: 'delivery.booked',
    description: 'A carrier has taken a shipment on',
    schema: object(
      { ...delivery, state: DeliveryState, trackingNumber: text('Of the carrier') },
      { pointCode: text('Where its carrier sends it instead of the point that was chosen') },
    ),
    example: { ...deliveryExample, state: 'booked', trackingNumber: '1106394824' },
  },
  {
    type: 'delivery.failed_over',
    description: 'Another carrier has taken over, before the parcel had left',
    schema: object({
      ...delivery,
      state: DeliveryState,
      from: text('The carrier that was given up'),
      why: oneOf('rejected', 'unavailable', 'no-answer', 'too-slow'),
    }),
    example: { ...deliveryExample, carrier: 'dpd', state: 'booked', from: 'cdek', why: 'too-slow' },
  },
  {
    type: 'delivery.handed_over',
    description: 'The carrier has the parcel',
    schema: object({ ...delivery, state: DeliveryState }),
    example: { ...deliveryExample, state: 'accepted' },
  },
  {
    type: 'delivery.status_changed',
    description: 'A shipment has moved on',
    schema: object({ ...delivery, state: DeliveryState, previousState: DeliveryState }),
    example: { ...deliveryExample, state: 'in-transit', previousState: 'booked' },
  },
  {
    type: 'delivery.overdue',
    description: 'A booking, a hand-over or news of a parcel did not come in time',
    schema: object({
      ...shipment,
      state: DeliveryState,
      what: oneOf('booking', 'hand-over', 'news'),
      dueAt: text('ISO 8601'),
    }),
    example: {
      ...deliveryExample,
      state: 'booked',
      what: 'hand-over',
      dueAt: '2026-11-27T15:00:00.000Z',
    },
  },
  {
    type: 'delivery.late_predicted',
    description: 'The carrier expects it later than the buyer was promised',
    schema: object({
      ...delivery,
      state: DeliveryState,
      promisedAt: text('The end of the promise'),
      expectedAt: text('By the carrier'),
    }),
    example: {
      ...deliveryExample,
      state: 'in-transit',
      promisedAt: '2026-11-30T19:00:00.000Z',
      expectedAt: '2026-12-02T15:00:00.000Z',
    },
  },
  {
    type: 'delivery.late',
    description: 'It is not there, and the promise is over',
    schema: object({
      ...delivery,
      state: DeliveryState,
      promisedAt: text('The end of the promise'),
    }),
    example: { ...deliveryExample, state: 'in-transit', promisedAt: '2026-11-30T19:00:00.000Z' },
  },
  {
    type: 'delivery.replanned',
    description:
      'The buyer is told another day, or another point: its carrier has it and it will not come as promised',
    schema: object(
      {
        ...{ ...delivery, state: DeliveryState },
        promisedAt: text('The end of the promise, which does not move'),
        expectedAt: text('ISO 8601'),
        why: oneOf('late-predicted', 'late', 'delivery-problem', 'other-point'),
      },
      {
        reason: text('What its carrier says is wrong'),
        pointCode: text('Where it goes now'),
      },
    ),
    example: {
      ...{ ...deliveryExample, state: 'exception' },
      promisedAt: '2026-11-30T19:00:00.000Z',
      expectedAt: '2026-12-02T19:00:00.000Z',
      ...{ why: 'delivery-problem', reason: 'locker-full' },
    },
  },
  {
    type: 'delivery.compensated',
    description:
      'Something is due for a delivery that was late, lost, or returned by its carrier’s fault; or is not due any more. Nothing is paid yet',
    schema: object(
      {
        ...{ ...delivery, state: DeliveryState },
        compensationId: text('Pay each once'),
        reason: oneOf('late', 'lost', 'returned'),
        amount: object({
          amount: {
            type: 'integer',
            description: 'In minor units; below nothing where it takes back what was due before',
          },
          currency: text('ISO 4217'),
        }),
        balance: Money,
      },
      { daysLate: { type: 'integer', description: 'Days after the promise' } },
    ),
    example: {
      ...{ ...deliveryExample, state: 'delivered', compensationId: '12', reason: 'late' },
      ...{
        amount: { amount: 5_400, currency: 'RUB' },
        balance: { amount: 5_400, currency: 'RUB' },
      },
      daysLate: 2,
    },
  },
  {
    type: 'delivery.storage_expiring',
    description: 'The pickup point will soon send it back',
    schema: object({ ...delivery, state: DeliveryState, storedUntil: text('ISO 8601') }),
    example: {
      ...deliveryExample,
      state: 'ready-for-pickup',
      storedUntil: '2026-12-07T19:00:00.000Z',
    },
  },
  {
    type: 'delivery.needs_human',
    description: 'Only a person can help now',
    schema: object({
      ...shipment,
      state: DeliveryState,
      task: oneOf(
        ...['unsettled-booking', 'cancel-by-phone', 'loose-booking', 'no-carrier'],
        ...['point-unavailable', 'not-delivered', 'taken-back', 'too-late-to-cancel'],
        ...['delivery-problem', 'late', 'silent'],
      ),
    }),
    example: { ...deliveryExample, state: 'waiting', task: 'no-carrier' },
  },
  {
    type: 'import.completed',
    description: 'An import is in the catalogue',
    schema: object({ importId: Id, shopId: Id }),
    example: { importId: '5f9e4f0e-53c8-4a55-8a8e-0f0a6d8f5f10', shopId: '7' },
  },
  {
    type: 'feed.held',
    description: 'A feed lost so many items that it was not published by itself',
    schema: object({ feedId: Id, shopId: Id, publicationId: Id }),
    example: {
      feedId: '6c1a1df6-5a0e-4d0c-9f61-9f0c5b9b7d0e',
      shopId: '7',
      publicationId: '9d0a3c59-54d2-45c0-8a50-3b7c2c1d7e21',
    },
  },
  {
    type: 'webhook-endpoint.failing',
    description: 'One of the endpoints answers nothing but failures; it is still tried',
    schema: object({ endpointId: Id }),
    example: { endpointId },
  },
  {
    type: 'webhook-endpoint.recovered',
    description: 'An endpoint that was failing answers again',
    schema: object({ endpointId: Id }),
    example: { endpointId },
  },
  {
    type: 'webhook-endpoint.disabled',
    description: 'An endpoint is no longer tried: it answered 410, or failed for days',
    schema: object({ endpointId: Id, reason: oneOf('gone', 'failing') }),
    example: { endpointId, reason: 'failing' },
  },
  {
    type: 'webhook-message.failed',
    description: 'A message was given up after its last try',
    schema: object({ endpointId: Id, messageId: Id, messageType: text('Of the message') }),
    example: { endpointId, messageId: '1024', messageType: 'order.created' },
  },
]

/** What `POST …/{id}/test` sends. */
export const TEST_EVENT: EventType = {
  type: 'webhook-endpoint.test',
  description: 'Was asked for by hand, to see whether the endpoint answers',
  schema: object({ endpointId: Id }),
  example: { endpointId },
}

const known = new Set(EVENT_TYPES.map(({ type }) => type))

export const isWebhookEvent = (type: string): boolean => known.has(type)

/** `*`, `order.*` or `order.created`; false for a pattern that can never match. */
export const isEventPattern = (pattern: string): boolean =>
  [...known].some((type) => matches(pattern, type))

export const isSubscribed = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => matches(pattern, type))

const matches = (pattern: string, type: string): boolean =>
  pattern === '*' ||
  pattern === type ||
  (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))
