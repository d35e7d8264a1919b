import { sql, type Transaction } from 'kysely'
import type { CompensationReason } from '../../domain/logistics/compensation.ts'
import type { ReplanReason } from '../../domain/logistics/replan.ts'
import type { Database } from '../database.ts'
import type { ToldTracking } from './apply-tracking.ts'
import type { AttemptRow } from './attempts.ts'
import { settleCompensation } from './compensations.ts'
import type { Telling } from './delivery-events.ts'
import { pointOf } from './record-booking.ts'
import { replanDelivery, type ReplanAsked } from './replan-delivery.ts'
import type { ShipmentRow } from './shipments.ts'

type Trx = Transaction<Database>

export type FollowedUp = {
  /** Why the buyer was told another day, or another point. */
  replanned?: ReplanReason
  /** For what something became due, or was taken back. */
  compensated: CompensationReason[]
}

/** What a carrier has told of the booking that lives, and where the shipment stood before it and stands after it. */
export type News = {
  before: ShipmentRow
  after: ShipmentRow
  attempt: AttemptRow
  told: ToldTracking
  /** What was not known. */
  fresh: ToldTracking['events']
  /** How many events that stood it took back. */
  revoked: number
}

/** Plans anew what will not come as it was promised, and settles what is due for what has ended. See decision 28. */
export async function followUp(trx: Trx, news: News, telling: Telling): Promise<FollowedUp> {
  const elsewhere = await noteOtherPoint(trx, news)
  const isNews =
    elsewhere !== undefined || news.after !== news.before || news.fresh.length + news.revoked > 0
  if (!isNews) return { compensated: [] }
  const after = elsewhere ?? news.after
  const asked = elsewhere ? { why: 'other-point' as const } : whyReplan(news)
  const isReplanned = asked ? await replanDelivery(trx, after, asked, telling) : false
  return {
    ...(asked && isReplanned && { replanned: asked.why }),
    compensated: await settleCompensation(trx, { ...news, after }, telling),
  }
}

/** Its carrier brings it to another point than it was to go to. @returns the shipment then */
async function noteOtherPoint(
  trx: Trx,
  { after, attempt, told: { pointCode } }: News,
): Promise<ShipmentRow | undefined> {
  if (pointCode === undefined || pointCode === after.pointCode) return undefined
  const point = await pointOf(trx, attempt, pointCode)
  await trx.updateTable('bookingAttempt').set(point).where('id', '=', attempt.id).execute()
  return trx
    .updateTable('shipment')
    .set({
      ...{ pointCarrier: attempt.carrier, pointCode, pointKind: point.pointKind ?? 'pvz' },
      updatedAt: sql`clock_timestamp()`,
    })
    .where('id', '=', after.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Trouble is always a reason to think anew about when it comes; other news is when it is known not to come as promised. */
function whyReplan({ before, after, fresh }: News): ReplanAsked | undefined {
  const trouble = fresh.findLast(
    ({ status, needsPlan, isRevoked, occurredAt }) =>
      !isRevoked &&
      (needsPlan || status === 'exception' || status === 'attempt-failed') &&
      // What it has got over since is no trouble any more.
      !(after.statusAt && Date.parse(occurredAt) < after.statusAt.getTime()),
  )
  if (trouble) return { why: 'delivery-problem', reason: trouble.reason }
  if (after === before) return undefined
  if (after.lateAt) return { why: 'late' }
  return after.latePredictedAt || after.expectedBy ? { why: 'late-predicted' } : undefined
}
