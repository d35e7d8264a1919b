import {
  CarrierError,
  type BookAnswer,
  type BookingKey,
  type Carrier,
  type CarrierQuote,
  type TrackingEvent,
} from '../../clients/carriers/carrier.ts'
import type { CarrierId, CarrierOperation, TrackingStatus } from '../../contracts/logistics.ts'

/**
 * How a carrier treats one reference.
 * - `book`: `lost` books it and its answer never comes; `lost-before` does not, and none comes either; `pending` decides
 *   after `confirms` questions; `unreachable` is never asked
 * - `hiddenFinds`: so many times `find` says `absent` of what exists; `silentFinds`: so many times it says nothing first
 * - `cancel`: `slow` is done at the second question; `lost` is done though its answer never comes; `by-phone` and
 *   `too-late` never are
 * - `wakesAtFind`: after it was cancelled it is booked again, once, when it is looked for so often
 */
export type Behaviour = {
  book: 'ok' | 'refuse' | 'busy' | 'unreachable' | 'lost' | 'lost-before' | 'pending'
  confirms: number
  decides: 'booked' | 'rejected'
  silentFinds: number
  hiddenFinds: number
  cancel: 'ok' | 'slow' | 'lost' | 'by-phone' | 'too-late'
  wakesAtFind: number
}
export const AS_IT_SHOULD: Behaviour = {
  ...{ book: 'ok', confirms: 0, decides: 'booked', cancel: 'ok' },
  ...{ silentFinds: 0, hiddenFinds: 0, wakesAtFind: Infinity },
}

/** What the carrier itself knows of a booking: the truth, whatever it answered. */
export type Entry = {
  reference: string
  carrier: CarrierId
  carrierId: string
  state: 'registering' | 'booked' | 'refused' | 'cancelled'
  /** How often it was asked to book it, and how often it did. */
  asked: number
  bookings: number
  cancellations: number
  /** In the order of all that happened at all carriers. */
  bookedAt: number
  cancelledAt: number
  /** It said that there is no such booking while there was. */
  hasLied: boolean
  log: TrackingEvent[]
}

export type Ledger = { entries: Map<string, Entry>; clock: number }
export const newLedger = (): Ledger => ({ entries: new Map(), clock: 0 })

export type ScriptedCarrier = {
  carrier: Carrier
  /** The carrier says that it is there by now. */
  happen(reference: string, status: TrackingStatus, occurredAt: string): void
  /** The operations that were asked for, in their order. */
  asked: { operation: CarrierOperation | 'find'; reference: string }[]
}

export type ScriptedOptions = {
  id: CarrierId
  ledger: Ledger
  priceMinor?: number
  quotes?: CarrierQuote[]
  behave?(reference: string): Partial<Behaviour>
}

/** A carrier that keeps its bookings in memory, and treats each reference as it is told to. */
export function scriptedCarrier({
  id,
  ledger,
  priceMinor = 30_000,
  quotes = [courier(id, priceMinor)],
  behave = () => ({}),
}: ScriptedOptions): ScriptedCarrier {
  const asked: ScriptedCarrier['asked'] = []
  const counts = new Map<string, number>()
  const count = (what: string, reference: string) => {
    const key = `${what} ${reference}`
    const times = (counts.get(key) ?? 0) + 1
    counts.set(key, times)
    return times
  }
  const behaviourOf = (reference: string): Behaviour => ({ ...AS_IT_SHOULD, ...behave(reference) })
  const entryOf = (reference: string) => ledger.entries.get(reference)
  const isThere = (entry: Entry | undefined): entry is Entry =>
    entry?.state === 'booked' || entry?.state === 'registering'

  const enter = (reference: string, state: Entry['state']): Entry => {
    const entry: Entry = entryOf(reference) ?? {
      ...{ reference, carrier: id, carrierId: `${id}-${reference}`, state },
      ...{ asked: 0, bookings: 0, cancellations: 0, bookedAt: 0, cancelledAt: 0, log: [] },
      hasLied: false,
    }
    entry.state = state
    if (state === 'booked' || state === 'registering') {
      entry.bookings++
      entry.bookedAt = ++ledger.clock
    }
    ledger.entries.set(reference, entry)
    return entry
  }
  const cancelled = (entry: Entry) => {
    entry.state = 'cancelled'
    entry.cancellations++
    entry.cancelledAt = ++ledger.clock
  }
  const standing = (entry: Entry | undefined): BookAnswer | { outcome: 'absent' } => {
    if (!entry) return { outcome: 'absent' }
    const { carrierId } = entry
    switch (entry.state) {
      case 'booked':
        return { outcome: 'booked', carrierId, trackingNumber: carrierId, warnings: [] }
      case 'registering':
        return { outcome: 'pending', carrierId }
      case 'refused':
      case 'cancelled':
        return refusal('gone')
    }
  }

  const carrier: Carrier = {
    id,
    async quote() {
      return { outcome: 'quoted', quotes }
    },

    async book({ reference }) {
      asked.push({ operation: 'book', reference })
      const behaviour = behaviourOf(reference)
      const known = entryOf(reference)
      if (known) {
        known.asked++
        return { outcome: 'duplicate', carrierId: known.carrierId }
      }
      switch (behaviour.book) {
        case 'unreachable':
          throw new CarrierError({ carrier: id, operation: 'book', kind: 'unavailable' }, 'away')
        case 'refuse':
          return refusal('address')
        case 'busy':
          return { outcome: 'rejected', reason: { code: 'busy', message: '', kind: 'capacity' } }
        case 'lost-before':
          return noAnswer
        case 'lost':
          enter(reference, 'booked').asked++
          return noAnswer
        case 'pending':
          return { outcome: 'pending', carrierId: enter(reference, 'registering').carrierId }
        case 'ok':
          enter(reference, 'booked').asked++
          return standing(entryOf(reference)) as BookAnswer
      }
    },

    async confirm({ reference }) {
      asked.push({ operation: 'confirm', reference })
      const { confirms, decides } = behaviourOf(reference)
      const entry = entryOf(reference)
      if (entry?.state === 'registering' && count('confirm', reference) > confirms)
        entry.state = decides === 'booked' ? 'booked' : 'refused'
      const answer = standing(entry)
      return answer.outcome === 'absent' ? refusal('unknown') : answer
    },

    async find({ reference }: BookingKey) {
      asked.push({ operation: 'find', reference })
      const { silentFinds, hiddenFinds, wakesAtFind } = behaviourOf(reference)
      const times = count('find', reference)
      if (times <= silentFinds) return noAnswer
      const entry = entryOf(reference)
      if (entry?.state === 'cancelled' && count('look', reference) === wakesAtFind)
        enter(reference, 'booked')
      if (isThere(entry) && times <= silentFinds + hiddenFinds) {
        entry.hasLied = true
        return { outcome: 'absent' }
      }
      return standing(entryOf(reference))
    },

    async cancel({ reference }) {
      asked.push({ operation: 'cancel', reference })
      const entry = entryOf(reference)
      if (!isThere(entry)) return { outcome: 'already' }
      switch (behaviourOf(reference).cancel) {
        case 'ok':
          cancelled(entry)
          return { outcome: 'cancelled' }
        case 'slow':
          if (count('cancel', reference) === 1) return { outcome: 'pending' }
          cancelled(entry)
          return { outcome: 'cancelled' }
        case 'lost':
          cancelled(entry)
          return { outcome: 'unknown', reason: noAnswer.reason }
        case 'by-phone':
          return { outcome: 'needs-human', reason: reason('call-us') }
        case 'too-late':
          return { outcome: 'too-late', returnable: true, reason: reason('on-its-way') }
      }
    },

    async track({ reference }) {
      asked.push({ operation: 'track', reference })
      return { events: entryOf(reference)?.log ?? [] }
    },
  }

  return {
    ...{ carrier, asked },
    happen(reference, status, occurredAt) {
      const entry = entryOf(reference)
      if (!entry) throw new Error(`${id} knows no ${reference}`)
      const key = `${status} ${occurredAt}`
      entry.log.push({ occurredAt, status, rawCode: status.toUpperCase(), key })
    },
  }
}

export const courier = (carrier: CarrierId, amount: number): CarrierQuote => ({
  ...{ carrier, service: 'courier', serviceName: 'Курьер', mode: 'door-door' },
  price: { amount, currency: 'RUB' },
  transit: { unit: 'calendar-days', min: 1, max: 3 },
})

const reason = (code: string) => ({ code, message: '', kind: 'permanent' }) as const
const refusal = (code: string): BookAnswer => ({ outcome: 'rejected', reason: reason(code) })
const noAnswer = {
  outcome: 'unknown',
  reason: { code: 'timeout', message: '', kind: 'capacity' },
} as const
