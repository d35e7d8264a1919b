import { sql, type Kysely, type Selectable } from 'kysely'
import type { CarrierId, PickupPointKind } from '../../contracts/logistics.ts'
import { boxAround, type Box, type LatLon } from '../../domain/logistics/distance.ts'
import {
  parsePointId,
  type PickupPoint,
  type PointId,
  type PointKey,
  type PointState,
} from '../../domain/logistics/pickup-point.ts'
import { foundPoint, type FoundPoint } from '../../domain/logistics/points-index.ts'
import type { Database } from '../database.ts'

/** What a point is to its readers. */
export const POINT_COLUMNS = [
  'carrier',
  'code',
  'kind',
  'name',
  'cityCode',
  'cityName',
  'cityId',
  'address',
  'lat',
  'lon',
  'state',
  'hours',
  'exceptions',
  'limits',
  'payment',
  'takesBack',
] as const

const inUse = (db: Kysely<Database>) =>
  db.selectFrom('pickupPoint').select(POINT_COLUMNS).where('goneAt', 'is', null)

/** One that its carrier still had when it was asked last. */
export async function findPoint(
  db: Kysely<Database>,
  { carrier, code }: PointKey,
): Promise<FoundPoint | undefined> {
  const row = await inUse(db)
    .where('carrier', '=', carrier)
    .where('code', '=', code)
    .executeTakeFirst()
  return row && foundPoint(row)
}

/** Where a point is, or was before its carrier closed it for good. */
export const findPointPlace = (db: Kysely<Database>, { carrier, code }: PointKey) =>
  db
    .selectFrom('pickupPoint')
    .select(['lat', 'lon', 'cityId', 'name', 'address', 'hours', 'kind', 'state'])
    .where('carrier', '=', carrier)
    .where('code', '=', code)
    .executeTakeFirst()

/** All within the box: of one carrier where it says which. */
export async function listPointsInBox(
  db: Kysely<Database>,
  { minLat, maxLat, lons }: Box,
  carrier?: CarrierId,
): Promise<FoundPoint[]> {
  const rows = await inUse(db)
    .where('lat', '>=', minLat)
    .where('lat', '<=', maxLat)
    .$if(lons !== undefined, (query) =>
      query.where('lon', '>=', lons!.min).where('lon', '<=', lons!.max),
    )
    .$if(carrier !== undefined, (query) => query.where('carrier', '=', carrier!))
    .execute()
  return rows.map(foundPoint)
}

export type NearestFilter = {
  near: LatLon & { radiusM: number }
  cityId?: string | undefined
  carrier?: CarrierId | undefined
  kind?: PickupPointKind | undefined
  state?: PointState | undefined
}
/** Where a batch ended; the first one begins where `metres` says, with points of any id. */
export type NearestPosition = { metres: number; id?: PointId }

/** So many points, the nearest first: PostgreSQL measures them all and gives these. */
export async function listNearestPoints(
  db: Kysely<Database>,
  { near, ...filter }: NearestFilter,
  { after, limit }: { after: NearestPosition; limit: number },
): Promise<{ point: FoundPoint; metres: number }[]> {
  const { minLat, maxLat, lons } = boxAround(near, near.radiusM)
  const metres = metresFrom(near)
  const key = after.id === undefined ? undefined : parsePointId(after.id)
  const rows = await inUse(db)
    .select(metres.as('metres'))
    .where('lat', '>=', minLat)
    .where('lat', '<=', maxLat)
    .$if(lons !== undefined, (query) =>
      query.where('lon', '>=', lons!.min).where('lon', '<=', lons!.max),
    )
    .$if(filter.cityId !== undefined, (query) => query.where('cityId', '=', filter.cityId!))
    .$if(filter.carrier !== undefined, (query) => query.where('carrier', '=', filter.carrier!))
    .$if(filter.kind !== undefined, (query) => query.where('kind', '=', filter.kind!))
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state!))
    .where((eb) =>
      key
        ? sql<boolean>`(${metres}, carrier, code) > (${after.metres}::float8, ${key.carrier}, ${key.code})`
        : eb(metres, '>=', after.metres),
    )
    .orderBy(metres)
    .orderBy('carrier')
    .orderBy('code')
    .limit(limit)
    .execute()
  return rows.map(({ metres, ...row }) => ({ point: foundPoint(row), metres }))
}

/** As domain/logistics/distance.ts has it. */
const metresFrom = ({ lat, lon }: LatLon) => sql<number>`
  2 * 6371008.7714 * asin(least(1, sqrt((1 - cos(radians(lat) - radians(${lat}::float8))
    + cos(radians(lat)) * cos(radians(${lat}::float8)) * (1 - cos(radians(lon - ${lon}::float8)))) / 2)))`

/** Points by id, from behind one on; of one city where it says which. */
export async function listPointsById(
  db: Kysely<Database>,
  { afterId, cityId, limit }: { afterId?: string; cityId?: string; limit: number },
): Promise<FoundPoint[]> {
  const rows = await inUse(db)
    .$if(cityId !== undefined, (query) => query.where('cityId', '=', cityId!))
    .$if(afterId !== undefined, (query) => {
      const [carrier, ...rest] = afterId!.split(':')
      return query.where(sql<boolean>`(carrier, code) > (${carrier!}, ${rest.join(':')})`)
    })
    .orderBy('carrier')
    .orderBy('code')
    .limit(limit)
    .execute()
  return rows.map(foundPoint)
}

export const listPointSyncs = (db: Kysely<Database>) =>
  db.selectFrom('pickupPointSync').selectAll().orderBy('carrier').execute()
export type PointSync = Selectable<Database['pickupPointSync']>

/** What its carrier says of a point when it is asked for it alone; `undefined` where it has no such point any more. */
export async function notePoint(
  db: Kysely<Database>,
  { carrier, code }: PointKey,
  now: (Pick<PickupPoint, 'limits'> & { state: PointState }) | undefined,
): Promise<void> {
  const limits = now && JSON.stringify(now.limits)
  await db
    .updateTable('pickupPoint')
    .set({
      state: now?.state ?? 'closed',
      ...(limits !== undefined && { limits }),
      ...(now === undefined && { goneAt: sql<Date>`now()` }),
      version: sql`version + 1`,
      changedAt: sql<Date>`now()`,
    })
    .where('carrier', '=', carrier)
    .where('code', '=', code)
    .where('goneAt', 'is', null)
    .where((eb) =>
      now === undefined
        ? eb.val(true)
        : eb.or([
            eb('state', '<>', now.state),
            sql<boolean>`limits is distinct from ${limits!}::jsonb`,
          ]),
    )
    .execute()
}

/** The carriers' own codes of one of our cities, as most of their points there have it. */
export async function findCityCodes(
  db: Kysely<Database>,
  cityId: string,
): Promise<Partial<Record<CarrierId, string>>> {
  const rows = await db
    .selectFrom('pickupPoint')
    .distinctOn('carrier')
    .select(['carrier', 'cityCode'])
    .where('cityId', '=', cityId)
    .where('cityCode', '<>', '')
    .where('goneAt', 'is', null)
    .groupBy(['carrier', 'cityCode'])
    .orderBy('carrier')
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .orderBy('cityCode')
    .execute()
  return Object.fromEntries(rows.map(({ carrier, cityCode }) => [carrier, cityCode]))
}
