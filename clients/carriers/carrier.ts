import type {
  CarrierId,
  CarrierOperation,
  PickupPointKind,
  TrackingStatus,
} from '../../contracts/logistics.ts'
import type { Money, Parcel } from '../../domain/logistics/parcel.ts'

/**
 * What the product asks of any carrier. All methods throw a {@link CarrierError} where the carrier cannot be asked at
 * all; what it answers, a refusal too, is a value. Each call ends within the adapter's timeout, and reads no more of an
 * answer than its bound.
 */
export type Carrier = {
  id: CarrierId
  /** Every service that takes this, cheapest first; none where nothing does. */
  quote(request: QuoteRequest, call: Call): Promise<QuoteAnswer>
  /** A timeout and a lost connection are `unknown`: settle them with {@link Carrier.find} before another carrier is tried. */
  book(request: BookRequest, call: Call): Promise<BookAnswer>
  /** How a booking that was `pending` stands. */
  confirm(booking: BookingKey, call: Call): Promise<BookAnswer>
  /** What the carrier knows under our own reference, after an answer that never came. `absent` only where it says so. */
  find(booking: BookingKey, call: Call): Promise<BookAnswer | { outcome: 'absent' }>
  cancel(booking: BookingKey, call: Call): Promise<CancelAnswer>
  /** The whole log of one booking, the oldest first. */
  track(booking: BookingKey, call: Call): Promise<Tracking>
  /** Carriers that tell of changes by a queue: what it holds, to be confirmed when it has been kept. */
  queue?: TrackingQueue
  /** All pickup points, page by page; Uber has none. */
  points?(filter: PointFilter, call: Call): AsyncIterable<CarrierPoint[]>
  /** One point as it is now; `undefined` where there is no such point any more. */
  point?(code: string, call: Call): Promise<CarrierPoint | undefined>
  /** Whether it is in such trouble that it would not be asked for this now; see guarded.ts. */
  isResting?(operation: CarrierOperation): Promise<boolean>
  /** A PDF; Uber has none. */
  label?(booking: BookingKey, call: Call): Promise<LabelAnswer>
  /** Has the carrier tell of changes at this address, and at no other of ours; `refused` names what it will not tell. */
  ensureWebhooks?(url: string, call: Call): Promise<{ refused: string[] }>
  /** What a call from the carrier says, after its signature has been checked where it has one. */
  parseWebhook?(raw: Uint8Array, headers: Headers): WebhookAnswer
}

/** `signal` ends the call; `timeoutMs` as the breaker and the SLA allow it. */
export type Call = { signal?: AbortSignal; timeoutMs?: number }

export type Place = {
  /** Our city, see table `city`. */
  cityId: string
  cityName: string
  countryCode: string
  /** The carriers' own city codes as synchronised: CDEK `code`, DPD `cityId`. */
  carrierCityCodes?: Partial<Record<CarrierId, string>>
  address?: string
  postalCode?: string
  lat?: number
  lon?: number
}
export type Contact = { name: string; phone: string; email?: string }
export type Item = { sku: string; name: string; quantity: number; price: Money; weightG: number }

export type QuoteRequest = {
  from: Place
  to: Place
  /** The carrier's own code of the pickup point that the buyer chose. */
  pointCode?: string
  pointKind?: PickupPointKind
  parcels: readonly Parcel[]
  declaredValue: Money
  /** ISO 8601: when the warehouse has it ready. */
  readyAt: string
}

/** How long it takes, as its carrier says it. */
export type Transit =
  | { unit: 'working-days' | 'calendar-days'; min: number; max: number }
  /** ISO 8601. */
  | { unit: 'instant'; earliest: string; latest: string }

export type CarrierQuote = {
  carrier: CarrierId
  /** CDEK tariff code, DPD service code, `courier`. */
  service: string
  serviceName: string
  mode: 'door-door' | 'door-point' | 'point-door' | 'point-point'
  price: Money
  transit: Transit
  /** Only Uber's quotes have these. */
  quoteId?: string
  expiresAt?: string
}
export type QuoteAnswer =
  { outcome: 'quoted'; quotes: CarrierQuote[] } | { outcome: 'refused'; reason: CarrierReason }

export type BookRequest = {
  /** Our business key, ASCII, unique for each attempt: CDEK `number`, DPD `orderNumberInternal`, Uber `idempotency_key`. */
  reference: string
  quote: CarrierQuote
  from: Place & { contact: Contact }
  to: Place & { contact: Contact }
  pointCode?: string
  pointKind?: PickupPointKind
  parcels: readonly Parcel[]
  items: readonly Item[]
  declaredValue: Money
  readyAt: string
}

/** By which a booking is found again. */
export type BookingKey = {
  reference: string
  /** ISO 8601: DPD wants the day of the pickup beside its number. */
  readyAt: string
  /** ISO 8601: what the carrier made long before is none of it. Uber can only be asked for all that it has. */
  askedAt?: string
  /** The carrier's: CDEK uuid, DPD orderNum, Uber `del_…`; absent while it is unknown. */
  carrierId?: string
  /** As booked: at DPD one state means «for the courier» or «for the buyer to fetch», by where the parcel ends. */
  mode?: CarrierQuote['mode']
  /** As booked; DPD prints so many labels: one unless said otherwise. */
  parcelCount?: number
}

export type CarrierReason = {
  /** The carrier's own code, or one of ours where it gives none: `timeout`, `malformed`. */
  code: string
  message: string
  /** `capacity`: no courier now; `permanent`: the same would be refused again. */
  kind: 'permanent' | 'capacity' | 'quote-expired'
}
export type BookAnswer =
  | {
      outcome: 'booked'
      carrierId: string
      trackingNumber: string
      warnings: CarrierReason[]
      /** Where the carrier sends it, where that is not the point it was asked to go to. */
      pointCode?: string
    }
  | { outcome: 'pending'; carrierId?: string }
  | { outcome: 'rejected'; reason: CarrierReason }
  /** There is one already under this reference: adopt it. */
  | { outcome: 'duplicate'; carrierId?: string }
  | { outcome: 'unknown'; reason: CarrierReason }

export type CancelAnswer =
  | { outcome: 'cancelled' }
  /** It was cancelled before, or never was. */
  | { outcome: 'already' }
  /** Asked for, not done: ask `track` or cancel again. */
  | { outcome: 'pending' }
  /** Only by telephone: the booking lives on. */
  | { outcome: 'needs-human'; reason: CarrierReason }
  /** It is on its way; it can come back at most. */
  | { outcome: 'too-late'; returnable: boolean; reason: CarrierReason }
  | { outcome: 'unknown'; reason: CarrierReason }

export type TrackingEvent = {
  /** ISO 8601. */
  occurredAt: string
  status: TrackingStatus
  reason?: string
  rawCode: string
  /** Nobody has said what this code means: it is counted, and the status is a guess. */
  isUnknownCode?: true
  place?: string
  /** The same for the same event however often it is told. */
  key: string
  /** The carrier has taken it back. */
  isRevoked?: true
  /** It cannot go where it was to go, or is not where it should be: somebody must decide what becomes of it. */
  needsPlan?: true
  /** It was told of this parcel alone, one of perhaps several: {@link Carrier.track} tells how the whole booking stands. */
  parcel?: string
}
export type Tracking = {
  events: TrackingEvent[]
  /** An instant, or a day on the calendar of where it goes: `2026-12-01`. */
  eta?: string
  /** How long a point keeps it. */
  storedUntil?: string
  /** The point that it is brought to, where its carrier says so. */
  pointCode?: string
  /** What it costs in the end, where it is told. */
  finalPrice?: Money
}
export type TrackingQueue = {
  /** What waits, and the ticket to confirm it by. It comes again until it is confirmed. */
  next(call: Call): Promise<{ ticket?: string; isLast: boolean; changes: QueuedChange[] }>
  confirm(ticket: string, call: Call): Promise<void>
}
/** `relatedId`: of another order of the carrier's for the same parcels, to bring them back or elsewhere. */
export type QueuedChange = {
  reference?: string
  carrierId: string
  relatedId?: string
  event: TrackingEvent
}

export type PointFilter = { countryCode: string; cityCode?: string }
export type CarrierPoint = {
  carrier: CarrierId
  code: string
  kind: PickupPointKind
  name: string
  cityCode: string
  cityName: string
  address: string
  lat: number
  lon: number
  state: 'open' | 'full' | 'closed'
  /** For each day of the week from Monday (1): `['09:00', '21:00']`; absent days are closed. */
  hours: { day: number; from: string; to: string }[]
  /** Dates with hours of their own, ISO; without `from` it is closed. */
  exceptions: { from: string; to: string; open?: [string, string] }[]
  limits: {
    /** Of one parcel. */
    maxWeightG?: number
    /** Of all parcels of a shipment: DPD tells it apart. */
    maxShipmentWeightG?: number
    /** One in a locker unless it says otherwise. */
    maxParcels?: number
    /** One of these must hold it, turned in any way. */
    cells?: { lengthMm: number; widthMm: number; heightMm: number }[]
    maxSumMm?: number
  }
  payment: { cash: boolean; card: boolean }
  takesBack: boolean
}

export type LabelAnswer = { outcome: 'ready'; pdf: Uint8Array } | { outcome: 'pending' }

export type WebhookAnswer =
  | {
      outcome: 'told'
      /** Deduplicates: Uber's `evt_` id, a digest for CDEK. */
      id: string
      reference?: string
      carrierId: string
      /** A hint is read again at the carrier before anything moves. */
      isHint: boolean
      events: TrackingEvent[]
    }
  /** A pickup point opened or closed; a hint too. */
  | { outcome: 'point-changed'; id: string; code: string; state: CarrierPoint['state'] }
  | { outcome: 'ignored'; why: string }
  | { outcome: 'forged' }

/** The carrier could not be asked: nothing is known of what was wanted. */
export class CarrierError extends Error {
  override name = 'CarrierError'
  readonly carrier: CarrierId
  readonly operation: CarrierOperation
  /** `unavailable`: try again; `credentials`, `malformed`: a person must look. */
  readonly kind: 'unavailable' | 'credentials' | 'malformed'
  readonly retryAfterMs: number | undefined

  constructor(
    { carrier, operation, kind, retryAfterMs }: CarrierFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${carrier} ${operation}: ${message}`, options)
    this.carrier = carrier
    this.operation = operation
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }
}
export type CarrierFailure = Pick<CarrierError, 'carrier' | 'operation' | 'kind'> & {
  retryAfterMs?: number
}

/** Where a carrier is and who we are to it. */
export type CarrierAccount = {
  carrier: CarrierId
  baseUrl: string
  /** CDEK: account and secure password; DPD: client number and key; Uber: client id and secret. */
  clientId: string
  clientSecret: string
  /** Uber only. */
  customerId?: string
  webhookKey?: string
  /** What the carrier's adapter wants to know besides; it checks them: see `settings.ts` in its folder. */
  settings?: Record<string, unknown>
}
