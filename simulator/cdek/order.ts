import type { Booking, State } from '../booking.ts'
import { instant } from '../world.ts'
import type { CdekError } from './errors.ts'
import type { Location, Package } from './calculate.ts'
import { STATUSES } from './statuses.ts'
import { tariffByCode, type End } from './tariffs.ts'

export type Item = { name: string; ware_key: string; payment: { value: number }; cost: number }
export type OrderRequest = {
  type?: number
  number?: string
  tariff_code: number
  comment?: string
  shipment_point?: string
  delivery_point?: string
  from_location?: Location
  to_location?: Location
  recipient: { name: string; phones?: unknown[]; email?: string }
  sender?: { name?: string; company?: string }
  packages: (Package & {
    number: string
    comment?: string
    items?: (Item & { weight: number; amount: number })[]
  })[]
  services?: unknown[]
  print?: string
  [more: string]: unknown
}

export type OrderTask = {
  uuid: string
  type: 'CREATE' | 'DELETE' | 'UPDATE' | 'REFUSAL'
  at: number
  state: 'ACCEPTED' | 'SUCCESSFUL' | 'INVALID'
  errors?: CdekError[]
  warnings?: CdekError[]
}
export type OrderStatus = {
  code: string
  at: number
  city: string
  reason?: string
  deleted?: true
}
export type RelatedEntity = { uuid: string; type: string; url?: string; cdek_number?: string }

export type Order = {
  uuid: string
  account: string
  request: OrderRequest
  createdAt: number
  tasks: OrderTask[]
  statuses: OrderStatus[]
  related: RelatedEntity[]
  problems: { code: string; at: number }[]
  cdekNumber?: string
  /** Where it really goes, if not where it was asked to. */
  deliveryPoint?: string
  plannedAt?: number
  delayedAt?: number[]
  keepFreeUntil?: number
  /** Kopecks. */
  price: number
  bookedAt?: number
  cancelledAt?: number
  revivedAt?: number
  /** So long after it was cancelled it lives again. */
  lateMs?: number
  /** The other direction of another order. */
  isReturn?: true
}

/** The newest that has not been taken back. */
export function currentStatus({ statuses }: Order): OrderStatus {
  return statuses.filter(({ deleted }) => !deleted).reduce((a, b) => (b.at >= a.at ? b : a))
}

export const lastTask = ({ tasks }: Order, type: OrderTask['type']) =>
  tasks.findLast((task) => task.type === type)

export const isSettled = (order: Order) => lastTask(order, 'CREATE')?.state !== 'ACCEPTED'
export const isInvalid = (order: Order) => lastTask(order, 'CREATE')?.state === 'INVALID'

export const destinationOf = ({ request }: Order): End =>
  tariffByCode(request.tariff_code)?.to ?? 'door'

export function stateOf(order: Order): State {
  const { code, reason } = currentStatus(order)
  if (order.related.some(({ type }) => type === 'return_order') && code === 'NOT_DELIVERED')
    return 'returned'
  if (code === 'NOT_DELIVERED' && (reason === '26' || reason === '27')) return 'lost'
  return STATUSES[code]?.state ?? 'in-transit'
}

export function toBooking(order: Order): Booking {
  const state = stateOf(order)
  const when = (name: string, at?: number) => (at === undefined ? {} : { [name]: instant(at) })
  const point = order.deliveryPoint ?? order.request.delivery_point
  return {
    carrier: 'cdek',
    id: order.uuid,
    reference: order.request.number ?? '',
    state,
    rawState: currentStatus(order).code,
    isLive: state !== 'cancelled' && state !== 'rejected',
    createdAt: instant(order.createdAt),
    ...when('bookedAt', order.bookedAt),
    ...(state === 'rejected' ? when('rejectedAt', currentStatus(order).at) : {}),
    ...(state === 'cancelled' ? when('cancelledAt', order.cancelledAt) : {}),
    ...when('revivedAt', order.revivedAt),
    ...(order.cdekNumber ? { trackingNumber: order.cdekNumber } : {}),
    service: String(order.request.tariff_code),
    ...(point ? { pointCode: point } : {}),
    price: { amount: order.price, currency: 'RUB' },
  }
}
