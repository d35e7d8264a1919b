import type { Kysely } from 'kysely'
import type { AttemptState, DeliveryPhase } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { referenceOf } from '../../db/logistics/attempts.ts'
import type { Entry, Ledger } from '../support/scripted-carrier.ts'

/** Everything that is known of one shipment in the end: by the carriers, by our tables, by its workflow. */
export type Evidence = {
  shipmentId: string
  /** Of the carriers. */
  entries: Entry[]
  shipment: { phase: DeliveryPhase; liveAttemptId: string | null; failovers: number }
  attempts: {
    id: string
    number: number
    reference: string
    state: AttemptState
    carrier: string
    givenUpFor: string | null
  }[]
  events: { type: string }[]
  costs: { attemptId: string; kind: string; actualMinor: string | null }[]
  openTasks: { kind: string; attemptId: string | null }[]
  /** `RUNNING` when it is stuck. */
  workflow: string
  /** It was promised to be sent by nobody. */
  isCalledOff: boolean
}

/** What is wrong with a shipment that must have been delivered by one carrier, or by none when it was called off; empty when nothing is. */
export function violationsOf(evidence: Evidence): string[] {
  const { entries, shipment, attempts, events, costs, openTasks, isCalledOff } = evidence
  const wanted = isCalledOff ? 0 : 1
  const found: string[] = []
  const expect = (holds: boolean, otherwise: string) => void (holds || found.push(otherwise))

  const alive = entries.filter(({ state }) => state === 'booked' || state === 'registering')
  const loose = attempts.filter(({ state }) => state === 'loose')
  const billed = alive.filter(
    ({ reference }) => !loose.some((attempt) => attempt.reference === reference),
  )
  expect(billed.length === wanted, `${billed.length} live bookings at carriers`)
  const live = attempts.filter(({ state }) => state === 'booked')
  expect(live.length === wanted, `${live.length} attempts are booked by our tables`)
  expect(billed[0]?.reference === live[0]?.reference, 'the booking is not the one that we know of')
  expect(shipment.liveAttemptId === (live[0]?.id ?? null), 'the shipment points at another attempt')
  for (const { state, number } of attempts)
    expect(
      state !== 'asked' && state !== 'pending' && state !== 'unknown' && state !== 'cancelling',
      `attempt ${number} is left ${state}`,
    )

  for (const entry of entries) {
    const { reference, bookings, bookedAt } = entry
    expect(
      attempts.some((attempt) => attempt.reference === reference),
      `${reference} was booked and has no attempt`,
    )
    // A carrier that books again what it had cancelled is its own fault: once, as it is told to.
    expect(bookings <= 2, `${reference} was booked ${bookings} times`)
    const isLoose = loose.some((attempt) => attempt.reference === reference)
    // Nothing can be done about a carrier that denies what it has, but to find out later.
    if (entry.hasLied || isLoose || bookings > 1 || entry.state === 'refused') continue
    for (const other of entries)
      if (other !== entry && other.bookings === 1 && other.bookedAt > bookedAt)
        expect(
          entry.cancelledAt > 0 && entry.cancelledAt < other.bookedAt,
          `${other.reference} was booked beside ${reference}`,
        )
  }
  expect(
    new Set(attempts.map(({ reference }) => reference)).size === attempts.length,
    'a reference was used twice',
  )
  for (const attempt of attempts)
    expect(
      attempt.reference ===
        referenceOf({ shipmentId: evidence.shipmentId, number: attempt.number }),
      `attempt ${attempt.number} has a strange reference`,
    )

  expect(shipment.phase === (isCalledOff ? 'cancelled' : 'delivered'), `it is ${shipment.phase}`)
  expect(evidence.workflow === 'COMPLETED', `its workflow is ${evidence.workflow}`)
  const count = (type: string) => events.filter((event) => event.type === type).length
  const handedOver = count('delivery.handed_over')
  expect(handedOver === wanted, `handed over ${handedOver} times`)
  expect(count('delivery.booked') >= wanted, 'nobody was told of the booking')
  const lost = attempts.filter(
    ({ givenUpFor }) => givenUpFor !== null && givenUpFor !== 'cancelled',
  ).length
  expect(
    shipment.failovers === lost,
    `${shipment.failovers} failovers counted, ${lost} attempts lost`,
  )
  expect(
    lost === 0 || isCalledOff || count('delivery.failed_over') >= 1,
    'nobody was told of the failover',
  )
  for (const { id } of live)
    expect(
      costs.some(({ attemptId, kind }) => attemptId === id && kind === 'delivery'),
      'the booking has no cost',
    )
  for (const { id } of loose) {
    expect(
      costs.some(({ attemptId, kind }) => attemptId === id && kind === 'loser'),
      'a loose booking has no cost',
    )
    expect(
      openTasks.some(({ kind, attemptId }) => kind === 'loose-booking' && attemptId === id),
      'nobody was asked about a loose booking',
    )
  }
  return found
}

/** Reads it together. */
export async function evidenceOf(
  db: Kysely<Database>,
  ledger: Ledger,
  shipmentId: string,
  workflow: string,
): Promise<Evidence> {
  const of = shipmentId
  const [shipment, attempts, costs, openTasks] = await Promise.all([
    db.selectFrom('shipment').selectAll().where('id', '=', of).executeTakeFirstOrThrow(),
    db
      .selectFrom('bookingAttempt')
      .selectAll()
      .where('shipmentId', '=', of)
      .orderBy('number')
      .execute(),
    db.selectFrom('costEntry').selectAll().where('shipmentId', '=', of).execute(),
    db
      .selectFrom('humanTask')
      .selectAll()
      .where('shipmentId', '=', of)
      .where('state', '=', 'open')
      .execute(),
  ])
  const events = await db
    .selectFrom('event')
    .select('type')
    .where('subject', '=', `order:${shipment.orderId}`)
    .execute()
  const prefix = shipmentId.replaceAll('-', '')
  const entries = [...ledger.entries.values()].filter(({ reference }) =>
    reference.startsWith(prefix),
  )
  return {
    ...{ shipmentId, entries, shipment, attempts, events, costs, openTasks, workflow },
    isCalledOff: false,
  }
}
