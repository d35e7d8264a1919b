import { sql, type Kysely } from 'kysely'
import type { CardRow } from '../../domain/storefront/card.ts'
import type { Database } from '../database.ts'

/** More than any group of a sane shop has. */
const MOST_VARIANTS = 200

/** A published shop product with its units, those of the city when one is given. Role `storefront`. */
export async function findShopProduct(
  db: Kysely<Database>,
  id: string,
  cityId?: string,
): Promise<CardRow | undefined> {
  const { rows } = await sql<CardRow>`
    select sp.id, sp.external_id, p.name, p.brand, p.model, p.vendor_code, p.barcodes, p.description, p.attributes,
      p.pictures, p.pictures[1] as picture, p.weight_grams, p.length_mm, p.width_mm, p.height_mm,
      p.category_id, c.name as category_name,
      (select jsonb_agg(jsonb_build_object('id', a.id::text, 'name', a.name) order by array_position(c.path, a.id))
        from category a where a.id = any (c.path)) as category_path,
      sp.shop_id, s.name as shop_name, sp.price_minor, sp.old_price_minor, sp.currency, sp.url, sp.available,
      greatest(sp.updated_at, p.updated_at) as updated_at,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', other.id::text, 'name', other.name, 'picture', other.picture, 'priceMinor', other.price_minor,
          'currency', other.currency, 'available', other.available, 'attributes', other.attributes)
          order by other.id), '[]')
        from (
          select osp.id, op.name, op.pictures[1] as picture, osp.price_minor, osp.currency, osp.available, op.attributes
          from product op join shop_product osp on osp.product_id = op.id
          where op.origin_shop_id = p.origin_shop_id and op.group_id = p.group_id
            and osp.shop_id = sp.shop_id and osp.active and osp.id <> sp.id
          order by osp.id limit ${MOST_VARIANTS}) other
      ) as variants,
      (select coalesce(sum(st.units), 0)::bigint from stock st
        where st.shop_product_id = sp.id
          ${cityId === undefined ? sql`` : sql`and st.warehouse_id in (select warehouse_id from warehouse_city where city_id = ${cityId})`}
      ) as units
    from shop_product sp
    join shop s on s.id = sp.shop_id
    join product p on p.id = sp.product_id
    join category c on c.id = p.category_id
    where sp.id = ${id} and sp.active`.execute(db)
  return rows[0]
}
