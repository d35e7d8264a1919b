import { sql, type Kysely, type Transaction } from 'kysely'
import type { AttemptState, HumanTaskKind } from '../../contracts/logistics.ts'
import { appendAudit } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
import { lockAttempt, moveAttempt } from './attempts.ts'
import type { Telling } from './delivery-events.ts'
import { recordGone } from './record-booking.ts'
import type { HumanTaskRow } from './tasks.ts'

export type TaskFilter = {
  state?: HumanTaskRow['state'] | undefined
  kind?: HumanTaskKind | undefined
  /** Pages go on with what is newer. */
  afterId?: string | undefined
  limit: number
}

/** What waits longest first, as role `system`. */
export const listTasks = (
  db: Kysely<Database>,
  { state, kind, afterId, limit }: TaskFilter,
): Promise<HumanTaskRow[]> =>
  db
    .selectFrom('humanTask')
    .selectAll()
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
    .$if(afterId !== undefined, (query) => query.where('id', '>', afterId!))
    .orderBy('id')
    .limit(limit)
    .execute()

export type Resolution = {
  id: string
  /** In the operator's words. */
  resolution: string
  /** What a person has found out, or seen to, about the booking of the task. */
  outcome?: SettledBy | undefined
  actor: `key:${string}`
  traceParent: string | null
}
/** `absent`: the carrier has no such booking; `cancelled`: it has, and has cancelled it. */
export type SettledBy = 'absent' | 'cancelled'

/** What a person can settle at the carrier. */
export const SETTLES: Partial<Record<HumanTaskKind, readonly SettledBy[]>> = {
  'unsettled-booking': ['absent', 'cancelled'],
  'cancel-by-phone': ['cancelled'],
  'loose-booking': ['cancelled'],
}

/**
 * Closes a task with what came of it, and the event by which its delivery hears of it.
 * @returns it, and whether it was open; `undefined` when there is none
 */
export async function resolveTask(
  trx: Transaction<Database>,
  { id, resolution, outcome, actor, traceParent }: Resolution,
): Promise<{ task: HumanTaskRow; wasOpen: boolean } | undefined> {
  const task = await findTask(trx, id)
  if (!task || task.state === 'done') return task && { task, wasOpen: false }
  const { sellerId, shipmentId, attemptId, kind } = task
  // Its shipment before its task, as everywhere.
  if (attemptId !== null) await lockAttempt(trx, attemptId)
  const closed = await trx
    .updateTable('humanTask')
    .set({ state: 'done', resolution, closedBy: actor, closedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .returningAll()
    .executeTakeFirst()
  if (!closed) return { task, wasOpen: false }
  if (attemptId !== null && outcome !== undefined)
    await settleByHand(trx, attemptId, { outcome, telling: { actor, traceParent } })
  const subject = `delivery:${shipmentId}`
  const data = {
    ...{ taskId: id, deliveryId: shipmentId, kind },
    ...(attemptId && { attemptId }),
    ...(outcome && { outcome }),
  }
  const type = 'delivery.task_resolved'
  await appendAudit(trx, { sellerId: null, actor, action: type, subject, data })
  await appendEvent(trx, { sellerId, type, subject, data, traceParent })
  return { task: closed, wasOpen: true }
}

export const findTask = (db: Kysely<Database>, id: string): Promise<HumanTaskRow | undefined> =>
  db.selectFrom('humanTask').selectAll().where('id', '=', id).executeTakeFirst()

/** A booking of which its carrier gives no account stands as a person says; a loser that was let go of costs nothing then. */
async function settleByHand(
  trx: Transaction<Database>,
  attemptId: string,
  { outcome, telling }: { outcome: SettledBy; telling: Telling },
): Promise<void> {
  const gone = { to: outcome, why: 'no-answer', fault: 'none' } as const
  const from: AttemptState[] = ['asked', 'pending', 'unknown', 'cancelling']
  await recordGone(trx, attemptId, { ...gone, from, reasonCode: 'by-hand' }, telling)
  const loser = await moveAttempt(trx, attemptId, { to: outcome, from: ['woken', 'loose'] })
  if (!loser) return
  await trx
    .updateTable('costEntry')
    .set({ actualMinor: 0, settledAt: sql`now()` })
    .where('attemptId', '=', attemptId)
    .execute()
}
