import type { Booking, State } from '../booking.ts'
import { instant } from '../world.ts'
import type { Spot } from './address.ts'
import type { Way } from './quotes.ts'
import type { Windows } from './windows.ts'

export type Status =
  'pending' | 'pickup' | 'pickup_complete' | 'dropoff' | 'delivered' | 'canceled' | 'returned'
export type UndeliverableReason =
  | 'cannot_access_customer_location'
  | 'cannot_find_customer_address'
  | 'customer_rejected_order'
  | 'customer_unavailable'

export type RoboCourier = {
  mode?: 'auto' | 'custom'
  enroute_for_pickup_at?: string
  pickup_imminent_at?: string
  pickup_at?: string
  dropoff_imminent_at?: string
  dropoff_at?: string
  cancel_reason?: UndeliverableReason
}
export type DeliveryRequest = Way & {
  pickup_name?: string
  pickup_phone_number?: string
  pickup_business_name?: string
  pickup_notes?: string
  dropoff_name?: string
  dropoff_phone_number?: string
  dropoff_business_name?: string
  dropoff_notes?: string
  dropoff_seller_notes?: string
  manifest_items?: { name?: string; quantity?: number; price?: number; [more: string]: unknown }[]
  manifest_reference?: string
  quote_id?: string
  external_id?: string
  idempotency_key?: string
  deliverable_action?: string
  undeliverable_action?: 'leave_at_door' | 'return' | 'discard'
  tip?: number
  test_specifications?: { robo_courier_specification?: RoboCourier }
}

export type Delivery = {
  id: string
  uuid: string
  customer: string
  request: DeliveryRequest
  pickup: Spot
  dropoff: Spot
  windows: Windows
  minutes: number
  fee: number
  tip: number
  quoteId?: string
  status: Status
  isImminent: boolean
  hasCourier: boolean
  createdAt: number
  updatedAt: number
  pickedUpAt?: number
  droppedAt?: number
  canceledAt?: number
  revivedAt?: number
  lateMs?: number
  needsHuman?: true
  neverFound?: true
  undeliverableAction: '' | 'returned' | 'left_at_door'
  undeliverableReason?: UndeliverableReason
  related: { id: string; relationship: 'original' | 'return' }[]
  isReturnTrip?: true
}

export const ENDS: readonly Status[] = ['delivered', 'canceled', 'returned']

const MINUTE_MS = 60_000

/** Somewhere between the two ends, as far as it has come. */
export function courierSpot({ pickup, dropoff, status, isImminent }: Delivery, now: number) {
  const share =
    status === 'delivered' || (status === 'dropoff' && isImminent)
      ? 0.98
      : status === 'dropoff' || status === 'pickup_complete'
        ? 0.3 + (now % 60_000) / 200_000
        : 0
  return {
    lat: round(pickup.lat + (dropoff.lat - pickup.lat) * share),
    lng: round(pickup.lon + (dropoff.lon - pickup.lon) * share),
  }
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6

/** As `GET /deliveries/{id}` gives it; money in minor units. */
export function deliveryToJson(delivery: Delivery, now: number) {
  const { request, windows, status } = delivery
  const items = request.manifest_items ?? []
  const value = request.manifest_total_value ?? items.reduce((sum, { price = 0 }) => sum + price, 0)
  return {
    ...{ id: delivery.id, quote_id: delivery.quoteId ?? '', uuid: delivery.uuid, status },
    ...{ complete: ENDS.includes(status), kind: 'delivery', live_mode: false },
    ...{ fee: delivery.fee, currency: 'rub', tip: delivery.tip },
    tracking_url: `https://uber.example/orders/${delivery.id}`,
    courier: delivery.hasCourier ? courierJson(delivery, now) : null,
    courier_imminent: delivery.isImminent,
    pickup: waypoint(delivery, 'pickup'),
    dropoff: waypoint(delivery, 'dropoff'),
    ...(delivery.related.some(({ relationship }) => relationship === 'return')
      ? { return: waypoint(delivery, 'pickup') }
      : {}),
    pickup_ready: instant(windows.pickupReady),
    pickup_deadline: instant(windows.pickupDeadline),
    pickup_eta: instant(windows.pickupReady + (delivery.minutes / 3) * MINUTE_MS),
    dropoff_ready: instant(windows.dropoffReady),
    dropoff_deadline: instant(windows.dropoffDeadline),
    dropoff_eta: instant(windows.pickupReady + delivery.minutes * MINUTE_MS),
    ...(request.external_id ? { external_id: request.external_id } : {}),
    ...(request.deliverable_action ? { deliverable_action: request.deliverable_action } : {}),
    manifest: {
      ...(request.manifest_reference ? { reference: request.manifest_reference } : {}),
      ...{ description: items.map(({ name }) => name ?? '').join(', '), total_value: value },
    },
    manifest_items: items,
    related_deliveries: delivery.related,
    undeliverable_action: delivery.undeliverableAction,
    undeliverable_reason: delivery.undeliverableReason ?? '',
    ...{ created: instant(delivery.createdAt), updated: instant(delivery.updatedAt), batch_id: '' },
  }
}

const courierJson = (delivery: Delivery, now: number) => ({
  ...{ name: 'Robo', rating: 4.9, vehicle_type: 'car', phone_number: '+78005553535' },
  ...{ location: courierSpot(delivery, now), img_href: 'https://uber.example/robo.png' },
})

function waypoint(delivery: Delivery, end: 'pickup' | 'dropoff') {
  const { request } = delivery
  const { text, detailed, lat, lon } = delivery[end]
  const at = end === 'pickup' ? delivery.pickedUpAt : delivery.droppedAt
  const status = end === 'dropoff' && delivery.undeliverableReason ? 'failed' : 'completed'
  const notes = end === 'pickup' ? request.pickup_notes : request.dropoff_notes
  return {
    name: (end === 'pickup' ? request.pickup_name : request.dropoff_name) ?? '',
    phone_number:
      (end === 'pickup' ? request.pickup_phone_number : request.dropoff_phone_number) ?? '',
    ...{
      address: text,
      detailed_address: detailed,
      location: { lat: round(lat), lng: round(lon) },
    },
    ...(notes ? { notes } : {}),
    ...(at === undefined ? {} : { status, status_timestamp: instant(at) }),
    ...(request.external_store_id && end === 'pickup'
      ? { external_store_id: request.external_store_id }
      : {}),
  }
}

function stateOf({ status, hasCourier, isReturnTrip, undeliverableReason }: Delivery): State {
  if (isReturnTrip) return status === 'delivered' ? 'returned' : 'returning'
  switch (status) {
    case 'pending':
      return hasCourier ? 'courier-assigned' : 'booked'
    case 'pickup':
      return 'courier-assigned'
    case 'pickup_complete':
      return 'in-transit'
    case 'dropoff':
      return undeliverableReason ? 'returning' : 'out-for-delivery'
    case 'delivered':
      return 'delivered'
    case 'canceled':
      return 'cancelled'
    case 'returned':
      return 'returned'
  }
}

export function toBooking(delivery: Delivery): Booking {
  const state = stateOf(delivery)
  const {
    idempotency_key: key,
    external_id: externalId,
    manifest_reference: manifest,
  } = delivery.request
  const when = (name: string, at?: number) => (at === undefined ? {} : { [name]: instant(at) })
  return {
    carrier: 'uber',
    id: delivery.id,
    reference: key ?? externalId ?? manifest ?? '',
    state,
    rawState: delivery.status,
    isLive: state !== 'cancelled',
    createdAt: instant(delivery.createdAt),
    ...when('bookedAt', delivery.createdAt),
    ...(state === 'cancelled' ? when('cancelledAt', delivery.canceledAt) : {}),
    ...when('revivedAt', delivery.revivedAt),
    trackingNumber: delivery.id,
    service: 'courier',
    price: { amount: delivery.fee + delivery.tip, currency: 'RUB' },
  }
}
