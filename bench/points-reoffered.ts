import { MockActivityEnvironment } from '@temporalio/testing'
import type { Kysely } from 'kysely'
import type { PointCheck } from '../contracts/pickup-points.ts'
import type { PointsActivities } from '../activities/logistics/points.ts'
import type { CarrierPoint } from '../clients/carriers/carrier.ts'
import type { Database } from '../db/database.ts'
import { pointsBySql, type PointQuestion } from '../test/support/points-by-sql.ts'

/** Points instead are looked for so far away. */
const NEAR_M = 20_000

export type Closures = {
  questions: readonly PointQuestion[]
  wanted: number
  close(id: string): { point: CarrierPoint; activities: PointsActivities }
}
export type Reoffered = { closed: number; offered: number; nearest: number }

/**
 * The buyer has chosen the nearest point that takes his parcels, and it closes before it is booked: whether that is found out,
 * and whether he is offered the nearest of the same carrier that takes them, or else of another, as every point in the database says.
 */
export async function reoffer(
  db: Kysely<Database>,
  { questions, wanted, close }: Closures,
): Promise<Reoffered> {
  const figures: Reoffered = { closed: 0, offered: 0, nearest: 0 }
  for (const question of questions) {
    if (figures.closed === wanted) break
    const [chosen] = await pointsBySql(db, { ...question, limit: 1 })
    if (chosen === undefined) continue
    const { point, activities } = close(chosen)
    const { carrier, code, lat, lon } = point
    const parcels = [...question.parcels!]
    figures.closed++
    const checked: PointCheck = await new MockActivityEnvironment().run(
      activities.checkPickupPoint,
      { carrier, code, parcels },
    )
    const near = { lat, lon, radiusM: NEAR_M }
    const others = await pointsBySql(db, { near, parcels, limit: 100_000, kind: undefined })
    const expected = others.find((id) => id.startsWith(`${carrier}:`)) ?? others[0]
    const offer = checked.outcome === 'closed' ? checked.nearest : undefined
    if (offer) figures.offered++
    if (offer && `${offer.carrier}:${offer.code}` === expected) figures.nearest++
  }
  return figures
}
