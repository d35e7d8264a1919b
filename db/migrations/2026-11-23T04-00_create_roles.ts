import { sql, type Kysely } from 'kysely'

/**
 * Roles belong to the whole cluster, so they may be there already. Whoever runs the migrations is the owner;
 * passwords are set by scripts/migrate.ts from the addresses in the environment.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare role_name text;
    begin
      foreach role_name in array array['yarmarka_seller', 'yarmarka_storefront', 'yarmarka_system'] loop
        begin
          execute format('create role %I login', role_name);
        exception when duplicate_object or unique_violation then null;
        end;
      end loop;
    end $$`.execute(db)

  await sql`create schema stage`.execute(db)
  await sql`grant usage, create on schema stage to yarmarka_system`.execute(db)
  await sql`grant usage on schema stage to yarmarka_seller`.execute(db)

  await sql`
    create function current_seller_id() returns bigint
    language sql stable parallel safe
    return nullif(current_setting('yarmarka.seller_id', true), '')::bigint`.execute(db)
}
