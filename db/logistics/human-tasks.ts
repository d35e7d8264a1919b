import { sql, type Kysely, type Transaction } from 'kysely'
import type { HumanTaskKind } from '../../contracts/logistics.ts'
import { appendAudit } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
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
  actor: `key:${string}`
  traceParent: string | null
}

/**
 * Closes a task, with the event by which its delivery hears of it.
 * @returns it, and whether it was open; `undefined` when there is none
 */
export async function resolveTask(
  trx: Transaction<Database>,
  { id, resolution, actor, traceParent }: Resolution,
): Promise<{ task: HumanTaskRow; wasOpen: boolean } | undefined> {
  const found = await trx
    .selectFrom('humanTask')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!found || found.state === 'done') return found && { task: found, wasOpen: false }
  const task = await trx
    .updateTable('humanTask')
    .set({ state: 'done', resolution, closedBy: actor, closedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const { sellerId, shipmentId, attemptId, kind } = task
  const subject = `delivery:${shipmentId}`
  const data = { taskId: id, deliveryId: shipmentId, kind, ...(attemptId && { attemptId }) }
  const type = 'delivery.task_resolved'
  await appendAudit(trx, { sellerId: null, actor, action: type, subject, data })
  await appendEvent(trx, { sellerId, type, subject, data, traceParent })
  return { task, wasOpen: true }
}
