import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { listWriteTargets } from './search-targets.ts'

export type PoisonDocumentRow = Selectable<Database['poisonDocument']>

/** A version of a document, and the index that took or refused it. */
export type Written = { shopProductId: string; version: number; indexName: string }

export type Refusal = Written & {
  /** That of the item, as of an HTTP answer. */
  status: number
  reason: string
  /** Another try may help although nothing has changed. */
  transient: boolean
}

const LONGEST_REASON = 1_000

/**
 * Puts documents aside with the reason, so that they do not stand before others; confirm them in the same transaction.
 * A transient refusal is tried again after seconds, then minutes, within the hour at the latest.
 */
export async function parkDocuments(
  trx: Transaction<Database>,
  refusals: readonly Refusal[],
): Promise<void> {
  if (refusals.length === 0) return
  await sql`
    insert into poison_document as parked (shop_product_id, index_name, version, status, reason, retry_at)
    select shop_product_id, index_name, version, status, reason,
      case when transient then clock_timestamp() + interval '10 seconds' end
    from unnest(
      ${refusals.map(({ shopProductId }) => shopProductId)}::bigint[],
      ${refusals.map(({ indexName }) => indexName)}::text[],
      ${refusals.map(({ version }) => version)}::bigint[],
      ${refusals.map(({ status }) => status)}::int[],
      ${refusals.map(({ reason }) => reason.slice(0, LONGEST_REASON))}::text[],
      ${refusals.map(({ transient }) => transient)}::boolean[]
    ) as given (shop_product_id, index_name, version, status, reason, transient)
    on conflict (shop_product_id, index_name) do update
      set version = excluded.version, status = excluded.status, reason = excluded.reason,
          attempts = parked.attempts + 1, parked_at = excluded.parked_at,
          retry_at = case when excluded.retry_at is not null
            then clock_timestamp() + interval '10 seconds' * least(2 ^ parked.attempts, 360) end
      where parked.version <= excluded.version`.execute(trx)
}

/** What an index took is poison to it no more. */
export async function unparkDocuments(
  trx: Transaction<Database>,
  taken: readonly Written[],
): Promise<void> {
  await sql`
    delete from poison_document parked using unnest(
      ${taken.map(({ shopProductId }) => shopProductId)}::bigint[],
      ${taken.map(({ indexName }) => indexName)}::text[],
      ${taken.map(({ version }) => version)}::bigint[]
    ) as given (shop_product_id, index_name, version)
    where parked.shop_product_id = given.shop_product_id and parked.index_name = given.index_name
      and parked.version <= given.version`.execute(trx)
}

/** Makes those pending whose next try is due, for an index that still takes changes. */
export async function retryDuePoison(db: Kysely<Database>, limit: number): Promise<void> {
  await makePending(
    db,
    sql`select shop_product_id from poison_document
      where retry_at <= clock_timestamp() and index_name = any (${await listWriteTargets(db)}::text[])
      order by retry_at limit ${limit}`,
  )
}

/** Makes a parked document pending again; it stays on the list until an index takes it. Absent when it is not parked. */
export async function retryPoison(
  db: Kysely<Database>,
  id: string,
): Promise<PoisonDocumentRow | undefined> {
  await makePending(db, sql`select shop_product_id from poison_document where id = ${id}`)
  return db.selectFrom('poisonDocument').selectAll().where('id', '=', id).executeTakeFirst()
}

/** In id order, as whoever raises changes locks them. */
const makePending = (db: Kysely<Database>, ids: ReturnType<typeof sql>) =>
  sql`
    with waiting as materialized (
      select shop_product_id from change
      where search_version >= version and shop_product_id in (${ids})
      order by shop_product_id for update
    )
    update change set search_version = 0, changed_at = clock_timestamp()
    from waiting where change.shop_product_id = waiting.shop_product_id`.execute(db)

/** Of the indices that still matter, the newest first. */
export const listPoison = (
  db: Kysely<Database>,
  { limit, before }: { limit: number; before?: string | undefined },
): Promise<PoisonDocumentRow[]> =>
  db
    .selectFrom('poisonDocument')
    .selectAll()
    .where('indexName', 'in', (from) =>
      from
        .selectFrom('searchGeneration')
        .select('indexName')
        .where('state', 'in', ['building', 'live', 'retired']),
    )
    .$if(before !== undefined, (query) => query.where('id', '<', before!))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
