import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

export type WantedCategory = { parentId: string | null; name: string }

/**
 * The marketplace's categories of these names under these parents, made where they are absent; ids in the order asked
 * for. Names are equal regardless of case. All parents must exist.
 */
export async function ensureCategories(
  trx: Kysely<Database>,
  wanted: readonly WantedCategory[],
): Promise<string[]> {
  const parents = wanted.map((category) => category.parentId)
  const names = wanted.map((category) => category.name)
  const wish = sql`unnest(${parents}::bigint[], ${names}::text[]) with ordinality as wish (parent_id, name, position)`

  await sql`
    insert into category (id, parent_id, name, path) overriding system value
    select fresh.id, fresh.parent_id, fresh.name, coalesce(parent.path, '{}') || fresh.id
    from (
      select nextval(pg_get_serial_sequence('category', 'id')) as id, parent_id, name from (
        select distinct on (coalesce(wish.parent_id, 0), lower(wish.name)) wish.parent_id, wish.name
        from ${wish}
        where not exists (
          select from category where coalesce(category.parent_id, 0) = coalesce(wish.parent_id, 0)
            and lower(category.name) = lower(wish.name))
        order by coalesce(wish.parent_id, 0), lower(wish.name), wish.position) missing) fresh
    left join category parent on parent.id = fresh.parent_id
    on conflict (coalesce(parent_id, 0), lower(name)) do nothing`.execute(trx)

  const { rows } = await sql<{ id: string }>`
    select category.id from ${wish}
    join category on coalesce(category.parent_id, 0) = coalesce(wish.parent_id, 0)
      and lower(category.name) = lower(wish.name)
    order by wish.position`.execute(trx)
  return rows.map((row) => row.id)
}
