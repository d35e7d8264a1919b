import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** Hits of so many days count, today's among them. */
export const DAYS_THAT_COUNT = 30
/** A day weighs half of the day so much later. */
const HALF_LIFE_DAYS = 7

/** As hits are counted. */
export const today = sql`(now() at time zone 'UTC')::date`

export type Popularity = {
  shopProductId: string
  popularity: string
  /** Not what the shop product is listed by; `null` when there is no such shop product any more. */
  differs: boolean | null
}

/**
 * How popular the next shop products are by how often their cards were read, in the order of ids; those that never were
 * are left out. Role `system`.
 */
export async function scorePopularity(
  db: Kysely<Database>,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<Popularity[]> {
  const { rows } = await sql<Popularity>`
    with scored as (
      select scope::bigint as id,
        round(sum(hits * power(0.5::float8, (${today} - day) / ${HALF_LIFE_DAYS}::float8)))::bigint as popularity
      from page_hit
      where kind = 'card' and scope::bigint > ${afterId}::bigint and day > ${today} - ${DAYS_THAT_COUNT}::int
      group by scope::bigint order by scope::bigint limit ${limit}
    )
    select scored.id as shop_product_id, scored.popularity, sp.popularity <> scored.popularity as differs
    from scored left join shop_product sp using (id)
    order by scored.id`.execute(db)
  return rows
}

/** Lists these shop products by it, where it is not so already; one statement raises one bulk of changes. Role `system`. */
export async function setPopularity(
  db: Kysely<Database>,
  goods: readonly Popularity[],
): Promise<number> {
  const ids = goods.map(({ shopProductId }) => shopProductId)
  const popularities = goods.map(({ popularity }) => popularity)
  const { numAffectedRows } = await sql`
    update shop_product sp set popularity = given.popularity
    from unnest(${ids}::bigint[], ${popularities}::bigint[]) as given (id, popularity)
    where sp.id = given.id and sp.popularity <> given.popularity`.execute(db)
  return Number(numAffectedRows ?? 0)
}
