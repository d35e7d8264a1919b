import { sql, type Kysely } from 'kysely'

/** Which pages buyers read, counted and without who did: what is worth to be warm, and what is popular. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table page_hit (
      day date not null,
      kind text not null,
      scope text not null,
      page text not null,
      hits bigint not null,
      primary key (day, kind, scope, page)
    )`.execute(db)
  await sql`grant select, insert, update, delete on page_hit to yarmarka_system`.execute(db)

  // The hits of shop products are added up in the order of their ids, however many there are.
  await sql`
    create index page_hit_of_card on page_hit (cast(scope as bigint)) where kind = 'card'`.execute(
    db,
  )

  // As with searches: adding is all that the storefront may do, in the order of the key.
  await sql`
    create function add_page_hits(counts jsonb) returns void
    language sql security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      insert into page_hit
      select (now() at time zone 'UTC')::date, kind, scope, page, hits
      from jsonb_to_recordset(counts) as given (kind text, scope text, page text, hits bigint)
      order by kind, scope, page
      on conflict (day, kind, scope, page) do update set hits = page_hit.hits + excluded.hits;
    end`.execute(db)
  await sql`revoke all on function add_page_hits(jsonb) from public`.execute(db)
  await sql`grant execute on function add_page_hits(jsonb) to yarmarka_storefront`.execute(db)
}
