import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Publications whose artefacts are still needed: what is served, what was served before it (readers are in the middle of
 * it), and what is being built. None of a deleted feed.
 */
export async function listNeededPublications(
  db: Kysely<Database>,
  feedId: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from feed_publication p join feed f on f.id = p.feed_id
    where f.id = ${feedId} and f.deleted_at is null and (p.state in ('queued', 'building') or p.id in (
      select id from feed_publication
      where feed_id = ${feedId} and state = 'published' order by number desc limit 2))`.execute(db)
  return rows.map(({ id }) => id)
}

/** Two days are longer than any publication may take: nobody works on it any more. */
export const failAbandoned = (db: Kysely<Database>, feedId: string) =>
  db
    .updateTable('feedPublication')
    .set({
      state: 'failed',
      finishedAt: sql`now()`,
      problem: JSON.stringify({ code: 'abandoned' }),
    })
    .where('feedId', '=', feedId)
    .where('state', '=', 'building')
    .where('startedAt', '<', sql<Date>`now() - interval '2 days'`)
    .execute()

/** What was left out is told of what is served and of the newest attempt; that nothing had changed, for a week. */
export async function forgetOldPublications(db: Kysely<Database>, feedId: string): Promise<void> {
  await sql`
    delete from feed_left_out l using feed_publication p, feed f
    where p.id = l.publication_id and f.id = p.feed_id and f.id = ${feedId}
      and p.state in ('published', 'held', 'failed') and p.id is distinct from f.published_id
      and exists (select from feed_publication newer
        where newer.feed_id = f.id and newer.number > p.number and newer.snapshot_at is not null)`.execute(
    db,
  )
  await db
    .deleteFrom('feedPublication')
    .where('feedId', '=', feedId)
    .where('state', '=', 'unchanged')
    .where('finishedAt', '<', sql<Date>`now() - interval '7 days'`)
    .execute()
}

/** The last trace of a feed that its seller has deleted. */
export const removeDeletedFeed = (db: Kysely<Database>, feedId: string) =>
  db.deleteFrom('feed').where('id', '=', feedId).where('deletedAt', 'is not', null).execute()
