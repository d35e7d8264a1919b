import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** Searches of one text in one city, since they were last counted. The text is of the words that were answered. */
export type SearchCount = {
  /** Empty for all texts that are not kept. */
  text: string
  /** Empty when no city was asked for. */
  cityId: string
  searches: number
  zeroResults: number
  /** Those in which something else was typed. */
  corrected: number
  /** Who searched for these words alone for the first time in a while, as far as one process knows. */
  callers: number
  /** Those of them for whom something was found. */
  finders: number
  slow: number
  slowestMs: number
}

/** Adds to the counts of today, as role `storefront`, which may do no more than that. */
export async function addSearchCounts(
  db: Kysely<Database>,
  counts: readonly SearchCount[],
): Promise<void> {
  const rows = counts.map(({ cityId, zeroResults, slowestMs, ...count }) => ({
    ...count,
    city_id: cityId,
    zero_results: zeroResults,
    slowest_ms: Math.round(slowestMs),
  }))
  await sql`select add_search_counts(${JSON.stringify(rows)}::jsonb)`.execute(db)
}

export type SearchKind = 'zero-result' | 'slow' | 'any'

export type CountedQuery = {
  text: string
  searches: string
  zeroResults: string
  corrected: string
  callers: string
  finders: string
  slow: string
  slowestMs: number
  lastOn: string
  /** What the list is by. */
  count: string
}

/** Texts by how often they were searched, found nothing, or were slow, from day to day. Role `system`. */
export async function listCountedQueries(
  db: Kysely<Database>,
  {
    kind,
    from,
    to,
    limit,
    after,
  }: {
    kind: SearchKind
    /** `YYYY-MM-DD`, both included. */
    from: string
    to: string
    limit: number
    after?: { count: string; text: string } | undefined
  },
): Promise<CountedQuery[]> {
  const count = sql.ref(COLUMN_OF[kind])
  const { rows } = await sql<CountedQuery>`
    select * from (
      select text, sum(searches) as searches, sum(zero_results) as zero_results, sum(corrected) as corrected,
        sum(callers) as callers, sum(finders) as finders, sum(slow) as slow,
        max(slowest_ms) as slowest_ms, max(day)::text as last_on, sum(${count}) as count
      from search_count where day between ${from}::date and ${to}::date and ${count} > 0
      group by text
    ) counted
    ${after ? sql`where (count, text) < (${after.count}::numeric, ${after.text})` : sql``}
    order by count desc, text desc limit ${limit}`.execute(db)
  return rows
}

const COLUMN_OF: Record<SearchKind, string> = {
  'zero-result': 'zero_results',
  slow: 'slow',
  any: 'searches',
}

export type SuggestedQuery = { text: string; finders: string; cities: string[] }

/**
 * What so many callers found that it is nobody's own, and most who searched for it; by most of them first. However often one
 * caller searches is all the same. `cities` are those of whose buyers the same can be said. Role `system`.
 */
export async function listQueriesToSuggest(
  db: Kysely<Database>,
  { atLeast, limit }: { atLeast: number; limit: number },
): Promise<SuggestedQuery[]> {
  const { rows } = await sql<SuggestedQuery>`
    with by_city as (
      select text, city_id, sum(callers) as callers, sum(finders) as finders
      from search_count where text <> '' group by text, city_id
    )
    select text, sum(finders) as finders,
      coalesce(array_agg(city_id order by city_id)
        filter (where city_id <> '' and finders >= ${atLeast} and finders * 2 > callers), '{}') as cities
    from by_city group by text
    having sum(finders) >= ${atLeast} and sum(finders) * 2 > sum(callers)
    order by 2 desc, text limit ${limit}`.execute(db)
  return rows
}

/** Forgets what is old, and sooner what was hardly ever searched. Role `system`. */
export async function pruneSearchCounts(
  db: Kysely<Database>,
  {
    keepDays,
    keepRareDays,
    rareBelow,
  }: { keepDays: number; keepRareDays: number; rareBelow: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from search_count
    where day < current_date - ${keepDays}::int
      or (searches < ${rareBelow} and day < current_date - ${keepRareDays}::int)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
