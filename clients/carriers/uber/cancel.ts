import type { BookingKey, CancelAnswer } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { parse } from '../lenient.ts'
import { beforehand, malformed } from '../unanswered.ts'
import { deliveryOf } from './book.ts'
import { reasonOf, type UberClient } from './client.ts'
import { delivery } from './delivery.ts'

export async function cancel(
  client: UberClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<CancelAnswer> {
  const found = booking.carrierId ?? (await beforehand(deliveryOf(client, booking, deadline)))
  if (found === 'absent') return { outcome: 'already' }
  const carrierId = typeof found === 'string' ? found : found.id
  const path = `/deliveries/${encodeURIComponent(carrierId)}/cancel`
  const told = await client.ask({ method: 'POST', path }, deadline)
  if (!told.problem) {
    const { id, status } = parse(delivery, told.json)
    if (id !== carrierId) throw malformed('another delivery than was cancelled')
    return { outcome: status === 'canceled' ? 'cancelled' : 'pending' }
  }
  switch (told.problem.meaning) {
    case 'absent':
      return { outcome: 'already' }
    case 'too-late': {
      const standing = await deliveryOf(client, { ...booking, carrierId }, deadline)
      if (standing === 'absent' || standing.status === 'canceled') return { outcome: 'already' }
      // Nobody has it yet, and still: Uber's support can.
      if (standing.status === 'pending' || standing.status === 'pickup')
        return { outcome: 'needs-human', reason: reasonOf(told.problem) }
      // What is on its way comes back only when the courier cannot hand it over.
      return { outcome: 'too-late', returnable: false, reason: reasonOf(told.problem) }
    }
    default:
      return { outcome: 'needs-human', reason: reasonOf(told.problem) }
  }
}
