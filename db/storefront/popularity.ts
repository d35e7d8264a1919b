import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../database.ts'

/** Hits and orders of so many days count, today's among them. */
export const DAYS_THAT_COUNT = 30
/** A unit that was ordered says as much as so many reads of its card. */
const HITS_PER_UNIT = 20
/** A day weighs half of the day so much later. */
const HALF_LIFE_DAYS = 7

/** As hits are counted. */
export const today = sql`(now() at time zone 'UTC')::date`

/** As orders are counted. */
const orderDay = sql`(l.ordered_at at time zone 'UTC')::date`

const weight = (day: RawBuilder<unknown>) =>
  sql`power(0.5::float8, (${today} - ${day}) / ${HALF_LIFE_DAYS}::float8)`

export type Popularity = {
  shopProductId: string
  popularity: string
  /** Not what the shop product is listed by; `null` when there is no such shop product any more. */
  differs: boolean | null
}

/**
 * How popular the next shop products are by how often their cards were read and their units ordered, in the order of ids;
 * those that never were are left out. What was ordered before the days that count is there for as many days more, as
 * nothing: so that it ends to be popular. Role `system`.
 */
export async function scorePopularity(
  db: Kysely<Database>,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<Popularity[]> {
  const { rows } = await sql<Popularity>`
    with card_reads as (
      select scope::bigint as id, sum(hits * ${weight(sql`day`)}) as score
      from page_hit
      where kind = 'card' and scope::bigint > ${afterId}::bigint and day > ${today} - ${DAYS_THAT_COUNT}::int
      group by scope::bigint order by scope::bigint limit ${limit}
    ), ordered as (
      select l.shop_product_id as id,
        sum(l.quantity * ${HITS_PER_UNIT}::int * ${weight(orderDay)})
          filter (where o.state <> 'cancelled' and ${orderDay} > ${today} - ${DAYS_THAT_COUNT}::int) as score
      from order_line l join sales_order o on o.id = l.order_id
      where l.shop_product_id > ${afterId}::bigint
        and l.ordered_at > now() - make_interval(days => ${2 * DAYS_THAT_COUNT}::int)
      group by l.shop_product_id order by l.shop_product_id limit ${limit}
    ), scored as (
      select id, round(coalesce(sum(score), 0))::bigint as popularity
      from (select * from card_reads union all select * from ordered) counted
      group by id order by id limit ${limit}
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
