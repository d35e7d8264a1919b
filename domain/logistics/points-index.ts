import type { SearchIndex } from '../storefront/search-index.ts'
import { edgesOf, mostParcels } from './fits.ts'
import { DAY, dayNumber, openOn, weekMinutes } from './opening-hours.ts'
import { pointIdOf, type OpenException, type PickupPoint, type PointId } from './pickup-point.ts'

/** A point as it is kept for searching and showing. `cityId`: of our own cities; `null` in all others. */
export type FoundPoint = PickupPoint & { id: PointId; cityId: string | null }

const keyword = { type: 'keyword' }
const integer = { type: 'integer' }
const cut = { type: 'integer', doc_values: false }

type Field =
  | 'id'
  | 'carrier'
  | 'kind'
  | 'state'
  | 'cityId'
  | 'place'
  | 'cash'
  | 'card'
  | 'maxWeightG'
  | 'maxShipmentWeightG'
  | 'maxSumMm'
  | 'maxParcels'
  | 'cells'
  | 'week'
  | 'specialDays'
  | 'specialHours'
  | 'point'

const properties: Record<Field, object> = {
  id: keyword,
  carrier: keyword,
  kind: keyword,
  state: keyword,
  cityId: keyword,
  place: { type: 'geo_point' },
  cash: { type: 'boolean' },
  card: { type: 'boolean' },
  maxWeightG: integer,
  maxShipmentWeightG: integer,
  maxSumMm: integer,
  maxParcels: integer,
  // Edges of each cell, the longest first.
  cells: { type: 'nested', properties: { a: cut, b: cut, c: cut } },
  // Minutes of the week; days since 1970; minutes since 1970: on the point's own clock.
  week: { type: 'integer_range' },
  specialDays: { type: 'integer_range' },
  specialHours: { type: 'integer_range' },
  point: { type: 'object', enabled: false },
}

/** Of all carriers' pickup points. Another version is filled from PostgreSQL before the alias leads to it. */
export const pickupPointsIndex: SearchIndex = {
  alias: 'pickup-points',
  version: 1,
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '1s',
    // Longer than any write of before may be on its way.
    'index.gc_deletes': '1h',
  },
  mappings: { dynamic: 'strict', properties },
}

/** Stands for no limit: more than any parcel has. */
export const UNLIMITED = 2_147_483_647
/** Further exceptions are taken as they come near: the list is read every day. */
const MOST_SPECIAL_DAYS = 366

const atMost = (limit: number | undefined) => Math.min(Math.floor(limit ?? UNLIMITED), UNLIMITED)

export function pointDocument(point: FoundPoint): Record<Field, unknown> {
  const { limits, kind } = point
  const cells = limits.cells?.length ? limits.cells.map(edgesOf) : [UNLIMITED_EDGES]
  return {
    id: point.id,
    carrier: point.carrier,
    kind,
    state: point.state,
    cityId: point.cityId,
    place: { lat: point.lat, lon: point.lon },
    cash: point.payment.cash,
    card: point.payment.card,
    maxWeightG: atMost(limits.maxWeightG),
    maxShipmentWeightG: atMost(limits.maxShipmentWeightG),
    maxSumMm: atMost(limits.maxSumMm),
    maxParcels: atMost(mostParcels(kind, limits)),
    cells: cells.map(([a, b, c]) => ({ a: atMost(a), b: atMost(b), c: atMost(c) })),
    week: weekMinutes(point.hours).flatMap((day, at) =>
      day.map(({ from, to }) => range(at * DAY + from, at * DAY + to)),
    ),
    specialDays: point.exceptions.map(({ from, to }) => range(dayNumber(from), dayNumber(to) + 1)),
    specialHours: datesOf(point.exceptions).flatMap((date) =>
      openOn(point, date).map(({ from, to }) =>
        range(dayNumber(date) * DAY + from, dayNumber(date) * DAY + to),
      ),
    ),
    point,
  }
}

const UNLIMITED_EDGES = [UNLIMITED, UNLIMITED, UNLIMITED] as const

const range = (from: number, to: number) => ({ gte: from, lt: to })

function datesOf(exceptions: readonly OpenException[]): string[] {
  const dates = new Set<string>()
  for (const { from, to } of exceptions)
    for (let day = dayNumber(from); day <= dayNumber(to) && dates.size < MOST_SPECIAL_DAYS; day++)
      dates.add(new Date(day * 86_400_000).toISOString().slice(0, 10))
  return [...dates]
}

export const foundPoint = (point: PickupPoint & { cityId: string | null }): FoundPoint => ({
  ...point,
  id: pointIdOf(point),
})
