import type { Hono } from 'hono'
import type { HttpBindings } from '@hono/node-server'
import type { Booking } from './booking.ts'
import type { Clock } from './clock.ts'
import type { CarrierName, Faults } from './faults.ts'
import type { Schedule } from './schedule.ts'
import type { Store, Table } from './store.ts'
import type { Courier } from './courier.ts'

export type Env = { Bindings: Partial<HttpBindings> }

/** Do parcels move by themselves as time passes, or only where they are told to? */
export type Journeys = 'auto' | 'manual'
export type Settings = { journeys: Journeys }
export type PointState = 'open' | 'full' | 'closed'

/** What the three carriers share. */
export type World = {
  /** Decides everything that looks like chance: prices, points, delays. */
  seed: string
  /** How many pickup points CDEK has; DPD has half as many. */
  pointCount: number
  store: Store
  clock: Clock
  schedule: Schedule
  faults: Faults
  /** Brings calls to the client's addresses. */
  courier: Courier
  settings(): Settings
  /** Points that are not open, by carrier and code. */
  pointStates: Table<PointState>
}

export type Carrier = {
  id: CarrierName
  routes: Hono<Env>
  bookings(): Iterable<Booking>
  booking(id: string): Booking | undefined
  /**
   * Moves a parcel on: to a state, to a code of the carrier's own, or `next`.
   * @throws {UnknownState}
   */
  advance(id: string, to: string): void
  /** Its memory of what the store no longer has. */
  forget(): void
  /** What is told when a point opens or closes; absent where the carrier has no points. */
  setPoint?(code: string, state: PointState): boolean
}

/** ISO 8601 with milliseconds, in UTC. */
export const instant = (at: number) => new Date(at).toISOString()

/** ISO 8601 without an offset, as clocks in Moscow show it. */
export const moscowTime = (at: number) => instant(at + 3 * 3_600_000).slice(0, 19)
