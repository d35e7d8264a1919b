import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Notes which indices took nothing of a page while the one that is searched took something of it. One that takes
 * something again, or fails together with that one, begins anew. As role `system`.
 * @returns the names of those that have taken nothing for so long
 */
export async function noteStalled(
  db: Kysely<Database>,
  { stalled, taking }: { stalled: readonly string[]; taking: readonly string[] },
  minutes: number,
): Promise<string[]> {
  const { rows } = await sql<{ indexName: string }>`
    with alone as materialized (
      select index_name from search_generation
      where state in ('building', 'retired') and index_name = any (${stalled}::text[])
        and exists (
          select from search_generation where state = 'live' and index_name = any (${taking}::text[]))
    ), noted as (
      update search_generation
      set stalled_at = case when stalled_at is null then clock_timestamp() end
      where state in ('building', 'retired')
        and (stalled_at is null) = (index_name in (select index_name from alone))
    )
    select index_name from search_generation join alone using (index_name)
    where stalled_at < clock_timestamp() - ${minutes} * interval '1 minute'`.execute(db)
  return rows.map(({ indexName }) => indexName)
}
