import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'
import {
  comparisons,
  current,
  productColumns,
  productOf,
  shopProductColumns,
  shopProductOf,
  values,
} from './row-columns.ts'
import { categoriesOf, rowsOf } from './stage.ts'
import { wantedStock } from './wanted-stock.ts'

type Trx = Transaction<Database>

/**
 * What a row's goods are now, as one value: equal exactly while product, shop product and stock are as they were. It is
 * how an apply knows that a row is still what was shown.
 */
const base = sql.raw(`
  md5(row(${Object.keys(productColumns).map((column) => `product.${column}`)},
    ${Object.keys(shopProductColumns).map((column) => `shop_product.${column}`)},
    (select array_agg(row(stock.warehouse_id, stock.units) order by stock.warehouse_id)
      from stock where stock.shop_product_id = shop_product.id and stock.units > 0))::text)`)

/**
 * Compares the whole stage with the catalogue and keeps, for each row that would write something, what it would write:
 * for an update field by field, before and after. Replaces what was kept before.
 */
export async function diffStage(trx: Trx, imported: Import): Promise<void> {
  const { id, sellerId, shopId } = imported
  await dropDiff(trx, id)
  const staged = sql`${rowsOf(id)} staged`
  await sql`
    with ${wantedStock(imported, staged)},
    restocked as (
      select wanted.shop_product_id, jsonb_agg(jsonb_build_object(
        'warehouse', warehouse.external_id, 'before', coalesce(wanted.units_now, 0), 'after', wanted.units)
        order by warehouse.external_id) as stock
      from wanted
      join warehouse on warehouse.id = wanted.warehouse_id
      where coalesce(wanted.units_now, 0) <> wanted.units
      group by wanted.shop_product_id)
    insert into import_diff (import_id, external_id, seller_id, row, kind, fields, base)
    select ${id}::uuid, staged.external_id, ${sellerId}::bigint, staged.row,
      case when shop_product.id is null then 'create' else 'update' end,
      case when shop_product.id is null then '{}'::jsonb else changed.fields end,
      case when shop_product.id is not null then ${base} end
    from ${staged}
    join ${categoriesOf(id)} category on category.external_id = staged.category_external_id
    left join product on product.origin_shop_id = ${shopId} and product.external_id = staged.external_id
    left join shop_product on shop_product.shop_id = ${shopId} and shop_product.external_id = staged.external_id
    left join restocked on restocked.shop_product_id = shop_product.id
    cross join lateral (
      select coalesce(jsonb_object_agg(told.field, jsonb_build_object('before', told.before, 'after', told.after)), '{}')
        || case when restocked.stock is null then '{}'::jsonb else jsonb_build_object('stock', restocked.stock) end as fields
      from (values ${comparisons('product', productColumns)}, ${comparisons('shop_product', shopProductColumns)})
        told (field, before, after)
      where shop_product.id is not null and told.before is distinct from told.after
    ) changed
    where shop_product.id is null or restocked.stock is not null
      or (${current('product', productColumns)}) is distinct from (${values(productColumns)})
      or (${current('shop_product', shopProductColumns)}) is distinct from (${values(shopProductColumns)})
    order by staged.row`.execute(trx)

  if (imported.mode === 'replace')
    await sql`
      insert into import_diff (import_id, external_id, seller_id, kind, fields, base)
      select ${id}::uuid, shop_product.external_id, ${sellerId}::bigint, 'deactivate',
        '{"active": {"before": true, "after": false}}', ${base}
      from shop_product join product on product.id = shop_product.product_id
      where ${isAbsent(imported)}`.execute(trx)
}

export const dropDiff = (trx: Trx, importId: string) =>
  trx.deleteFrom('importDiff').where('importId', '=', importId).execute()

/** A shop product on sale that the file does not name, not even in a row that was rejected. */
export const isAbsent = ({ id, shopId }: Import): RawBuilder<boolean> => sql<boolean>`
  shop_product.shop_id = ${shopId} and shop_product.active
  and not exists (select from ${rowsOf(id)} staged where staged.external_id = shop_product.external_id)
  and not exists (
    select from import_row_error named
    where named.import_id = ${id} and named.external_id = shop_product.external_id)`

/** Which staged rows `after < row <= upTo` were shown, and have goods that are still as they were then. */
export async function listStillAsShown(
  trx: Trx,
  { id, shopId }: Import,
  { after, upTo }: { after: string; upTo: string },
): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`
    select staged.row from ${rowsOf(id)} staged
    join lateral (
      select base from import_diff
      where import_diff.import_id = ${id} and import_diff.external_id = staged.external_id offset 0) shown on true
    left join ${productOf(shopId)} on true
    left join ${shopProductOf(shopId)} on true
    where staged.row > ${after} and staged.row <= ${upTo}
      and shown.base is not distinct from case when shop_product.id is not null then ${base} end`.execute(
    trx,
  )
  return rows.map(({ row }) => row)
}

export type DiffCounts = { toCreate: string; toUpdate: string; toDeactivate: string }

export async function countDiff(trx: Trx, importId: string): Promise<DiffCounts> {
  const { rows } = await sql<DiffCounts>`
    select count(*) filter (where kind = 'create') as to_create,
      count(*) filter (where kind = 'update') as to_update,
      count(*) filter (where kind = 'deactivate') as to_deactivate
    from import_diff where import_id = ${importId}`.execute(trx)
  return rows[0]!
}

/** How many are on sale in the shop, and how many of them the file does not name. */
export async function countAbsent(
  trx: Trx,
  imported: Import,
): Promise<{ active: number; absent: number }> {
  const { rows } = await sql<{ active: string; absent: string }>`
    select count(*) as active, count(*) filter (where ${isAbsent(imported)}) as absent
    from shop_product where shop_product.shop_id = ${imported.shopId} and shop_product.active`.execute(
    trx,
  )
  return { active: Number(rows[0]!.active), absent: Number(rows[0]!.absent) }
}

/**
 * Takes up to `limit` absent shop products above `afterId` off sale: of an import that was shown only those that were
 * shown so and still are.
 */
export async function deactivateAbsent(
  trx: Trx,
  imported: Import,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<{ deactivated: number; lastId: string | undefined }> {
  const asShown = imported.shown > 0 ? sql`and ${isStillAsShown(imported)}` : sql``
  const { rows } = await sql<{ id: string }>`
    update shop_product set active = false, updated_at = now()
    where id in (
      select shop_product.id from shop_product join product on product.id = shop_product.product_id
      where shop_product.id > ${afterId} and ${isAbsent(imported)} ${asShown}
      order by shop_product.id limit ${limit} for update of shop_product)
    returning id`.execute(trx)
  const ids = rows.map(({ id }) => BigInt(id))
  const last = ids.reduce((most, id) => (id > most ? id : most), 0n)
  return { deactivated: ids.length, lastId: last === 0n ? undefined : String(last) }
}

const isStillAsShown = ({ id }: Import) => sql`exists (
  select from import_diff shown
  where shown.import_id = ${id} and shown.external_id = shop_product.external_id and shown.kind = 'deactivate'
    and shown.base = ${base})`
