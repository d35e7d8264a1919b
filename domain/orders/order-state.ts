import type { OrderState } from '../../contracts/orders.ts'

/** From each state of an order, the states that may follow it. */
const FOLLOWERS = {
  new: ['confirmed', 'cancelled'],
  confirmed: ['assembling', 'cancelled'],
  assembling: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
} as const satisfies Record<OrderState, readonly OrderState[]>

export type FinalOrderState = {
  [State in OrderState]: (typeof FOLLOWERS)[State] extends readonly [] ? State : never
}[OrderState]

export const ORDER_STATES = Object.keys(FOLLOWERS) as OrderState[]

export const nextOrderStates = (state: OrderState): readonly OrderState[] => FOLLOWERS[state]

export const isFinal = (state: OrderState): state is FinalOrderState =>
  FOLLOWERS[state].length === 0

/** True when an order in the state `from` may come to stand in `to`, in however many steps. */
export const leadsTo = (from: OrderState, to: OrderState): boolean =>
  nextOrderStates(from).some((next) => next === to || leadsTo(next, to))

/** What becomes of the units that are reserved for an order when it comes to stand in a state. */
export function fateOfReservation(state: OrderState): 'held' | 'shipped' | 'released' {
  switch (state) {
    case 'new':
    case 'confirmed':
    case 'assembling':
      return 'held'
    case 'shipped':
    case 'delivered':
      return 'shipped'
    case 'cancelled':
      return 'released'
  }
}

/** Who or what ended an order before it was shipped. */
export const CANCEL_REASONS = [
  'buyer-changed-mind',
  'out-of-stock',
  'unconfirmed',
  'other',
] as const
export type CancelReason = (typeof CANCEL_REASONS)[number]
