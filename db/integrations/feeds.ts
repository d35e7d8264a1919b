import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { LeftOutReason } from '../../domain/integrations/feeds/product.ts'
import type { Database } from '../database.ts'
import type { FeedArtefact, FeedProblem } from './feed-tables.ts'

export type Feed = Selectable<Database['feed']>
export type FeedPublication = Selectable<Database['feedPublication']>

export const findFeed = (db: Kysely<Database>, feedId: string): Promise<Feed | undefined> =>
  db.selectFrom('feed').selectAll().where('id', '=', feedId).executeTakeFirst()

/** One at a time decides about a feed. */
export const lockFeed = (trx: Transaction<Database>, feedId: string): Promise<Feed | undefined> =>
  trx.selectFrom('feed').selectAll().where('id', '=', feedId).forUpdate().executeTakeFirst()

export const findPublication = (
  db: Kysely<Database>,
  publicationId: string,
): Promise<FeedPublication | undefined> =>
  db.selectFrom('feedPublication').selectAll().where('id', '=', publicationId).executeTakeFirst()

export const getPublication = (
  db: Kysely<Database>,
  publicationId: string,
): Promise<FeedPublication> =>
  db
    .selectFrom('feedPublication')
    .selectAll()
    .where('id', '=', publicationId)
    .executeTakeFirstOrThrow()

export type NewPublication = Pick<FeedPublication, 'id' | 'state' | 'confirmShrink' | 'traceParent'>

/** Numbered after the feed's last one; the caller holds the feed's lock. */
export const insertPublication = (
  trx: Kysely<Database>,
  { id: feedId, sellerId }: Feed,
  values: NewPublication,
): Promise<FeedPublication> =>
  trx
    .insertInto('feedPublication')
    .values((eb) => ({
      ...values,
      feedId,
      sellerId,
      number: eb
        .selectFrom('feedPublication')
        .select(sql<number>`coalesce(max(number), 0) + 1`.as('next'))
        .where('feedId', '=', feedId),
    }))
    .returningAll()
    .executeTakeFirstOrThrow()

export const startPublication = (trx: Kysely<Database>, publicationId: string) =>
  trx
    .updateTable('feedPublication')
    .set({ state: 'building', startedAt: sql`coalesce(started_at, now())` })
    .where('id', '=', publicationId)
    .execute()

/** The one held after what is published now, which the same content would only repeat. */
export const findHeld = (
  db: Kysely<Database>,
  feedId: string,
  published: FeedPublication | undefined,
): Promise<FeedPublication | undefined> =>
  db
    .selectFrom('feedPublication')
    .selectAll()
    .where('feedId', '=', feedId)
    .where('state', '=', 'held')
    .where('number', '>', published?.number ?? 0)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()

export type Build = {
  fingerprint: string
  snapshotAt: Date
  items: number
  leftOut: number
  artefacts: readonly FeedArtefact[]
}

export const recordBuild = (
  db: Kysely<Database>,
  publicationId: string,
  { artefacts, ...build }: Build,
) =>
  db
    .updateTable('feedPublication')
    .set({ ...build, artefacts: JSON.stringify(artefacts) })
    .where('id', '=', publicationId)
    .where('state', '=', 'building')
    .execute()

export const clearLeftOut = (db: Kysely<Database>, publicationId: string) =>
  db.deleteFrom('feedLeftOut').where('publicationId', '=', publicationId).execute()

export type LeftOut = LeftOutReason & { shopProductId: string; externalId: string }

export async function insertLeftOut(
  db: Kysely<Database>,
  { id: publicationId, sellerId }: Pick<FeedPublication, 'id' | 'sellerId'>,
  leftOut: readonly LeftOut[],
): Promise<void> {
  if (leftOut.length === 0) return
  const column = (key: keyof LeftOut) => leftOut.map((one) => one[key] ?? null)
  await sql`
    insert into feed_left_out (publication_id, seller_id, shop_product_id, external_id, field, code, value)
    select ${publicationId}::uuid, ${sellerId}::bigint, * from unnest(
      ${column('shopProductId')}::bigint[], ${column('externalId')}::text[], ${column('field')}::text[],
      ${column('code')}::text[], ${column('value')}::text[])`.execute(db)
}

/**
 * Ends a publication once.
 * @returns false when it had ended before
 */
export async function finishPublication(
  trx: Kysely<Database>,
  publicationId: string,
  state: 'published' | 'held' | 'unchanged' | 'failed',
  problem?: FeedProblem,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('feedPublication')
    .set({
      state,
      finishedAt: sql`clock_timestamp()`,
      ...(problem ? { problem: JSON.stringify(problem) } : {}),
    })
    .where('id', '=', publicationId)
    .where('state', 'in', ['queued', 'building'])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** From now on this is what is served. */
export const swapPublished = (trx: Kysely<Database>, feedId: string, publicationId: string) =>
  trx.updateTable('feed').set({ publishedId: publicationId }).where('id', '=', feedId).execute()
