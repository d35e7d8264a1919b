import type { BookAnswer, BookingKey, BookRequest, CarrierReason } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { parse } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { orderStatuses, type DpdOrderStatus } from './answers.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { moscowDay } from './dates.ts'
import { orderOf } from './order.ts'
import { refusalOf } from './quote.ts'
import type { DpdSettings } from './settings.ts'

/** Makes the order at once, or says that a person at DPD will (`OrderPending`). */
export async function book(
  client: DpdClient,
  settings: DpdSettings,
  request: BookRequest,
  deadline: Deadline,
): Promise<BookAnswer> {
  if (request.quote.mode.endsWith('point') !== (request.pointCode !== undefined))
    return rejected('point-missing')
  const args = { orders: { auth: client.auth, ...orderOf(request, settings) } }
  const answer = await client.call('order2', 'createOrder2', args, { deadline }).catch(refusalOf)
  if (answer instanceof DpdFault) return rejected(answer.code, answer.message)
  return standingOf(statusOf(answer, request.reference))
}

export async function confirm(
  client: DpdClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer> {
  const answer = await find(client, booking, deadline)
  if (answer.outcome !== 'absent') return answer
  return { outcome: 'unknown', reason: { code: 'absent', message: '', kind: 'capacity' } }
}

/** By our number and the day of the pickup; DPD knows no other way. */
export async function find(
  client: DpdClient,
  { reference, readyAt }: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer | { outcome: 'absent' }> {
  const order = [{ orderNumberInternal: reference, datePickup: moscowDay(readyAt) }]
  const args = { orderStatus: { auth: client.auth, order } }
  const answer = await client.call('order2', 'getOrderStatus', args, { deadline }).catch(refusalOf)
  if (answer instanceof DpdFault) {
    if (ABSENT.has(answer.code)) return { outcome: 'absent' }
    throw malformed(answer.code)
  }
  const status = statusOf(answer, reference)
  return ABSENT.has(status.status) ? { outcome: 'absent' } : standingOf(status)
}

export const ABSENT = new Set(['NotFound', 'no-data-found'])

/** The answer about our number, of which there is exactly one. @throws {Unanswered} */
export function statusOf(answer: unknown, reference: string): DpdOrderStatus {
  const found = parse(orderStatuses, answer).return.filter(
    ({ orderNumberInternal }) => orderNumberInternal === reference,
  )
  if (found.length !== 1) throw malformed(`${found.length} answers about our number`)
  return found[0]!
}

const isOrderNumber = (value: string | null | undefined): value is string =>
  typeof value === 'string' && /^[\dA-Z]{6,20}$/i.test(value)

/** @throws {Unanswered} where it is neither a status of DPD's nor an order */
function standingOf({ status, orderNum, errorMessage }: DpdOrderStatus): BookAnswer {
  const carrierId = isOrderNumber(orderNum) ? { carrierId: orderNum } : {}
  switch (status) {
    case 'OK':
      if (!isOrderNumber(orderNum)) throw malformed('OK without a number')
      return { outcome: 'booked', carrierId: orderNum, trackingNumber: orderNum, warnings: [] }
    case 'OrderPending':
      return { outcome: 'pending', ...carrierId }
    case 'OrderDuplicate':
      return { outcome: 'duplicate', ...carrierId }
    case 'OrderError':
    case 'OrderCancelled':
      return rejected(status, errorMessage)
    default:
      throw malformed('an unknown status of an order')
  }
}

function rejected(code: string, message?: string): BookAnswer {
  const reason: CarrierReason = { code, message: message ?? '', kind: 'permanent' }
  return { outcome: 'rejected', reason }
}
