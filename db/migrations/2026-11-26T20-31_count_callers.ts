import { sql, type Kysely } from 'kysely'

/**
 * How many callers searched for the words alone, and for how many of them something was found. Who they were is nowhere.
 * Of what was counted before nobody knows by how many, and those that run now do not tell: no callers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table search_count
      add column callers bigint not null default 0,
      add column finders bigint not null default 0`.execute(db)

  // In the order of the key, so that processes that count the same at once wait for each other and never for ever.
  await sql`
    create or replace function add_search_counts(counts jsonb) returns void
    language sql security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      insert into search_count
        (day, text, city_id, searches, zero_results, corrected, callers, finders, slow, slowest_ms)
      select (now() at time zone 'UTC')::date, text, city_id, searches, zero_results, coalesce(corrected, 0),
        coalesce(callers, 0), coalesce(finders, 0), slow, slowest_ms
      from jsonb_to_recordset(counts) as given (
        text text, city_id text, searches bigint, zero_results bigint, corrected bigint, callers bigint, finders bigint,
        slow bigint, slowest_ms int)
      order by text, city_id
      on conflict (day, text, city_id) do update set
        searches = search_count.searches + excluded.searches,
        zero_results = search_count.zero_results + excluded.zero_results,
        corrected = search_count.corrected + excluded.corrected,
        callers = search_count.callers + excluded.callers,
        finders = search_count.finders + excluded.finders,
        slow = search_count.slow + excluded.slow,
        slowest_ms = greatest(search_count.slowest_ms, excluded.slowest_ms);
    end`.execute(db)
}
