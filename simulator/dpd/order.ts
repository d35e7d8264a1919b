import type { Booking, State } from '../booking.ts'
import { instant } from '../world.ts'

export type Address = {
  name?: string
  terminalCode?: string
  index?: string
  city?: string
  [more: string]: unknown
}
export type OrderRequest = {
  orderNumberInternal: string
  serviceCode: string
  serviceVariant: string
  cargoNumPack: number
  cargoWeight: number
  cargoVolume?: number
  cargoValue?: number
  cargoCategory?: string
  receiverAddress: Address
  parcel: { number: string; weight?: number; length?: number; width?: number; height?: number }[]
}
export type Header = { datePickup: string; senderAddress: Address; pickupTimePeriod?: string }

export type ParcelState = { code: string; at: number; incident?: string; isReturn?: true }
export type Order = {
  /** Given at once, and told when the order is accepted. */
  orderNum: string
  client: number
  header: Header
  request: OrderRequest
  createdAt: number
  status: 'OK' | 'OrderPending' | 'OrderError' | 'OrderCancelled'
  message?: string
  parcels: string[]
  /** All parcels of an order travel together here. */
  states: ParcelState[]
  plannedAt?: number
  /** Kopecks. */
  price: number
  bookedAt?: number
  cancelledAt?: number
  revivedAt?: number
  lateMs?: number
  needsHuman?: true
}

/** What somebody at DPD has to say who works on a pending order [R]. */
export const PENDING_MESSAGE =
  'Заказ создан в системе DPD, но требует уточнения.\nОбработка займёт некоторое время.\nНе повторяйте оформление данного заказа.'

const states: Record<string, State> = {
  NewOrderByClient: 'booked',
  NewOrderByDPD: 'booked',
  NotDone: 'cancelled',
  OnTerminalPickup: 'accepted',
  OnRoad: 'in-transit',
  OnTerminal: 'in-transit',
  OnTerminalDelivery: 'at-destination',
  Delivering: 'out-for-delivery',
  Delivered: 'delivered',
  ReturnedFromDelivery: 'attempt-failed',
  Problem: 'exception',
  Lost: 'lost',
}
export const isKnownCode = (code: string) => code in states

/** ДТ and ТТ: to a terminal, a parcel shop or a locker. */
export const goesToPoint = ({ request }: Order) => request.serviceVariant.endsWith('Т')

export function journeyOf(order: Order): readonly string[] {
  const road = ['OnTerminalPickup', 'OnRoad', 'OnTerminal', 'OnTerminalDelivery']
  return goesToPoint(order) ? [...road, 'Delivered'] : [...road, 'Delivering', 'Delivered']
}

export function codeFor(state: string): string | undefined {
  return {
    booked: 'NewOrderByClient',
    cancelled: 'NotDone',
    accepted: 'OnTerminalPickup',
    'in-transit': 'OnRoad',
    'at-destination': 'OnTerminalDelivery',
    'ready-for-pickup': 'OnTerminalDelivery',
    'out-for-delivery': 'Delivering',
    'attempt-failed': 'ReturnedFromDelivery',
    exception: 'Problem',
    delivered: 'Delivered',
    lost: 'Lost',
    returning: 'NewOrderByDPD',
    returned: 'Delivered',
  }[state]
}

export function stateOf(order: Order): State {
  if (order.status === 'OrderPending') return 'booking-pending'
  if (order.status === 'OrderError') return 'rejected'
  if (order.status === 'OrderCancelled') return 'cancelled'
  const last = order.states.at(-1)
  if (!last) return 'booked'
  if (last.isReturn) return last.code === 'Delivered' ? 'returned' : 'returning'
  if (last.code === 'OnTerminalDelivery' && goesToPoint(order)) return 'ready-for-pickup'
  return states[last.code] ?? 'in-transit'
}

export function toBooking(order: Order): Booking {
  const state = stateOf(order)
  const when = (name: string, at?: number) => (at === undefined ? {} : { [name]: instant(at) })
  const { serviceCode, receiverAddress, orderNumberInternal } = order.request
  return {
    carrier: 'dpd',
    id: order.orderNum,
    reference: orderNumberInternal,
    state,
    rawState: order.status === 'OK' ? (order.states.at(-1)?.code ?? 'OK') : order.status,
    isLive: state !== 'cancelled' && state !== 'rejected',
    createdAt: instant(order.createdAt),
    ...when('bookedAt', order.bookedAt),
    ...(state === 'cancelled' ? when('cancelledAt', order.cancelledAt) : {}),
    ...when('revivedAt', order.revivedAt),
    ...(order.status === 'OK' ? { trackingNumber: order.orderNum } : {}),
    service: serviceCode,
    ...(receiverAddress.terminalCode ? { pointCode: receiverAddress.terminalCode } : {}),
    price: { amount: order.price, currency: 'RUB' },
  }
}
