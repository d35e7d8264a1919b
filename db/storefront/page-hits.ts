import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'
import { DAYS_THAT_COUNT, today } from './popularity.ts'

/** How often a page was read, since it was last counted; named as the cache names it. */
export type PageHits = { kind: string; scope: string; page: string; hits: number }

/** Adds to the hits of today, as role `storefront`, which may do no more than that. */
export async function addPageHits(db: Kysely<Database>, hits: readonly PageHits[]): Promise<void> {
  await sql`select add_page_hits(${JSON.stringify(hits)}::jsonb)`.execute(db)
}

/**
 * The pages of listings that were read most today and yesterday: up to `perCity` of each city, and of no city as if it
 * were one, the most read first. Role `system`.
 */
export async function listMostRead(
  db: Kysely<Database>,
  { perCity, atMost }: { perCity: number; atMost: number },
): Promise<{ scope: string; page: string }[]> {
  const { rows } = await sql<{ scope: string; page: string }>`
    select scope, page from (
      select scope, page, sum(hits) as hits,
        row_number() over (partition by split_part(scope, ':', 1) order by sum(hits) desc, scope, page) as place
      from page_hit where day >= ${today} - 1 and kind = 'listing'
      group by scope, page
    ) ranked
    where place <= ${perCity}
    order by hits desc, scope, page limit ${atMost}`.execute(db)
  return rows
}

/**
 * Forgets up to `limit` hits of days that no longer count. A shop product that is left without any, and without orders, is
 * as popular as one that nobody knows. Role `system`.
 * @returns how many it forgot; 0 when there are no more
 */
export async function pruneHits(db: Kysely<Database>, limit: number): Promise<number> {
  const { rows } = await sql<{ forgotten: number }>`
    with forgotten as (
      delete from page_hit where ctid = any (array(
        select ctid from page_hit where day <= ${today} - ${DAYS_THAT_COUNT}::int limit ${limit}))
      returning kind, scope
    ), unread as (
      update shop_product sp set popularity = 0
      where sp.popularity <> 0
        and sp.id = any (array(select scope::bigint from forgotten where kind = 'card'))
        and not exists (
          select from page_hit
          where kind = 'card' and scope::bigint = sp.id and day > ${today} - ${DAYS_THAT_COUNT}::int)
        and not exists (
          select from order_line l
          where l.shop_product_id = sp.id
            and l.ordered_at > now() - make_interval(days => ${DAYS_THAT_COUNT}::int))
    )
    select count(*)::int as forgotten from forgotten`.execute(db)
  return rows[0]!.forgotten
}
