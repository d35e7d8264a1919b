import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../database.ts'

/** Where the seller has put categories of this shop: category ids by the path of the seller's own names. */
export async function findChosenCategories(
  db: Kysely<Database>,
  shopId: string,
): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('categoryMapping')
    .select(['path', 'categoryId'])
    .where('shopId', '=', shopId)
    .where('chosenBy', '=', 'seller')
    .execute()
  return new Map(rows.map(({ path, categoryId }) => [path, categoryId]))
}

/** Notes where an import has put categories; what the seller has chosen stays, what is noted so already is not written. */
export async function noteCategories(
  trx: Kysely<Database>,
  { sellerId, shopId }: { sellerId: string; shopId: string },
  placed: readonly { path: string; categoryId: string }[],
): Promise<void> {
  if (placed.length === 0) return
  await sql`
    insert into category_mapping (seller_id, shop_id, path, category_id, chosen_by)
    select ${sellerId}::bigint, ${shopId}::bigint, path, min(category_id), 'import'
    from unnest(${placed.map(({ path }) => path)}::text[], ${placed.map(({ categoryId }) => categoryId)}::bigint[])
      placed (path, category_id)
    group by path
    on conflict (shop_id, path) do update set category_id = excluded.category_id, updated_at = now()
    where category_mapping.chosen_by = 'import' and category_mapping.category_id <> excluded.category_id`.execute(
    trx,
  )
}

export type CategoryMapping = {
  path: string
  categoryId: string
  categoryName: string
  chosenBy: 'import' | 'seller'
}

/** By path; `afterPath` is the last one of the page before. */
export const listCategoryMappings = (
  trx: Transaction<Database>,
  { shopId, afterPath, limit }: { shopId: string; afterPath: string; limit: number },
): Promise<CategoryMapping[]> =>
  trx
    .selectFrom('categoryMapping')
    .innerJoin('category', 'category.id', 'categoryMapping.categoryId')
    .select(['categoryMapping.path', 'categoryId', 'category.name as categoryName', 'chosenBy'])
    .where('shopId', '=', shopId)
    .where('categoryMapping.path', '>', afterPath)
    .orderBy('categoryMapping.path')
    .limit(limit)
    .execute()

/**
 * Puts one of the seller's categories somewhere else, for the imports to come.
 * @returns false when there is no such category in the marketplace
 */
export async function chooseCategory(
  trx: Transaction<Database>,
  chosen: { sellerId: string; shopId: string; path: string; categoryId: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into category_mapping (seller_id, shop_id, path, category_id, chosen_by)
    select ${chosen.sellerId}::bigint, ${chosen.shopId}::bigint, ${chosen.path}, id, 'seller'
    from category where id = ${chosen.categoryId}
    on conflict (shop_id, path) do update set category_id = excluded.category_id, chosen_by = 'seller', updated_at = now()`.execute(
    trx,
  )
  return numAffectedRows === 1n
}

/** Leaves the choice to the imports again. */
export const unchooseCategory = (
  trx: Transaction<Database>,
  { shopId, path }: { shopId: string; path: string },
) =>
  trx.deleteFrom('categoryMapping').where('shopId', '=', shopId).where('path', '=', path).execute()
