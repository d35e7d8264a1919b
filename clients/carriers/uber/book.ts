import { z } from 'zod'
import type { BookAnswer, BookingKey, BookRequest, CarrierReason } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { parse } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { reasonOf, type UberClient } from './client.ts'
import { delivery, isKnownStatus, isUnder, referenceOf, type UberDelivery } from './delivery.ts'
import { addressOf, coordinatesOf, phoneOf, windowOf } from './place.ts'
import type { UberSettings } from './settings.ts'

/**
 * Makes the delivery at once; whether a courier will be found, nobody says. Sent again with the same reference within an
 * hour, the delivery of the first time is told.
 */
export async function book(
  client: UberClient,
  { roboCourier }: UberSettings,
  request: BookRequest,
  deadline: Deadline,
): Promise<BookAnswer> {
  const { reference, quote, from, to } = request
  if (quote.expiresAt !== undefined && Date.parse(quote.expiresAt) <= Date.now())
    return rejected('expired_quote', 'quote-expired')
  if (quote.mode !== 'door-door' || !from.address || !to.address)
    return rejected('unknown_location')
  const [pickupPhone, dropoffPhone] = [phoneOf(from.contact.phone), phoneOf(to.contact.phone)]
  if (!pickupPhone || !dropoffPhone) return rejected('phone-number')

  const told = await client.ask(
    {
      method: 'POST',
      path: '/deliveries',
      body: {
        ...(quote.quoteId ? { quote_id: quote.quoteId } : {}),
        ...{ external_id: reference, idempotency_key: reference, manifest_reference: reference },
        pickup_name: from.contact.name,
        pickup_address: addressOf(from),
        pickup_phone_number: pickupPhone,
        ...coordinatesOf('pickup', from),
        dropoff_name: to.contact.name,
        dropoff_address: addressOf(to),
        dropoff_phone_number: dropoffPhone,
        ...coordinatesOf('dropoff', to),
        ...windowOf(request.readyAt, Date.now()),
        manifest_items: request.items.map((item) => ({
          name: item.name,
          quantity: item.quantity,
          size: sizeOf(request.parcels),
          price: item.price.amount,
          weight: Math.max(1, Math.ceil(item.weightG)),
        })),
        manifest_total_value: request.declaredValue.amount,
        undeliverable_action: 'return',
        ...(roboCourier
          ? { test_specifications: { robo_courier_specification: roboCourier } }
          : {}),
      },
    },
    deadline,
  )
  if (told.problem) {
    const { meaning, deliveryId } = told.problem
    if (isDelivery(deliveryId)) return { outcome: 'duplicate', carrierId: deliveryId }
    if (meaning === 'duplicate') return { outcome: 'duplicate' }
    return { outcome: 'rejected', reason: reasonOf(told.problem) }
  }
  return standingOf(ours(parse(delivery, told.json), reference))
}

/** By Uber's id, or where it is not known among all deliveries: there is no question by our own. */
export async function find(
  client: UberClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer | { outcome: 'absent' }> {
  const found = await deliveryOf(client, booking, deadline)
  return typeof found === 'string' ? { outcome: 'absent' } : standingOf(found)
}

export async function confirm(
  client: UberClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<BookAnswer> {
  const answer = await find(client, booking, deadline)
  if (answer.outcome !== 'absent') return answer
  return { outcome: 'unknown', reason: { code: 'absent', message: '', kind: 'capacity' } }
}

const LIMIT = 100
const MOST_PAGES = 30
/** So far Uber's clock may be behind ours. */
const CLOCKS_MS = 60 * 60_000
/** Without a list it says nothing of what there is. */
const page = z.object({ data: z.array(delivery) })

/** @throws {Unanswered} where there are more deliveries than can be looked through */
export async function deliveryOf(
  client: UberClient,
  { carrierId, reference, askedAt }: BookingKey,
  deadline: Deadline,
): Promise<UberDelivery | 'absent'> {
  if (carrierId) {
    const path = `/deliveries/${encodeURIComponent(carrierId)}`
    const told = await client.ask({ method: 'GET', path }, deadline)
    if (told.problem?.meaning === 'absent') return 'absent'
    if (told.problem) throw malformed(told.problem.code)
    const found = ours(parse(delivery, told.json), reference)
    if (found.id !== carrierId) throw malformed('another delivery than was asked for')
    return found
  }
  // Those under way are few; all of them may be many.
  for (const filter of [{ filter: 'ongoing' }, {}])
    for (let index = 0; ; index++) {
      if (index === MOST_PAGES) throw malformed('too many deliveries to look through')
      const query = { ...filter, limit: LIMIT, Offset: index * LIMIT }
      const told = await client.ask({ method: 'GET', path: '/deliveries', query }, deadline)
      if (told.problem) throw malformed(told.problem.code)
      const { data } = parse(page, told.json)
      const found = data.find((one) => isUnder(one, reference) && isDelivery(one.id))
      if (found) return found
      if (data.length < LIMIT || areBefore(data, askedAt)) break
    }
  return 'absent'
}

/**
 * Whether all of a page, and so all that follows, was made before we asked for ours. In which order a list comes, Uber does not
 * say: only from one that is seen to begin with the newest something follows.
 */
function areBefore(data: readonly UberDelivery[], askedAt: string | undefined): boolean {
  if (askedAt === undefined) return false
  const made = data.map(({ created }) => (created === undefined ? NaN : Date.parse(created)))
  const isNewestFirst = made.every((ms, index) => index === 0 || ms <= made[index - 1]!)
  return isNewestFirst && made[0]! < Date.parse(askedAt) - CLOCKS_MS
}

const isDelivery = (id: string | undefined): id is string => id?.startsWith('del_') ?? false

/** @throws {Unanswered} where it is somebody else's */
function ours(found: UberDelivery, reference: string): UberDelivery {
  if ((referenceOf(found) !== undefined && !isUnder(found, reference)) || !isDelivery(found.id))
    throw malformed('another delivery than was asked for')
  return found
}

function standingOf({ id, status, undeliverable_reason: why }: UberDelivery): BookAnswer {
  if (status === 'canceled')
    return { outcome: 'rejected', reason: { code: status, message: why ?? '', kind: 'capacity' } }
  if (!isKnownStatus(status)) throw malformed('an unknown status of a delivery')
  return { outcome: 'booked', carrierId: id, trackingNumber: id, warnings: [] }
}

function rejected(code: string, kind: CarrierReason['kind'] = 'permanent'): BookAnswer {
  return { outcome: 'rejected', reason: { code, message: code, kind } }
}

/** By its longest side, as Uber's words for sizes suggest: a bottle, a bag, a monitor, a television. */
function sizeOf(parcels: BookRequest['parcels']): string {
  const longest = Math.max(
    0,
    ...parcels.flatMap((one) => [one.lengthMm, one.widthMm, one.heightMm]),
  )
  return longest <= 300 ? 'small' : longest <= 450 ? 'medium' : longest <= 700 ? 'large' : 'xlarge'
}
