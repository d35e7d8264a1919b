import { kilometresBetween } from '../places.ts'
import { slugOf } from '../random.ts'
import { instant, type World } from '../world.ts'
import { locate, type Spot } from './address.ts'
import { refuse } from './errors.ts'
import { windowsOf, type Windows } from './windows.ts'

export type Way = {
  pickup_address?: string
  dropoff_address?: string
  pickup_latitude?: number
  pickup_longitude?: number
  dropoff_latitude?: number
  dropoff_longitude?: number
  pickup_ready_dt?: string
  pickup_deadline_dt?: string
  dropoff_ready_dt?: string
  dropoff_deadline_dt?: string
  manifest_total_value?: number
  external_store_id?: string
}
export type Route = { pickup: Spot; dropoff: Spot; windows: Windows; fee: number; minutes: number }
type Quote = {
  id: string
  customer: string
  createdAt: number
  expiresAt: number
  fee: number
  way: { pickup: string; dropoff: string; storeId: string | undefined }
  isUsed?: true
}

const MINUTE_MS = 60_000
const LIFE_MS = 15 * MINUTE_MS
const FARTHEST_KM = 30

/** @throws {Refused} where nobody can bring it */
export function routeOf(way: Way, now: number): Route {
  const pickup = locate(way.pickup_address, way.pickup_latitude, way.pickup_longitude, 'pickup')
  const dropoff = locate(
    way.dropoff_address,
    way.dropoff_latitude,
    way.dropoff_longitude,
    'dropoff',
  )
  const km = kilometresBetween(pickup, dropoff)
  if (km > FARTHEST_KM) refuse('address_undeliverable')
  return {
    ...{ pickup, dropoff, windows: windowsOf(way, now) },
    fee: 29_000 + Math.round(km * 3_500),
    minutes: Math.round(25 + km * 3),
  }
}

/** Quotes are good for a quarter of an hour and for one delivery; a fee is in minor units. */
export function openQuotes({ store, clock, seed }: World) {
  const table = store.table<Quote>('uber-quote')

  return {
    create(customer: string, way: Way) {
      const now = clock.now()
      const { fee, minutes, windows } = routeOf(way, now)
      const quote: Quote = {
        id: `dqt_${slugOf(seed, 'uber-quote', store.next('uber-quote'))}`,
        ...{ customer, createdAt: now, expiresAt: now + LIFE_MS, fee, way: summary(way) },
      }
      table.put(quote.id, quote)
      return {
        ...{ kind: 'delivery_quote', id: quote.id, created: instant(now) },
        ...{ expires: instant(quote.expiresAt), fee, currency: 'rub', currency_type: 'RUB' },
        dropoff_eta: instant(windows.pickupReady + minutes * MINUTE_MS),
        ...{ duration: minutes, pickup_duration: Math.round(minutes / 3) },
        dropoff_deadline: instant(windows.dropoffDeadline),
      }
    },
    /** @throws {Refused} */
    take(customer: string, id: string, way: Way): number {
      const quote = table.get(id)
      if (quote?.customer !== customer)
        return refuse('invalid_params', { quote_id: 'The quote does not exist.' })
      if (quote.isUsed) refuse('used_quote')
      if (quote.expiresAt <= clock.now()) refuse('expired_quote')
      const asked = summary(way)
      if (
        asked.pickup !== quote.way.pickup ||
        asked.dropoff !== quote.way.dropoff ||
        asked.storeId !== quote.way.storeId
      )
        refuse('mismatched_price_quote')
      quote.isUsed = true
      table.put(id, quote)
      return quote.fee
    },
    prune() {
      const old = clock.now() - 24 * 3_600_000
      for (const { id, expiresAt } of table.values()) if (expiresAt < old) table.delete(id)
    },
  }
}

const summary = (way: Way) => ({
  ...{ pickup: way.pickup_address ?? '', dropoff: way.dropoff_address ?? '' },
  storeId: way.external_store_id,
})
