import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { FeedKind } from '../../domain/integrations/feeds/settings.ts'
import type { TestShop } from './marketplace.ts'

/** Products `sku-1` to `sku-<count>` with prices and stock, made by PostgreSQL itself: a hundred thousand in seconds. */
export async function fillShop(
  owner: Kysely<Database>,
  { sellerId, shopId, warehouseId }: TestShop,
  count: number,
): Promise<{ categoryId: string }> {
  const { rows } = await sql<{ id: string }>`
    insert into category (id, parent_id, name, path) overriding system value
    select id, null, ${`Техника ${shopId}`}, array[id] from nextval(pg_get_serial_sequence('category', 'id')) as id
    returning id`.execute(owner)
  const categoryId = rows[0]!.id
  await sql`
    insert into product (seller_id, origin_shop_id, external_id, offer_type, name, brand, vendor_code, category_id,
      description, attributes, barcodes, pictures, weight_grams, length_mm, width_mm, height_mm)
    select ${sellerId}::bigint, ${shopId}::bigint, 'sku-' || n, 'simplified', 'Чайник «Ёлка & Ко» № ' || n, 'Бирюса', 'Б-' || n,
      ${categoryId}::bigint, '<p>Хорошая вещь: тёплая, лёгкая, надолго; номер ' || n || '.</p>',
      jsonb_build_array(
        jsonb_build_object('name', 'Цвет', 'value', 'синий'),
        jsonb_build_object('name', 'Мощность', 'value', (n % 90 + 5)::text, 'unit', 'Вт')),
      array['4601234567893'], array['https://cdn.example.com/' || n || '.jpg', 'https://cdn.example.com/' || n || '-2.jpg'],
      1000 + n % 500, 200, 100, 50
    from generate_series(1, ${count}::int) n`.execute(owner)
  await sql`
    insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, old_price_minor, currency, url, available)
    select seller_id, origin_shop_id, id, external_id, 100000 + id % 9000, case when id % 3 = 0 then 200000 end, 'RUB',
      'https://shop.example/goods/' || external_id || '?a=1&b=2', true
    from product where origin_shop_id = ${shopId}`.execute(owner)
  await sql`
    insert into stock (shop_product_id, warehouse_id, seller_id, units)
    select id, ${warehouseId}::bigint, seller_id, id % 40 from shop_product where shop_id = ${shopId}`.execute(
    owner,
  )
  return { categoryId }
}

/** A feed as `POST /v1/feeds` leaves it. */
export async function createFeed(
  owner: Kysely<Database>,
  { sellerId, shopId }: TestShop,
  given: { kind?: FeedKind; filters?: object; settings?: object } = {},
): Promise<{ id: string; token: string }> {
  const token = randomUUID().replaceAll('-', '')
  const { id } = await owner
    .insertInto('feed')
    .values({
      id: randomUUID(),
      sellerId,
      shopId,
      kind: given.kind ?? 'yandex-market',
      name: 'Фид',
      token,
      filters: JSON.stringify(given.filters ?? {}),
      settings: JSON.stringify(given.settings ?? {}),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, token }
}
