import { z } from 'zod'
import type { TrackingStatus } from '../../../contracts/logistics.ts'
import type { Tracking, TrackingEvent } from '../carrier.ts'
import { amount, instant, maybe, several, text, word } from '../lenient.ts'

const waypoint = maybe(z.object({ status: maybe(word), status_timestamp: maybe(instant) }))

/** As every answer and every webhook tells it. */
export const delivery = z.object({
  id: word.refine((id) => /^(del|ret)_/.test(id)),
  status: word.transform((status) => status.toLowerCase()),
  external_id: maybe(word),
  /** We send our reference here too. */
  manifest: maybe(z.object({ reference: maybe(word) })),
  created: maybe(instant),
  updated: maybe(instant),
  fee: maybe(amount),
  currency: maybe(text),
  courier_imminent: maybe(z.boolean()),
  dropoff_eta: maybe(instant),
  undeliverable_reason: maybe(text),
  undeliverable_action: maybe(text),
  pickup: waypoint,
  dropoff: waypoint,
  return: waypoint,
  /** One or several, and `returned` in the description where the list of values has `return`. */
  related_deliveries: several(z.object({ id: word, relationship: word })),
})
export type UberDelivery = z.infer<typeof delivery>

const meanings = new Map<string, TrackingStatus>(
  Object.entries({
    pending: 'booked',
    pickup: 'courier-assigned',
    pickup_complete: 'in-transit',
    dropoff: 'out-for-delivery',
    delivered: 'delivered',
    canceled: 'cancelled',
    returned: 'returned',
  } as const),
)

/** Whether it was booked under a reference of ours. */
export const isUnder = (told: UberDelivery, reference: string): boolean =>
  told.external_id === reference || told.manifest?.reference === reference

/** Our own, under which it was booked. */
export const referenceOf = ({ external_id: id, manifest }: UberDelivery): string | undefined =>
  id ?? manifest?.reference

const isReturnTrip = ({ id }: Pick<UberDelivery, 'id'>) => id.startsWith('ret_')

/** The delivery that brings the goods back, where there is one. */
export const returnOf = ({ related_deliveries: related }: UberDelivery): string | undefined =>
  related.find(isReturnTrip)?.id

/** The delivery that was booked: of a return trip the one before it. */
export const originalOf = (told: UberDelivery): string =>
  (isReturnTrip(told) && told.related_deliveries.find(({ id }) => !isReturnTrip({ id }))?.id) ||
  told.id

/** What was returned has come back once its own trip, where it has one, has ended. */
function meaningOf(told: UberDelivery): TrackingStatus | undefined {
  const status = meanings.get(told.status)
  if (isReturnTrip(told)) return status === 'delivered' ? 'returned' : 'returning'
  return status === 'returned' && returnOf(told) ? 'returning' : status
}

export const isKnownStatus = (status: string) => meanings.has(status)

/** Uber keeps no log: what is known of the way here, and how it stands. Each status comes at most once. */
export function trackingOf(told: UberDelivery): Tracking {
  const { created, updated, pickup, dropoff_eta: eta, fee, currency } = told
  const now = eventOf(told, updated ?? created)
  const passed: [string, string | undefined][] = [
    ['pending', created],
    ['pickup_complete', pickup?.status === 'completed' ? pickup.status_timestamp : undefined],
  ]
  const before = passed.flatMap(([status, at]) =>
    // A way back tells the times of the way there as well.
    at !== undefined && at >= (created ?? '') && status !== told.status
      ? (eventOf({ ...told, status }, at) ?? [])
      : [],
  )
  return {
    events: [...before, ...(now ? [now] : [])],
    ...(eta ? { eta } : {}),
    ...(fee !== undefined && currency
      ? { finalPrice: { amount: Math.round(fee), currency: currency.toUpperCase() } }
      : {}),
  }
}

export function eventOf(told: UberDelivery, at: string | undefined): TrackingEvent | undefined {
  const { id, status, undeliverable_reason: undeliverable } = told
  const occurredAt = timeOf(told) ?? at
  if (occurredAt === undefined) return undefined
  const meaning = meaningOf(told)
  const isEnd = status === 'delivered' || status === 'returned' || status === 'canceled'
  const reason = isEnd ? undeliverable || told.undeliverable_action : undefined
  return {
    occurredAt,
    status: meaning ?? 'in-transit',
    ...(meaning ? {} : { isUnknownCode: true as const }),
    ...(reason ? { reason: slugOf(reason) } : {}),
    rawCode: status,
    key: `${id}:${status}`,
  }
}

/** When it was, where the waypoint tells; otherwise all that is known is the latest change. */
function timeOf(told: UberDelivery): string | undefined {
  if (told.status === 'delivered') return told.dropoff?.status_timestamp
  if (told.status === 'returned' && !returnOf(told)) return told.return?.status_timestamp
  return undefined
}

/** `CUSTOMER_UNAVAILABLE`, «Customer unavailable»: one word of ours. */
const slugOf = (reason: string) =>
  reason
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .slice(0, 60)
