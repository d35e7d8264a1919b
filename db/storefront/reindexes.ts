import { sql, type Kysely, type Selectable, type Transaction, type Updateable } from 'kysely'
import type { ReindexState } from '../../contracts/storefront.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
import { createdAtMicros, olderThan, type Newest } from './newest.ts'

export type Reindex = Selectable<Database['reindex']>

/** While one is in these states, no other may begin. */
export const AT_WORK = [
  'queued',
  'backfilling',
  'paused',
  'verifying',
] as const satisfies ReindexState[]

export type ReindexRequest = { id: string; rollbackMinutes: number; traceParent: string | null }

/**
 * Puts a reindex on record together with the event that starts it, as role `system`.
 * @returns it, or the one that is at work already: then nothing was written
 */
export async function requestReindex(
  trx: Transaction<Database>,
  asked: ReindexRequest,
): Promise<Reindex> {
  const { traceParent, ...request } = asked
  const inserted = await trx
    .insertInto('reindex')
    .values(request)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!inserted) {
    const atWork = await trx
      .selectFrom('reindex')
      .selectAll()
      .where('state', 'in', AT_WORK)
      .executeTakeFirst()
    // It may have ended in between.
    return atWork ?? requestReindex(trx, asked)
  }
  await appendEvent(trx, {
    ...{ sellerId: null, type: 'reindex.requested', subject: `reindex:${request.id}` },
    ...{ data: { reindexId: request.id }, traceParent },
  })
  return inserted
}

export const findReindex = (db: Kysely<Database>, id: string): Promise<Reindex | undefined> =>
  db.selectFrom('reindex').selectAll().where('id', '=', id).executeTakeFirst()

export const getReindex = (db: Kysely<Database>, id: string): Promise<Reindex> =>
  db.selectFrom('reindex').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

export const lockReindex = (trx: Transaction<Database>, id: string): Promise<Reindex> =>
  trx.selectFrom('reindex').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()

export async function updateReindex(
  db: Kysely<Database>,
  id: string,
  values: Updateable<Database['reindex']>,
): Promise<void> {
  await db.updateTable('reindex').set(values).where('id', '=', id).execute()
}

/**
 * The same for one that is at work; one that is over stays as it ended.
 * @returns it as it is then, or nothing when it is over
 */
export const updateAtWork = (
  db: Kysely<Database>,
  id: string,
  values: Updateable<Database['reindex']>,
): Promise<Reindex | undefined> =>
  db
    .updateTable('reindex')
    .set(values)
    .where('id', '=', id)
    .where('state', 'in', AT_WORK)
    .returningAll()
    .executeTakeFirst()

/**
 * Moves the position on, with what was done since it was last moved. One who is late, or fills an index that was given
 * up, moves nothing.
 */
export async function commitBackfill(
  db: Kysely<Database>,
  { id, generationId }: Pick<Reindex, 'id' | 'generationId'>,
  done: { afterId: string; read: number; written: number; workedMs: number },
): Promise<void> {
  await sql`
    update reindex set after_id = ${done.afterId}, read_count = read_count + ${done.read},
      written_count = written_count + ${done.written}, worked_ms = worked_ms + ${Math.round(done.workedMs)}
    where id = ${id} and generation_id = ${generationId} and after_id < ${done.afterId}`.execute(db)
}

/** From the first page of another generation on: what was written is gone. */
export const restartBackfill = (db: Kysely<Database>, id: string): Promise<void> =>
  updateReindex(db, id, {
    ...{ generationId: null, indexName: null, afterId: 0 },
    ...{ readCount: 0, writtenCount: 0, workedMs: 0 },
  })

/** Its rollback window is closed. */
export async function completeReindex(db: Kysely<Database>, id: string): Promise<void> {
  await db
    .updateTable('reindex')
    .set({ state: 'completed', finishedAt: new Date() })
    .where('id', '=', id)
    .where('state', '=', 'live')
    .execute()
}

/** One whose workflow is gone; what it built is cleared away by the next one. */
export async function closeAbandoned(db: Kysely<Database>, id: string): Promise<void> {
  await updateAtWork(db, id, {
    ...{ state: 'failed', finishedAt: new Date() },
    problem: JSON.stringify({ code: 'workflow-gone' }),
  })
}

/** Those that can still be rolled back. */
export const listOpenWindows = (db: Kysely<Database>): Promise<Reindex[]> =>
  db.selectFrom('reindex').selectAll().where('state', '=', 'live').execute()

export async function countShopProducts(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom('shopProduct')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The newest first; `after` is where the page before ended. */
export const listReindexes = (
  db: Kysely<Database>,
  { after, limit }: { after: Newest | undefined; limit: number },
) =>
  db
    .selectFrom('reindex')
    .selectAll()
    .select(createdAtMicros.as('createdAtMicros'))
    .$if(after !== undefined, (all) => all.where(olderThan(after!)))
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
