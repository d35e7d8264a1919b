import { sql, type Insertable, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { FeedKind } from '../../domain/integrations/feeds/settings.ts'
import type { Database } from '../database.ts'
import type { FeedArtefact } from './feed-tables.ts'
import { insertPublication, lockFeed, type Feed, type FeedPublication } from './feeds.ts'

export type FeedLeftOut = Selectable<Database['feedLeftOut']>

type Trx = Transaction<Database>

export const insertFeed = (trx: Trx, values: Insertable<Database['feed']>): Promise<Feed> =>
  trx.insertInto('feed').values(values).returningAll().executeTakeFirstOrThrow()

/** In the eyes of the seller of `trx`: another seller's feed is absent, and so is a deleted one. */
export const findOwnFeed = (trx: Trx, feedId: string): Promise<Feed | undefined> =>
  trx
    .selectFrom('feed')
    .selectAll()
    .where('id', '=', feedId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()

/** The oldest first; `afterId` is the last one of the page before. */
export const listFeeds = (
  trx: Trx,
  { afterId, limit }: { afterId: string | undefined; limit: number },
): Promise<Feed[]> =>
  trx
    .selectFrom('feed')
    .selectAll()
    .where('deletedAt', 'is', null)
    .$if(afterId !== undefined, (query) =>
      query.where(
        sql<boolean>`(created_at, id) > (select created_at, id from feed where id = ${afterId}::uuid)`,
      ),
    )
    .orderBy('createdAt')
    .orderBy('id')
    .limit(limit)
    .execute()

export type FeedChanges = {
  name?: string
  filters?: string
  settings?: string
  everyMinutes?: number | null
}

export const updateFeed = (trx: Trx, feedId: string, changes: FeedChanges): Promise<Feed> =>
  trx
    .updateTable('feed')
    .set({ ...changes, updatedAt: sql`now()` })
    .where('id', '=', feedId)
    .returningAll()
    .executeTakeFirstOrThrow()

export const markFeedDeleted = (trx: Trx, feedId: string) =>
  trx
    .updateTable('feed')
    .set({ deletedAt: sql`now()` })
    .where('id', '=', feedId)
    .execute()

/**
 * The publication that is to be made next; one that waits already is the same.
 * @returns `isNew` false when it waits already; `undefined` when the seller has no such feed
 */
export async function queuePublication(
  trx: Trx,
  feedId: string,
  { id, confirmShrink, traceParent }: Pick<FeedPublication, 'id' | 'confirmShrink' | 'traceParent'>,
): Promise<{ publication: FeedPublication; isNew: boolean } | undefined> {
  const feed = await lockFeed(trx, feedId)
  if (!feed || feed.deletedAt) return undefined
  const waiting = await trx
    .updateTable('feedPublication')
    .set({ confirmShrink: sql<boolean>`confirm_shrink or ${confirmShrink}` })
    .where('feedId', '=', feedId)
    .where('state', '=', 'queued')
    .returningAll()
    .executeTakeFirst()
  if (waiting) return { publication: waiting, isNew: false }
  const values = { id, state: 'queued' as const, confirmShrink, traceParent }
  return { publication: await insertPublication(trx, feed, values), isNew: true }
}

/** The newest first; `before` is the number of the last one of the page before. */
export const listPublications = (
  trx: Trx,
  feedId: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<FeedPublication[]> =>
  trx
    .selectFrom('feedPublication')
    .selectAll()
    .where('feedId', '=', feedId)
    .$if(before !== undefined, (query) => query.where('number', '<', before ?? 0))
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()

/** What the newest publication whose products were read could not offer. */
export const listLeftOut = (
  trx: Trx,
  feedId: string,
  { afterSeq, limit }: { afterSeq: string; limit: number },
): Promise<FeedLeftOut[]> =>
  trx
    .selectFrom('feedLeftOut')
    .selectAll()
    .where('publicationId', '=', (eb) =>
      eb
        .selectFrom('feedPublication')
        .select('id')
        .where('feedId', '=', feedId)
        .where('snapshotAt', 'is not', null)
        .orderBy('number', 'desc')
        .limit(1),
    )
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute()

export type PublishedFeed = {
  feedId: string
  publicationId: string
  kind: FeedKind
  artefacts: FeedArtefact[]
  finishedAt: Date
}

/** What is served at the address with this token. Role `storefront`. */
export async function findPublishedFeed(
  db: Kysely<Database>,
  token: string,
): Promise<PublishedFeed | undefined> {
  const { rows } = await sql<PublishedFeed>`select * from find_published_feed(${token})`.execute(db)
  return rows[0]
}
