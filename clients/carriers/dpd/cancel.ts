import type { BookingKey, CancelAnswer } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { malformed } from '../unanswered.ts'
import { ABSENT, statusOf } from './book.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { moscowDay } from './dates.ts'
import { refusalOf } from './quote.ts'

/** Also of what is still `OrderPending`, which has no number but ours. */
export async function cancel(
  client: DpdClient,
  { reference, carrierId, readyAt }: BookingKey,
  deadline: Deadline,
): Promise<CancelAnswer> {
  const one = {
    orderNumberInternal: reference,
    ...(carrierId ? { orderNum: carrierId } : {}),
    pickupdate: moscowDay(readyAt),
  }
  const args = { orders: { auth: client.auth, cancel: [one] } }
  const answer = await client.call('order2', 'cancelOrder', args, { deadline }).catch(refusalOf)
  if (answer instanceof DpdFault) {
    if (ABSENT.has(answer.code)) return { outcome: 'already' }
    return needsHuman(answer.code, answer.message)
  }
  const { status, errorMessage = '' } = statusOf(answer, reference)
  switch (status) {
    case 'Canceled':
      return { outcome: 'cancelled' }
    case 'CanceledPreviously':
    case 'NotFound':
      return { outcome: 'already' }
    case 'CallDPD':
    case 'Error':
      return needsHuman(status, errorMessage)
    default:
      throw malformed('an unknown status of a cancellation')
  }
}

const needsHuman = (code: string, message: string): CancelAnswer => ({
  outcome: 'needs-human',
  reason: { code, message, kind: 'permanent' },
})
