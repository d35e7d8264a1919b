import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type {
  AttemptState,
  CarrierId,
  DeliveryPhase,
  GivenUpFor,
  HumanTaskKind,
  PickupPointKind,
  SlaKind,
  TrackingStatus,
} from '../../contracts/logistics.ts'
import type { CompensationReason } from '../../domain/logistics/compensation.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import type { Promised } from '../../domain/logistics/promise.ts'
import type { LeftOut, RankedCandidate } from '../../domain/logistics/rank.ts'
import type { ReplanReason } from '../../domain/logistics/replan.ts'
import type { FrozenTerms, OwnTerms } from '../../domain/logistics/sla.ts'
import type { Weights } from '../../domain/logistics/weights.ts'

type Id = string
type Instant = ColumnType<Date, Date | string | undefined, Date | string>
type NeededInstant = ColumnType<Date, Date | string, Date | string>
type OptionalInstant = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>
type Amount = ColumnType<string, string | number, string | number>
type OptionalAmount = ColumnType<
  string | null,
  string | number | null | undefined,
  string | number | null
>
type Count = ColumnType<string, string | number | undefined, string | number>
type OptionalJson<T> = ColumnType<T | null, string | null | undefined, string | null>

export type LogisticsTables = {
  /** A contract with a carrier: a seller's own, or the marketplace's (`sellerId` null). */
  carrierAccount: {
    id: string
    sellerId: Id | null
    carrier: CarrierId
    baseUrl: string
    clientId: string
    /** For clients/secret-box.ts; its owner is `carrier-account:<id>`. */
    sealedSecret: string
    customerId: string | null
    sealedWebhookKey: string | null
    settings: ColumnType<Record<string, unknown>, string | undefined, string>
    enabled: Generated<boolean>
    createdAt: Instant
    updatedAt: Instant
  }
  shipment: {
    id: string
    orderId: Id
    sellerId: Id
    shopId: Id
    warehouseId: Id
    phase: Generated<DeliveryPhase>
    /** Of the live attempt. */
    status: TrackingStatus | null
    reason: string | null
    rawCode: string | null
    statusAt: OptionalInstant
    cityId: string
    pointCarrier: CarrierId | null
    pointCode: string | null
    pointKind: PickupPointKind | null
    parcels: JSONColumnType<Parcel[]>
    declaredMinor: Amount
    currency: string
    readyAt: NeededInstant
    liveAttemptId: string | null
    carrier: CarrierId | null
    service: string | null
    trackingNumber: string | null
    promiseEarliest: OptionalInstant
    promiseLatest: OptionalInstant
    promise: OptionalJson<Promised>
    eta: OptionalInstant
    /** What the buyer is told instead of the promise, since when, and why. */
    expectedBy: OptionalInstant
    replannedAt: OptionalInstant
    replannedWhy: ReplanReason | null
    storedUntil: OptionalInstant
    sla: OptionalJson<FrozenTerms>
    slaVersion: number | null
    failovers: Generated<number>
    latePredictedAt: OptionalInstant
    lateAt: OptionalInstant
    /** Grows with each change that its workflow must hear of, and the last one that it has heard of. */
    version: Count
    toldVersion: Count
    traceParent: string | null
    createdAt: Instant
    updatedAt: Instant
    bookedAt: OptionalInstant
    handedOverAt: OptionalInstant
    endedAt: OptionalInstant
  }
  bookingAttempt: {
    id: string
    shipmentId: string
    sellerId: Id
    number: number
    carrier: CarrierId
    service: string
    mode: string
    accountId: string
    reference: string
    state: Generated<AttemptState>
    /** A `CarrierQuote`. */
    quote: ColumnType<unknown, string, string>
    priceMinor: Amount
    currency: string
    readyAt: NeededInstant
    pointCode: string | null
    pointKind: PickupPointKind | null
    /** The carrier's own id of it. */
    carrierRef: string | null
    trackingNumber: string | null
    reasonCode: string | null
    givenUpFor: GivenUpFor | null
    /** How often the carrier was asked to book it. */
    calls: Generated<number>
    /** When its carrier was asked last. */
    askedAt: Generated<Date>
    labelKey: string | null
    status: TrackingStatus | null
    statusAt: OptionalInstant
    eta: OptionalInstant
    storedUntil: OptionalInstant
    nextPollAt: OptionalInstant
    /** Polls in a row that found nothing new. */
    quietPolls: Generated<number>
    createdAt: Instant
    bookedAt: OptionalInstant
    settledAt: OptionalInstant
    /** When its outcome went into the record of its lane. */
    learnedAt: OptionalInstant
  }
  /** Why a carrier was chosen: the list as it was frozen, with what it was made of. */
  deliveryQuote: {
    id: GeneratedAlways<Id>
    shipmentId: string
    sellerId: Id
    round: number
    ranked: JSONColumnType<RankedCandidate[]>
    leftOut: JSONColumnType<LeftOut[]>
    inputs: ColumnType<unknown, string, never>
    weights: JSONColumnType<Weights>
    chooserVersion: string
    createdAt: Instant
  }
  humanTask: {
    id: GeneratedAlways<Id>
    shipmentId: string
    attemptId: string | null
    sellerId: Id
    kind: HumanTaskKind
    state: Generated<'open' | 'done'>
    /** Without personal data. */
    details: ColumnType<Record<string, unknown>, string | undefined, string>
    resolution: string | null
    closedBy: string | null
    createdAt: Instant
    closedAt: OptionalInstant
  }
  costEntry: {
    id: GeneratedAlways<Id>
    shipmentId: string
    attemptId: string
    sellerId: Id
    kind: 'delivery' | 'loser' | 'cancellation' | 'claim'
    expectedMinor: Amount
    actualMinor: OptionalAmount
    currency: string
    createdAt: Instant
    settledAt: OptionalInstant
  }
  /** What is due for a delivery: append-only, corrected by further entries. */
  compensation: {
    id: GeneratedAlways<Id>
    shipmentId: string
    attemptId: string
    sellerId: Id
    reason: CompensationReason
    /** 1 is what became due; those after it correct it. */
    number: number
    amountMinor: Amount
    currency: string
    daysLate: number | null
    createdAt: Instant
  }
  /** Append-only; what the carrier took back is marked. */
  trackingEvent: {
    id: GeneratedAlways<Id>
    shipmentId: string
    attemptId: string
    sellerId: Id
    key: string
    status: TrackingStatus
    reason: string | null
    rawCode: string
    isUnknownCode: Generated<boolean>
    place: string | null
    source: 'poll' | 'queue' | 'webhook'
    occurredAt: NeededInstant
    receivedAt: Instant
    revokedAt: OptionalInstant
  }
  slaAlert: {
    shipmentId: string
    kind: SlaKind
    stage: Generated<string>
    sellerId: Id
    dueAt: NeededInstant
    raisedAt: Instant
  }
  /** Decayed sums, see domain/logistics/reliability.ts. */
  laneStat: {
    carrier: CarrierId
    service: string
    mode: string
    fromCity: string
    toCity: string
    deliveries: Generated<number>
    onTime: Generated<number>
    delayHours: Generated<number>
    delayHoursSquared: Generated<number>
    bookings: Generated<number>
    refusals: Generated<number>
    asOf: NeededInstant
  }
  carrierWebhook: {
    id: GeneratedAlways<Id>
    accountId: string
    digest: string
    headers: JSONColumnType<Record<string, string>>
    /** Empty once it is handled. */
    body: Buffer
    receivedAt: Instant
    tries: Generated<number>
    handledAt: OptionalInstant
    outcome: string | null
  }
  slaPolicy: {
    id: GeneratedAlways<Id>
    sellerId: Id | null
    /** `cdek`, `cdek:136`, or empty for all. */
    tariff: Generated<string>
    version: number
    terms: JSONColumnType<OwnTerms>
    createdAt: Instant
  }
  choicePolicy: {
    id: GeneratedAlways<Id>
    sellerId: Id | null
    version: number
    weights: JSONColumnType<Weights>
    /** Only these; all when null. */
    carriers: CarrierId[] | null
    maxPriceMinor: OptionalAmount
    createdAt: Instant
  }
  warehouseDispatch: {
    warehouseId: Id
    sellerId: Id
    address: string
    postalCode: string | null
    lat: number | null
    lon: number | null
    contactName: string
    contactPhone: string
    /** `HH:MM` on the clock of the warehouse's city. */
    cutoff: Generated<string>
    workingDays: Generated<number[]>
    handlingMinutes: Generated<number>
  }
  carrierCalendar: {
    carrier: CarrierId
    /** Empty: all services. */
    service: Generated<string>
    cutoff: string
    pickupDays: number[]
    transitDays: number[]
    deliveryDays: number[]
  }
  calendarDay: { countryCode: string; day: ColumnType<Date, string, string>; isWorking: boolean }
}
