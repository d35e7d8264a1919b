import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

export type DuePicture = { sellerId: string; urlHash: Buffer; url: string; attempts: number }
type PictureKey = Pick<DuePicture, 'sellerId' | 'urlHash'>

/** Null when none of these imports ever ran. */
export async function findEarliestStart(
  db: Kysely<Database>,
  importIds: readonly string[],
): Promise<Date | null> {
  const { since } = await db
    .selectFrom('import')
    .select((eb) => eb.fn.min('startedAt').as('since'))
    .where('id', 'in', importIds)
    .executeTakeFirstOrThrow()
  return since
}

export type ProductPage = { shopId: string; since: Date; after: string; limit: number }

/**
 * Notes the pictures of the next `limit` products of a shop that were written since then, in order of their external ids,
 * each address once per seller.
 * @returns where to go on; null at the end
 */
export async function noteShopPictures(
  db: Kysely<Database>,
  { shopId, since, after, limit }: ProductPage,
): Promise<string | null> {
  const { rows } = await sql<{ last: string | null }>`
    with page as materialized (
      select seller_id, external_id, pictures from product
      where origin_shop_id = ${shopId}::bigint and external_id > ${after} and updated_at >= ${since}
      order by external_id limit ${limit}),
    noted as (
      insert into picture (seller_id, url_hash, url, shop_id)
      select seller_id, sha256(convert_to(url, 'UTF8')), url, ${shopId}::bigint
      from (select distinct seller_id, unnest(pictures) as url from page) each
      order by 2
      on conflict do nothing)
    select max(external_id) as last from page`.execute(db)
  return rows[0]?.last ?? null
}

export const listDuePictures = (
  db: Kysely<Database>,
  shopId: string,
  limit: number,
): Promise<DuePicture[]> =>
  db
    .selectFrom('picture')
    .select(['sellerId', 'urlHash', 'url', 'attempts'])
    .where('shopId', '=', shopId)
    .where('state', '=', 'pending')
    .where('nextTryAt', '<=', sql<Date>`now()`)
    .orderBy('nextTryAt')
    .limit(limit)
    .execute()

/** Null when nothing of the shop is waiting. */
export async function secondsToNextPicture(
  db: Kysely<Database>,
  shopId: string,
): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select ceil(extract(epoch from min(next_try_at) - now()))::int as seconds from picture
    where shop_id = ${shopId}::bigint and state = 'pending'`.execute(db)
  const seconds = rows[0]?.seconds ?? null
  return seconds === null ? null : Math.max(seconds, 1)
}

export type StoredPicture = {
  sha256: string
  contentType: string
  bytes: number
  width: number
  height: number
  etag: string | null
}

export const markPictureStored = (db: Kysely<Database>, key: PictureKey, stored: StoredPicture) =>
  db
    .updateTable('picture')
    .set((eb) => ({
      ...stored,
      state: 'stored',
      reason: null,
      attempts: eb('attempts', '+', 1),
    }))
    .where('sellerId', '=', key.sellerId)
    .where('urlHash', '=', key.urlHash)
    .where('state', '=', 'pending')
    .execute()

/** Tried again after `retrySeconds`, or never. */
export const markPictureFailed = (
  db: Kysely<Database>,
  key: PictureKey,
  { reason, retrySeconds }: { reason: string; retrySeconds: number | null },
) =>
  db
    .updateTable('picture')
    .set((eb) => ({
      state: retrySeconds === null ? 'failed' : 'pending',
      reason,
      attempts: eb('attempts', '+', 1),
      nextTryAt: sql`now() + ${retrySeconds ?? 0} * interval '1 second'`,
    }))
    .where('sellerId', '=', key.sellerId)
    .where('urlHash', '=', key.urlHash)
    .where('state', '=', 'pending')
    .execute()

/** By what it shows, not by where it was: what has this digest never changes. */
export const findStoredPicture = (db: Kysely<Database>, sha256: string) =>
  db
    .selectFrom('picture')
    .select(['contentType', 'bytes'])
    .where('sha256', '=', sha256)
    .where('state', '=', 'stored')
    .limit(1)
    .executeTakeFirst()
