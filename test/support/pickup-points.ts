import type { Carrier, CarrierPoint } from '../../clients/carriers/carrier.ts'
import { CarrierError } from '../../clients/carriers/carrier.ts'
import type { Kysely } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { sampler } from './sampler.ts'

/** A point in Moscow, open every day, without limits unless said otherwise. */
export const aPoint = (code: string, rest: Partial<CarrierPoint> = {}): CarrierPoint => ({
  carrier: 'cdek',
  code,
  kind: 'pvz',
  name: `Пункт ${code}`,
  cityCode: '44',
  cityName: 'Москва',
  address: `ул. Тверская, ${code}`,
  lat: 55.7558,
  lon: 37.6173,
  state: 'open',
  hours: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '09:00', to: '21:00' })),
  exceptions: [],
  limits: {},
  payment: { cash: true, card: true },
  takesBack: true,
  ...rest,
})

/** As a carrier's list leaves it, in one of our cities. */
export async function keepPoint(
  owner: Kysely<Database>,
  { hours, exceptions, limits, payment, ...point }: CarrierPoint,
  cityId: string | null = 'msk',
): Promise<void> {
  const columns = {
    ...{ ...point, cityId, hours: JSON.stringify(hours), exceptions: JSON.stringify(exceptions) },
    ...{ limits: JSON.stringify(limits), payment: JSON.stringify(payment) },
  }
  await owner
    .insertInto('pickupPoint')
    .values(columns)
    .onConflict((conflict) => conflict.columns(['carrier', 'code']).doUpdateSet(columns))
    .execute()
}

/** A carrier that has these points, and whose list and single answers a test may change or let fail. */
export function carrierWithPoints(id: CarrierId, points: CarrierPoint[], pageSize = 100) {
  const script = {
    points,
    /** What is asked for one by one, where it is other than in the list. */
    now: new Map<string, CarrierPoint | undefined>(),
    /** Thrown once so many pages have been given. */
    failAfterPages: undefined as number | undefined,
    isAway: false,
    asked: [] as string[],
  }
  const away = (operation: 'points') =>
    new CarrierError({ carrier: id, operation, kind: 'unavailable' }, 'scripted to be away')
  const carrier = {
    id,
    async *points() {
      for (let page = 0; page * pageSize < script.points.length; page++) {
        if (script.isAway || page === script.failAfterPages) {
          script.failAfterPages = undefined
          throw away('points')
        }
        yield script.points.slice(page * pageSize, (page + 1) * pageSize)
      }
    },
    async point(code: string) {
      script.asked.push(code)
      if (script.isAway) throw away('points')
      return script.now.has(code)
        ? script.now.get(code)
        : script.points.find((point) => point.code === code)
    },
  } as unknown as Carrier
  return { carrier, script }
}

export const POINT_CENTRES = [
  { cityCode: '44', cityName: 'Москва', lat: 55.7558, lon: 37.6173 },
  { cityCode: '137', cityName: 'Санкт-Петербург', lat: 59.9386, lon: 30.3141 },
  { cityCode: '270', cityName: 'Новосибирск', lat: 55.0302, lon: 82.9204 },
  { cityCode: '11', cityName: 'Анадырь', lat: 64.7337, lon: 177.4968 },
]

/** So many points of both carriers, of all kinds, drawn from a seed. */
export function manyPoints(count: number, seed = 1): CarrierPoint[] {
  const { one, chance, number } = sampler(seed)
  const edge = () => 100 + number(600)
  return Array.from({ length: count }, (_, n) => {
    const centre = one(POINT_CENTRES)
    const kind = chance(0.4) ? 'locker' : 'pvz'
    const from = one(['00:00', '08:00', '09:00', '10:00', '20:00'])
    const to = one(['18:00', '20:00', '22:00', '24:00', '02:00'])
    return aPoint(`P${n}`, {
      ...centre,
      carrier: n % 3 === 0 ? 'dpd' : 'cdek',
      kind,
      // Several stand in the same house.
      lat: centre.lat + (number(4_000) - 2_000) / 10_000,
      lon: centre.lon + (number(4_000) - 2_000) / 10_000,
      state: chance(0.8) ? 'open' : chance(0.5) ? 'full' : 'closed',
      hours: [1, 2, 3, 4, 5, 6, 7].filter(() => chance(0.8)).map((day) => ({ day, from, to })),
      exceptions: chance(0.2)
        ? [
            {
              from: '2026-12-30',
              to: '2027-01-03',
              ...(chance(0.5) && { open: ['10:00', '15:00'] as [string, string] }),
            },
          ]
        : [],
      limits: {
        ...(chance(0.7) && { maxWeightG: 1_000 * (1 + number(30)) }),
        ...(chance(0.2) && { maxSumMm: 500 + number(1_500) }),
        ...(kind === 'locker' && {
          cells: Array.from({ length: 1 + number(3) }, () => ({
            lengthMm: edge(),
            widthMm: edge(),
            heightMm: edge(),
          })),
        }),
      },
      payment: { cash: chance(0.5), card: chance(0.7) },
    })
  })
}
