import type { BookingKey, Tracking } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { parse } from '../lenient.ts'
import { deliveryOf } from './book.ts'
import type { UberClient } from './client.ts'
import { delivery, returnOf, trackingOf } from './delivery.ts'

/** With the way back, where it is on it. */
export async function track(
  client: UberClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<Tracking> {
  const found = await deliveryOf(client, booking, deadline)
  if (found === 'absent') return { events: [] }
  const tracking = trackingOf(found)
  const back = returnOf(found)
  if (!back) return tracking
  const path = `/deliveries/${encodeURIComponent(back)}`
  const told = await client.ask({ method: 'GET', path }, deadline)
  if (told.problem) return tracking
  const events = [...tracking.events, ...trackingOf(parse(delivery, told.json)).events]
  return {
    ...tracking,
    events: events.sort((one, other) => one.occurredAt.localeCompare(other.occurredAt)),
  }
}
