import type { BookAnswer, BookingKey, BookRequest, CarrierReason } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { malformed } from '../unanswered.ts'
import {
  currentStatus,
  isRemoved,
  newest,
  readOrder,
  readRegistration,
  reasonsOf,
  type CdekOrderInfo,
  type CdekProblem,
} from './answers.ts'
import type { CdekClient } from './client.ts'
import { meaningOfError } from './errors.ts'
import { packagesOf } from './packages.ts'
import { locationOf, lockerRefusal, throwOnCdekTrouble } from './quote.ts'
import type { CdekSettings } from './settings.ts'

type Refused = Extract<BookAnswer, { outcome: 'rejected' }>

/** Takes the order in (202); whether it exists is told later, see {@link confirm}. */
export async function book(
  client: CdekClient,
  settings: CdekSettings,
  request: BookRequest,
  deadline: Deadline,
): Promise<BookAnswer> {
  const refusal = refusalBefore(request, settings)
  if (refusal) return { outcome: 'rejected', reason: refusal }
  const { status, json } = await client.ask(
    { method: 'POST', path: '/v2/orders', body: orderOf(request, settings) },
    deadline,
  )
  const answer = readRegistration(json)
  const [problem] = reasonsOf(status, answer)
  if (problem) return refusedBy(problem, newest(answer.requests, 'CREATE')?.state === 'INVALID')
  const carrierId = answer.entity?.uuid
  if (!carrierId || newest(answer.requests, 'CREATE') === undefined)
    throw malformed('taken in, but not under which number')
  return { outcome: 'pending', carrierId }
}

/** How the order stands that {@link book} has handed in, or that was handed in under our number. */
export async function confirm(
  client: CdekClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer> {
  const answer = await find(client, booking, deadline)
  if (answer.outcome !== 'absent') return answer
  // It may not be there yet, and says nothing of never having been taken in.
  const reason = { code: 'absent', message: 'No such order', kind: 'capacity' as const }
  return { outcome: 'unknown', reason }
}

export async function find(
  client: CdekClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer | { outcome: 'absent' }> {
  const found = await orderOfBooking(client, booking, deadline)
  return found === 'absent' || found === 'never-valid' ? absence(found) : standingOf(found)
}

const absence = (found: 'absent' | 'never-valid'): Refused | { outcome: 'absent' } =>
  found === 'absent'
    ? { outcome: 'absent' }
    : {
        outcome: 'rejected',
        reason: { code: 'v2_entity_invalid', message: 'It was never valid', kind: 'permanent' },
      }

/**
 * By CDEK's number, or by ours where that is not known. A number that was used twice is of the first order: the second
 * is INVALID, and points back by our number.
 * @throws {Unanswered}
 */
export async function orderOfBooking(
  client: CdekClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<CdekOrderInfo | 'absent' | 'never-valid'> {
  const found = await orderAsked(client, booking, deadline)
  if (!booking.carrierId || typeof found === 'string' || !isSecond(found)) return found
  const { reference, readyAt } = booking
  const first = await orderAsked(client, { reference, readyAt }, deadline)
  return typeof first === 'string' ? found : first
}

/** It was refused because there is one under our number already. */
export const isSecond = ({ requests }: CdekOrderInfo) =>
  newest(requests, 'CREATE')?.errors.some(({ code }) => meaningOfError(code) === 'duplicate') ??
  false

async function orderAsked(
  client: CdekClient,
  { carrierId, reference }: BookingKey,
  deadline: Deadline,
): Promise<CdekOrderInfo | 'absent' | 'never-valid'> {
  const { status, json } = await client.ask(
    carrierId
      ? { method: 'GET', path: `/v2/orders/${encodeURIComponent(carrierId)}` }
      : { method: 'GET', path: '/v2/orders', query: { im_number: reference } },
    deadline,
  )
  const info = readOrder(json)
  if (status === 200 && info.entity) {
    const isOurs = carrierId
      ? info.entity.uuid === carrierId && (info.entity.number ?? reference) === reference
      : info.entity.number === reference
    if (!isOurs) throw malformed('another order than was asked for')
    return info
  }
  const [problem] = reasonsOf(status, info)
  if (!problem) throw malformed('no order and no error')
  throwOnCdekTrouble(problem)
  const meaning = meaningOfError(problem.code)
  if (meaning === 'absent' || meaning === 'never-valid') return meaning
  throw malformed(problem.code)
}

/** An order exists when its creation has been successful, it has a number, and a status says so. */
export function standingOf(order: CdekOrderInfo): BookAnswer {
  const { entity, requests } = order
  const creation = newest(requests, 'CREATE')
  const statuses = entity?.statuses ?? []
  if (creation?.state === 'INVALID')
    return refusedBy(creation.errors[0] ?? { code: 'invalid', message: undefined }, true)
  if (currentStatus(statuses)?.code === 'INVALID')
    return refusedBy({ code: 'invalid', message: undefined }, true)
  if (isRemoved(order)) return refusedBy({ code: 'removed', message: undefined }, true)
  const number = entity?.cdek_number
  const isCreated = statuses.some(({ code, deleted }) => code === 'CREATED' && !deleted)
  if (!entity || !number || creation?.state !== 'SUCCESSFUL' || !isCreated)
    return { outcome: 'pending', ...(entity ? { carrierId: entity.uuid } : {}) }
  return {
    outcome: 'booked',
    carrierId: entity.uuid,
    trackingNumber: number,
    warnings: creation.warnings.map((warning) => reasonOf(warning)),
    ...(isMoved(creation.warnings) &&
      entity.delivery_point !== undefined && { pointCode: entity.delivery_point }),
  }
}

/** It goes to another office than was asked for: that one is closed, or takes no such parcels. */
const isMoved = (warnings: readonly CdekProblem[]) =>
  warnings.some(({ code }) => code.toLowerCase() === 'v2_delivery_point_changed')

/** `isFinal`: the order itself failed by it, so that even trouble of CDEK's own leaves nothing behind. */
function refusedBy(problem: CdekProblem, isFinal: boolean): BookAnswer {
  const meaning = meaningOfError(problem.code)
  if (meaning === 'duplicate') return { outcome: 'duplicate' }
  if (meaning === 'in-progress') return { outcome: 'pending' }
  if (!isFinal) throwOnCdekTrouble(problem)
  const kind = meaning === 'internal' ? 'capacity' : 'permanent'
  return { outcome: 'rejected', reason: reasonOf(problem, kind) }
}

export const reasonOf = (
  { code, message }: CdekProblem,
  kind: CarrierReason['kind'] = 'permanent',
): CarrierReason => ({ code, message: message ?? '', kind })

/** What CDEK would find only after it has taken the order in. */
function refusalBefore(
  { reference, to, from, quote, pointCode, pointKind, parcels, items }: BookRequest,
  { shipmentPoint }: CdekSettings,
): CarrierReason | undefined {
  const refused = (code: string): CarrierReason => ({ code, message: code, kind: 'permanent' })
  if (!/^[\x21-\x7e]{1,40}$/.test(reference)) return refused('reference-not-ascii')
  if (quote.mode.endsWith('point') && !pointCode) return refused('point-missing')
  if (quote.mode.endsWith('door') && !to.address) return refused('address-missing')
  if (quote.mode.startsWith('point') && !shipmentPoint) return refused('shipment-point-missing')
  if (quote.mode.startsWith('door') && !from.address) return refused('sender-address-missing')
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0)
  if (units < parcels.length) return refused('more-parcels-than-goods')
  return pointKind === 'locker' ? lockerRefusal(parcels) : undefined
}

/** Exactly one sender's end and one receiver's end; a locker goes where a ПВЗ goes. */
const orderOf = (request: BookRequest, settings: CdekSettings) => ({
  type: 1,
  number: request.reference,
  tariff_code: Number(request.quote.service),
  ...(request.quote.mode.startsWith('point')
    ? { shipment_point: settings.shipmentPoint }
    : { from_location: locationOf(request.from) }),
  ...(request.quote.mode.endsWith('point')
    ? { delivery_point: request.pointCode }
    : { to_location: locationOf(request.to) }),
  sender: contactOf(request.from.contact),
  recipient: contactOf(request.to.contact),
  packages: packagesOf(request),
})

const contactOf = ({ name, phone, email }: BookRequest['to']['contact']) => ({
  name,
  phones: [{ number: phone }],
  ...(email ? { email } : {}),
})
