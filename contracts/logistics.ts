import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'

/** СДЭК, DPD Russia, Uber Direct. */
export type CarrierId = 'cdek' | 'dpd' | 'uber'

/** Breakers and fault scripts count these apart. */
export type CarrierOperation = 'quote' | 'book' | 'confirm' | 'cancel' | 'track' | 'points'

/** ПВЗ or постамат. */
export type PickupPointKind = 'pvz' | 'locker'

/**
 * Where a parcel is, in one language for all carriers. The code as the carrier gave it is always kept beside. `delivered`,
 * `returned`, `lost` and `cancelled` are ends, which a carrier can take back.
 */
export type TrackingStatus =
  | 'booking-pending'
  | 'booked'
  | 'courier-assigned'
  | 'accepted'
  | 'in-transit'
  | 'at-destination'
  | 'ready-for-pickup'
  | 'out-for-delivery'
  | 'attempt-failed'
  | 'exception'
  | 'delivered'
  | 'returning'
  | 'returned'
  | 'lost'
  | 'cancelled'
  | 'rejected'

/** Workflows of deliveries, and the steps that ask carriers. */
export const logisticsQueue = 'logistics'
/** Shifts of asking carriers for news: each holds a slot for minutes. */
export const trackingQueue = 'tracking'

export const deliveryWorkflowId = (shipmentId: string) => `delivery:${shipmentId}`
export const loserWorkflowId = (attemptId: string) => `loser:${attemptId}`
export const trackingWorkflowId = (accountId: string) => `tracking:${accountId}`
export const trackingQueueWorkflowId = (accountId: string) => `tracking-queue:${accountId}`

/** Where a shipment is for us, whatever its carrier says. See docs/decisions/0024-at-most-one-live-booking.md. */
export type DeliveryPhase =
  | 'planning'
  | 'booking'
  | 'booked'
  | 'handed-over'
  /** Only a person can help: a choice of another point, an operator's task. */
  | 'waiting'
  | 'delivered'
  | 'returned'
  | 'lost'
  | 'cancelled'
  | 'failed'

/** `asked` to `cancelling` are live, or may be; `woken` and `loose` are of losers. */
export type AttemptState =
  | 'asked'
  | 'pending'
  | 'booked'
  | 'unknown'
  | 'cancelling'
  | 'rejected'
  | 'absent'
  | 'cancelled'
  | 'woken'
  | 'loose'

export type HumanTaskKind =
  /** The carrier does not say whether it has a booking. */
  | 'unsettled-booking'
  /** It says that it cancels by telephone only. */
  | 'cancel-by-phone'
  /** A loser that woke up and cannot be cancelled: somebody will be billed twice. */
  | 'loose-booking'
  | 'no-carrier'
  | 'point-unavailable'
  /** Lost, or coming back. */
  | 'not-delivered'
  /** The carrier took back an end that was told already. */
  | 'taken-back'
  /** Its order was cancelled when the carrier had it, or would not let go of it. */
  | 'too-late-to-cancel'
  /** On its way it cannot go where it was to go, or was not found. */
  | 'delivery-problem'
  /** Its carrier has it and it is not there when it was promised: somebody asks where it is. */
  | 'late'
  /** Its carrier has it and has told nothing of it for too long. */
  | 'silent'

export type SlaKind =
  'booking-late' | 'hand-over-late' | 'silent' | 'late-predicted' | 'late' | 'storage-expiring'

/** What is expected of carriers, in milliseconds. A shipment keeps the terms that it was planned with. */
export type DeliveryTerms = {
  /** From asking a carrier until it has confirmed; then the next one is asked. */
  confirmMs: number
  /** From the first question until some carrier has confirmed; then it is raised. */
  bookingMs: number
  /** From when it is ready until the carrier has it; then the next one is asked. */
  handOverMs: number
  /** Without a new event, by status; a status that is not here may be silent. */
  silenceMs: Partial<Record<TrackingStatus, number>>
  /** Before the point sends it back. */
  storageWarningMs: number
  /** A booking of which nobody knows whether it exists: after so long a person is asked. */
  unsettledMs: number
  /** When a settled loser is looked at again. */
  watchMs: readonly number[]
  /** Rests between rounds of asking all carriers; after the last one a person is asked. */
  roundsMs: readonly number[]
  /** How long an end may still be taken back. */
  afterEndMs: number
  /** What is due when it is late, lost, or comes back by its carrier's fault. */
  compensation: CompensationTerms
}

/** Per cent of the price of the delivery, unless said otherwise. */
export type CompensationTerms = {
  perDayLatePercent: number
  /** However late. */
  mostLatePercent: number
  /** Lost, or returned by its carrier's fault. */
  failedPercent: number
  /** Of the declared value, beside that, when it is lost. */
  lostDeclaredPercent: number
}

/** Why an attempt was given up. */
export type GivenUpFor =
  'rejected' | 'unavailable' | 'no-answer' | 'too-slow' | 'cancelled' | 'new-point'

export const deliverOrder = 'deliverOrder'
export type DeliverOrderInput = {
  shipmentId: string
  /** A booking that was being followed when the workflow was continued as new. */
  followed?: FollowedBooking
}
export type DeliverOrderResult = {
  phase: Extract<DeliveryPhase, 'delivered' | 'returned' | 'lost' | 'cancelled' | 'failed'>
}
export type DeliverOrder = (input: DeliverOrderInput) => Promise<DeliverOrderResult>

/** What deliverOrder carries over to its next run; instants are ISO 8601. */
export type FollowedBooking = {
  state: DeliveryState
  change: TrackingChange
  bookedAt: string
  readyAt: string
  hasLeft: boolean
  attempts: number
  rounds: number
  raised: string[]
  terms: DeliveryTerms
}

export const quoteDelivery = 'quoteDelivery'
export const quoteWorkflowId = (id: string) => `delivery-quote:${id}`
/** What would be sent, whence and whither: the address is read from the order. */
export type QuoteDeliveryInput = {
  sellerId: string
  orderId?: string
  warehouseId: string
  cityId: string
  parcels: readonly { weightG: number; lengthMm: number; widthMm: number; heightMm: number }[]
  declared: { amount: number; currency: string }
  point?: NewPoint
}
/** The best first. Instants are ISO 8601. */
export type QuotedService = {
  carrier: CarrierId
  service: string
  serviceName: string
  mode: string
  price: { amount: number; currency: string }
  promise: { earliest: string; latest: string }
  why: {
    price: number
    time: number
    reliability: number
    failure: number
    score: number
    p90Hours: number
    onTime: number
  }
}
export type UnquotedService = { carrier: CarrierId; service?: string; why: string; code?: string }
export type QuoteDeliveryResult = {
  ranked: QuotedService[]
  leftOut: UnquotedService[]
  /** Why the first is the first. */
  explained: { ru: string; en: string }
}
export type QuoteDelivery = (input: QuoteDeliveryInput) => Promise<QuoteDeliveryResult>

export const settleLoser = 'settleLoser'
export type SettleLoserInput = {
  attemptId: string
  /** When to look at it again, from one look to the next. */
  watchMs: readonly number[]
}
export type SettleLoserResult = { end: 'quiet' | 'loose' }
export type SettleLoser = (input: SettleLoserInput) => Promise<SettleLoserResult>

export const pollTracking = 'pollTracking'
export const drainTrackingQueue = 'drainTrackingQueue'
export type ContractInput = { accountId: string }
export type PollTracking = (input: ContractInput) => Promise<void>
export type DrainTrackingQueue = (input: ContractInput) => Promise<void>

/** What has changed about an attempt; told until it is known to have arrived, so it can come twice. */
export type TrackingChange = {
  attemptId: string
  /** Grows with each change of the shipment: what is not newer is known. */
  version: number
  status: TrackingStatus
  /** ISO 8601, like the others. */
  statusAt: string
  /** The carrier has the parcel, or had it, whatever the status. */
  hasLeft?: true
  eta?: string
  storedUntil?: string
}
export const trackingChanged = defineSignal<[TrackingChange]>('trackingChanged')
/** A settled booking was heard of again. */
export const loserWoke = defineSignal('loserWoke')
/** An operator has closed a task. */
export const taskResolved =
  defineSignal<[{ attemptId?: string; resolution: string }]>('taskResolved')

/** Nobody wants it any more. What its carrier will not let go of is a person's. */
export const orderCancelled = defineSignal('orderCancelled')

/** Refused after the hand-over. @returns how it stands then */
export const cancelDelivery = defineUpdate<{ phase: DeliveryPhase }, []>('cancelDelivery')
export type NewPoint = { carrier: CarrierId; code: string; kind: PickupPointKind }
/** Refused after the hand-over. A booking to the point before is cancelled first. */
export const changePickupPoint = defineUpdate<{ phase: DeliveryPhase }, [NewPoint]>(
  'changePickupPoint',
)

export type DeliveryState = {
  phase: DeliveryPhase
  status?: TrackingStatus
  attemptId?: string
  carrier?: CarrierId
  service?: string
  /** Carriers that were given up. */
  failovers: number
  promise?: { earliest: string; latest: string }
  eta?: string
  isLate: boolean
}
export const deliveryState = defineQuery<DeliveryState>('deliveryState')

/** What deliveries are found by in the Temporal UI: `Carrier="cdek" and PromiseAt<"2026-12-01T00:00:00Z"`. */
export const deliverySearchAttributes = {
  seller: { name: 'SellerId', type: 'KEYWORD' },
  order: { name: 'OrderId', type: 'KEYWORD' },
  carrier: { name: 'Carrier', type: 'KEYWORD' },
  city: { name: 'CityId', type: 'KEYWORD' },
  state: { name: 'DeliveryState', type: 'KEYWORD' },
  promiseAt: { name: 'PromiseAt', type: 'DATETIME' },
} as const
