import { z } from 'zod'
import type { TrackingStatus } from '../../../contracts/logistics.ts'
import type { BookingKey, Tracking, TrackingEvent, TrackingQueue } from '../carrier.ts'
import { startDeadline, type Deadline } from '../deadline.ts'
import { expectedBy, many, maybe, parse, text, word, yes } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { ABSENT } from './book.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { instantOfDpd, MOSCOW, moscowDay } from './dates.ts'
import { refusalOf } from './quote.ts'
import { aggregate, meaningOfState } from './states.ts'

const state = z.object({
  clientOrderNr: maybe(word),
  dpdOrderNr: word,
  dpdParcelNr: maybe(word),
  /** Of a second order that DPD made for the same parcels, to bring them back or elsewhere. */
  dpdOrderReNr: maybe(word),
  dpdParcelReNr: maybe(word),
  isReturn: maybe(yes),
  planDeliveryDate: maybe(expectedBy(MOSCOW)),
  newState: word,
  transitionTime: word.transform((value, context) => {
    const found = instantOfDpd(value)
    if (found !== undefined) return found
    context.addIssue('not a time')
    return z.NEVER
  }),
  terminalCity: maybe(text),
  incidentCode: maybe(word),
  incidentName: maybe(text),
})
type State = z.infer<typeof state>

const states = z.object({
  return: z
    .object({ docId: maybe(word), resultComplete: maybe(yes), states: many(state) })
    .nullish(),
})

const STATES_BYTES = 8 * 1024 * 1024
const QUEUE_MS = 30_000

/** With the orders that DPD made of it. A plain read, which takes nothing out of the queue. */
export async function track(
  client: DpdClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<Tracking> {
  const own = await statesOf(client, booking, deadline)
  const others = new Set(own.flatMap(({ dpdOrderReNr }) => dpdOrderReNr ?? []))
  for (const { dpdOrderNr } of own) others.delete(dpdOrderNr)
  const all = [...own]
  for (const carrierId of others)
    all.push(...(await statesOf(client, { ...booking, carrierId }, deadline)))
  all.sort((one, other) => one.transitionTime.localeCompare(other.transitionTime))
  const eta = all.findLast(({ planDeliveryDate }) => planDeliveryDate)?.planDeliveryDate
  return { events: eventsOf(all, booking), ...(eta ? { eta } : {}) }
}

async function statesOf(
  client: DpdClient,
  { carrierId, reference, readyAt }: BookingKey,
  deadline: Deadline,
): Promise<State[]> {
  const [operation, request] = carrierId
    ? ['getStatesByDPDOrder', { dpdOrderNr: carrierId }]
    : ['getStatesByClientOrder', { clientOrderNr: reference, pickupDate: moscowDay(readyAt) }]
  const args = { request: { auth: client.auth, ...request } }
  const answer = await client
    .call('tracing', operation, args, { deadline, maxBytes: STATES_BYTES })
    .catch(refusalOf)
  if (answer instanceof DpdFault) {
    if (ABSENT.has(answer.code)) return []
    throw malformed(answer.code)
  }
  return parse(states, answer).return?.states ?? []
}

/**
 * States are of parcels; how the booking stands after each of them is told. A parcel goes on under another number in an order
 * that DPD made of it.
 */
export function eventsOf(
  all: readonly State[],
  { mode, parcelCount = 1 }: Pick<BookingKey, 'mode' | 'parcelCount'>,
): TrackingEvent[] {
  const parcels = new Map<string, TrackingStatus>()
  const originals = new Map(all.map((one) => [one.dpdParcelReNr ?? '', one.dpdParcelNr]))
  return all.map((one) => {
    const event = eventOf(one, mode)
    const parcel = one.dpdParcelNr ?? ''
    parcels.set((parcel && originals.get(parcel)) || parcel, event.status)
    const unseen = Array<TrackingStatus>(Math.max(0, parcelCount - parcels.size)).fill('booked')
    const status = aggregate(event.status, [...parcels.values(), ...unseen])
    // What is told late of one parcel changes how the booking stood after the others.
    return { ...event, status, key: `${event.key}=${status}` }
  })
}

function eventOf(one: State, mode?: BookingKey['mode']): TrackingEvent {
  const { transitionTime: occurredAt, incidentCode, newState } = one
  return {
    occurredAt,
    ...meaningOfState(newState, { isReturn: one.isReturn === true, mode }),
    ...(incidentCode ? { reason: `incident-${incidentCode}` } : {}),
    rawCode: incidentCode ? `${newState}/${incidentCode}` : newState,
    ...(one.terminalCity ? { place: one.terminalCity } : {}),
    key: `${one.dpdOrderNr}/${one.dpdParcelNr ?? ''}:${newState}@${occurredAt}`,
  }
}

/** `getStatesByClient`: the same comes until it is confirmed, then never again. One reader for a contract. */
export const createQueue = (
  client: DpdClient,
  guard: <T>(work: () => Promise<T>) => Promise<T>,
): TrackingQueue => ({
  next: (call) =>
    guard(async () => {
      const deadline = startDeadline(call, QUEUE_MS)
      const answer = await client
        .call(
          'tracing',
          'getStatesByClient',
          { request: { auth: client.auth } },
          {
            ...{ deadline, maxBytes: STATES_BYTES },
          },
        )
        .catch(refusalOf)
      if (answer instanceof DpdFault) {
        if (ABSENT.has(answer.code)) return { isLast: true, changes: [] }
        throw malformed(answer.code)
      }
      const told = parse(states, answer).return
      if (!told) return { isLast: true, changes: [] }
      if (told.states.length > 0 && !told.docId) throw malformed('states without a number')
      return {
        ...(told.docId && told.states.length > 0 ? { ticket: told.docId } : {}),
        isLast: told.resultComplete !== false || told.states.length === 0,
        changes: told.states.map((one) => ({
          ...(one.clientOrderNr ? { reference: one.clientOrderNr } : {}),
          carrierId: one.dpdOrderNr,
          ...(one.dpdOrderReNr ? { relatedId: one.dpdOrderReNr } : {}),
          event: { ...eventOf(one), ...(one.dpdParcelNr ? { parcel: one.dpdParcelNr } : {}) },
        })),
      }
    }),
  confirm: (ticket, call) =>
    guard(async () => {
      const args = { request: { auth: client.auth, docId: ticket } }
      const answer = await client
        .call('tracing', 'confirm', args, { deadline: startDeadline(call, QUEUE_MS) })
        .catch(refusalOf)
      if (answer instanceof DpdFault && !ABSENT.has(answer.code)) throw malformed(answer.code)
    }),
})
