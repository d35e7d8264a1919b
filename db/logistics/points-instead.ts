import type { Kysely } from 'kysely'
import { boxAround } from '../../domain/logistics/distance.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import type { PointKey } from '../../domain/logistics/pickup-point.ts'
import { nearestFitting, type PointsAnswer } from '../../domain/logistics/points-query.ts'
import type { Database } from '../database.ts'
import { findPointPlace, listPointsInBox } from './pickup-points.ts'

const NEAR_M = 20_000

/**
 * What could be offered in the place of a point: open and large enough as its carrier said last, in the same city of ours; the
 * nearest of the same carrier, then the nearest of others, so many of each.
 */
export async function listPointsInstead(
  db: Kysely<Database>,
  { carrier, code }: PointKey,
  { parcels, limit }: { parcels: readonly Parcel[]; limit: number },
): Promise<PointsAnswer> {
  const place = await findPointPlace(db, { carrier, code })
  if (!place) return []
  const around = await listPointsInBox(db, boxAround(place, NEAR_M))
  const nearest = (isOwn: boolean) =>
    nearestFitting(
      around.filter((point) => (point.carrier === carrier) === isOwn),
      {
        ...{ parcels, state: 'open', limit, cityId: place.cityId ?? undefined },
        near: { ...place, radiusM: NEAR_M },
        except: { carrier, code },
      },
    )
  return [...nearest(true), ...nearest(false)]
}
