import type { BookingKey, Tracking, TrackingEvent } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { malformed } from '../unanswered.ts'
import { minorOf } from '../units.ts'
import { readOrder, type CdekOrder, type CdekStatus } from './answers.ts'
import { orderOfBooking } from './book.ts'
import type { CdekClient } from './client.ts'
import type { CdekSettings } from './settings.ts'
import { meaningOfProblem, meaningOfStatus } from './statuses.ts'

/** With the log of the order that brings the goods back, where there is one. */
export async function track(
  client: CdekClient,
  { currency }: CdekSettings,
  booking: BookingKey,
  deadline: Deadline,
): Promise<Tracking> {
  const found = await orderOfBooking(client, booking, deadline)
  if (found === 'never-valid' || found === 'absent') return { events: [] }
  if (!found.entity) throw malformed('no order')
  const order = found.entity
  const back = found.related_entities.findLast(({ type }) => type === 'return_order')
  const events = [
    ...eventsOf(order),
    ...(back ? await eventsOfReturn(client, back.uuid, deadline) : []),
  ].sort((one, other) => one.occurredAt.localeCompare(other.occurredAt))
  return {
    events,
    ...(order.planned_delivery_date ? { eta: order.planned_delivery_date } : {}),
    ...(order.delivery_point ? { pointCode: order.delivery_point } : {}),
    ...(order.keep_free_until ? { storedUntil: order.keep_free_until } : {}),
    ...(order.delivery_detail
      ? { finalPrice: { amount: minorOf(order.delivery_detail.total_sum), currency } }
      : {}),
  }
}

async function eventsOfReturn(
  client: CdekClient,
  uuid: string,
  deadline: Deadline,
): Promise<TrackingEvent[]> {
  const path = `/v2/orders/${encodeURIComponent(uuid)}`
  const { json } = await client.ask({ method: 'GET', path }, deadline)
  const { entity } = readOrder(json)
  return entity ? eventsOf({ ...entity, is_return: true }) : []
}

export function eventsOf(order: CdekOrder): TrackingEvent[] {
  const isReturn = order.is_return === true || order.is_reverse === true
  return [
    ...order.statuses.map((status) => eventOfStatus(status, isReturn)),
    ...order.delivery_problem.map(({ code, create_date: at }) => eventOfProblem(code, at)),
  ]
}

export function eventOfStatus(status: CdekStatus, isReturn: boolean): TrackingEvent {
  const { code, date_time: occurredAt, reason_code: reasonCode } = status
  return {
    occurredAt,
    ...meaningOfStatus(code, reasonCode, isReturn),
    rawCode: reasonCode ? `${code}/${reasonCode}` : code,
    ...(status.city ? { place: status.city } : {}),
    key: `${isReturn ? 'return:' : ''}${code}@${occurredAt}`,
    ...(status.deleted ? { isRevoked: true as const } : {}),
  }
}

export const eventOfProblem = (code: string, occurredAt: string): TrackingEvent => ({
  occurredAt,
  ...meaningOfProblem(code),
  rawCode: `problem/${code}`,
  key: `problem:${code}@${occurredAt}`,
})
