import type { CarrierId, PickupPointKind } from '../../contracts/logistics.ts'
import { distanceM, type LatLon } from './distance.ts'
import { demandOf, misfitOf } from './fits.ts'
import { DAY, dayNumber, isOpenAt, weekday } from './opening-hours.ts'
import type { Parcel } from './parcel.ts'
import { pointIdOf, type PickupPoint, type PointState } from './pickup-point.ts'
import type { FoundPoint } from './points-index.ts'

export type PointFilter = {
  cityId?: string | undefined
  carrier?: CarrierId | undefined
  kind?: PickupPointKind | undefined
  /** Any unless given. */
  state?: PointState | undefined
  near?: (LatLon & { radiusM: number }) | undefined
  parcels?: readonly Parcel[] | undefined
  payment?: 'cash' | 'card' | undefined
  /** `YYYY-MM-DDTHH:MM` on the clock of the point. */
  openAt?: string | undefined
}

/** Where the last page ended. Pages go by distance where there is one, then by id. */
export type PointPosition = { distanceM?: number | undefined; id: string }
export type PointsQuestion = PointFilter & { after?: PointPosition | undefined; limit: number }

export type PointsAnswer = { point: FoundPoint; distanceM?: number }[]

/** The body of a search for a page of points. */
export function pointsRequest(question: PointsQuestion): object {
  const { near, after, limit } = question
  const position = near ? [after?.distanceM, after?.id] : [after?.id]
  return {
    size: limit,
    track_total_hits: false,
    _source: ['point'],
    query: { bool: { filter: filtersOf(question) } },
    sort: [
      ...(near
        ? [{ _geo_distance: { place: { lat: near.lat, lon: near.lon }, order: 'asc', unit: 'm' } }]
        : []),
      { id: 'asc' },
    ],
    ...(after && { search_after: position }),
  }
}

export type PointsResponse = {
  hits: { hits: { _source: { point: FoundPoint }; sort: unknown[] }[] }
}

export const pointsAnswer = (question: PointFilter, { hits }: PointsResponse): PointsAnswer =>
  hits.hits.map(({ _source: { point }, sort }) => ({
    point,
    ...(question.near && { distanceM: Number(sort[0]) }),
  }))

function filtersOf(asked: PointFilter): object[] {
  const { near } = asked
  const term = (field: string, value: unknown) =>
    value === undefined ? [] : [{ term: { [field]: value } }]
  return [
    ...term('cityId', asked.cityId),
    ...term('carrier', asked.carrier),
    ...term('kind', asked.kind),
    ...term('state', asked.state),
    ...(asked.payment ? term(asked.payment, true) : []),
    ...(near
      ? [
          {
            geo_distance: { distance: `${near.radiusM}m`, place: { lat: near.lat, lon: near.lon } },
          },
        ]
      : []),
    ...(asked.parcels ? fitFilters(asked.parcels) : []),
    ...(asked.openAt === undefined ? [] : [openFilter(asked.openAt)]),
  ]
}

function fitFilters(parcels: readonly Parcel[]): object[] {
  const demand = demandOf(parcels)
  const holds = (field: string, gte: number) => ({ range: { [field]: { gte } } })
  return [
    holds('maxParcels', demand.parcels),
    holds('maxWeightG', demand.heaviestG),
    holds('maxShipmentWeightG', demand.totalWeightG),
    holds('maxSumMm', demand.greatestSumMm),
    ...demand.boxes.map(([a, b, c]) => ({
      nested: {
        path: 'cells',
        query: {
          bool: { filter: [holds('cells.a', a), holds('cells.b', b), holds('cells.c', c)] },
        },
      },
    })),
  ]
}

function openFilter(local: string): object {
  const date = local.slice(0, 10)
  const minute = Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16))
  const day = dayNumber(date)
  return {
    bool: {
      should: [
        {
          bool: {
            filter: [{ term: { week: (weekday(date) - 1) * DAY + minute } }],
            must_not: [{ term: { specialDays: day } }],
          },
        },
        { term: { specialHours: day * DAY + minute } },
      ],
      minimum_should_match: 1,
    },
  }
}

/** The same answer out of all points, one after the other: while search is away, and to prove that search is right. */
export function selectPoints(
  points: Iterable<FoundPoint>,
  { after, limit, ...asked }: PointsQuestion,
): PointsAnswer {
  const found: PointsAnswer = []
  for (const point of points) {
    if (!matches(point, asked)) continue
    if (!asked.near) found.push({ point })
    else {
      const away = distanceM(asked.near, point)
      if (away <= asked.near.radiusM) found.push({ point, distanceM: away })
    }
  }
  return found
    .filter((one) => !after || isBehind(one, after))
    .toSorted(inOrder)
    .slice(0, limit)
}

type Found = PointsAnswer[number]

function inOrder(one: Found, other: Found): number {
  const further = (one.distanceM ?? 0) - (other.distanceM ?? 0)
  if (further !== 0) return further
  return one.point.id < other.point.id ? -1 : 1
}

/** Elasticsearch, which may have made the page before, rounds the same distance in its own way. */
const SAME_PLACE_M = 0.001

function isBehind(one: Found, { distanceM: least = 0, id }: PointPosition): boolean {
  const further = (one.distanceM ?? 0) - least
  return Math.abs(further) < SAME_PLACE_M ? one.point.id > id : further > 0
}

const matches = (point: FoundPoint, asked: PointFilter): boolean =>
  (asked.cityId === undefined || point.cityId === asked.cityId) &&
  (asked.carrier === undefined || point.carrier === asked.carrier) &&
  (asked.kind === undefined || point.kind === asked.kind) &&
  (asked.state === undefined || point.state === asked.state) &&
  (asked.payment === undefined || point.payment[asked.payment]) &&
  (asked.parcels === undefined || misfitOf(asked.parcels, point) === undefined) &&
  (asked.openAt === undefined || isOpenAt(point, asked.openAt))

/** The nearest that takes these parcels, `except` one. */
export const nearestFitting = (
  points: Iterable<FoundPoint>,
  { except, ...question }: PointsQuestion & { except: Pick<PickupPoint, 'carrier' | 'code'> },
): PointsAnswer =>
  selectPoints(points, { ...question, limit: question.limit + 1 })
    .filter(({ point }) => point.id !== pointIdOf(except))
    .slice(0, question.limit)
