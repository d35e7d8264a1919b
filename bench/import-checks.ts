import { sql } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import { connectTemporal } from '../clients/temporal.ts'
import type { Marketplace } from './marketplace.ts'

export const temporalOf = ({ env }: Marketplace) =>
  connectTemporal({
    TEMPORAL_ADDRESS: env['TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: env['TEMPORAL_NAMESPACE'] ?? 'default',
  })

export async function historyLength(market: Marketplace, importId: string): Promise<number> {
  const { client, close } = temporalOf(market)
  try {
    return (await client.workflow.getHandle(`import:${importId}`).describe()).historyLength
  } finally {
    await close()
  }
}

const ownTables = ['product', 'shop_product', 'stock']

export async function newestTransaction({ owner }: Marketplace, sellerId: string): Promise<string> {
  const newest = ownTables.map(
    (table) => sql<{ xmin: string }>`
      select coalesce(max(xmin::text::bigint), 0) as xmin from ${sql.table(table)} where seller_id = ${sellerId}`,
  )
  const found = await Promise.all(newest.map((query) => query.execute(owner.db)))
  return String(Math.max(...found.map(({ rows }) => Number(rows[0]!.xmin))))
}

export async function rowsWrittenAfter(
  { owner }: Marketplace,
  sellerId: string,
  transaction: string,
): Promise<number> {
  const counts = ownTables.map(
    (table) => sql<{ count: string }>`
      select count(*) from ${sql.table(table)}
      where seller_id = ${sellerId} and xmin::text::bigint > ${transaction}`,
  )
  const changes = sql<{ count: string }>`
    select count(*) from change where raised_in::text::bigint > ${transaction}`
  const found = await Promise.all([...counts, changes].map((query) => query.execute(owner.db)))
  return found.reduce((total, { rows }) => total + Number(rows[0]!.count), 0)
}

const rowsAt = {
  rows_read: sql`rows_read`,
  applied: sql`created_count + updated_count + unchanged_count`,
}

export async function untilRow(
  { owner }: Marketplace,
  importId: string,
  position: 'rows_read' | 'applied',
  least: number,
): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ at: string; ended: boolean }>`
      select ${rowsAt[position]} as at, finished_at is not null as ended from import where id = ${importId}`.execute(
      owner.db,
    )
    if (Number(rows[0]!.at) >= least || rows[0]!.ended) return
    await pause(5)
  }
}

export async function untilSearchable({ owner }: Marketplace): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const { rows } = await sql<{ waiting: boolean }>`
      select exists (select from change where search_version < version) as waiting`.execute(
      owner.db,
    )
    if (!rows[0]!.waiting) return (performance.now() - startedAt) / 1_000
    await pause(100)
  }
}

/** Everything that an import writes, without the ids that differ from shop to shop. */
export async function catalogueHash({ owner }: Marketplace, shopId: string): Promise<string> {
  const { rows } = await sql<{ hash: string }>`
    select md5(string_agg(line, '|' order by external_id)) as hash from (
      select sp.external_id, md5(row(
        sp.external_id, sp.price_minor, sp.old_price_minor, sp.currency, sp.url, sp.available, sp.active,
        p.name, p.brand, p.model, p.vendor_code, p.category_id, p.description, p.attributes, p.barcodes, p.pictures,
        (select sum(units) from stock where stock.shop_product_id = sp.id))::text) as line
      from shop_product sp join product p on p.id = sp.product_id where sp.shop_id = ${shopId}) lines`.execute(
    owner.db,
  )
  return rows[0]!.hash
}

/** How many transactions have written each document: a row that was applied twice shows. */
export async function versionsHash({ owner }: Marketplace, shopId: string): Promise<string> {
  const { rows } = await sql<{ hash: string }>`
    select md5(string_agg(sp.external_id || ' ' || change.version, '|' order by sp.external_id)) as hash
    from shop_product sp join change on change.shop_product_id = sp.id where sp.shop_id = ${shopId}`.execute(
    owner.db,
  )
  return rows[0]!.hash
}

/** Tables of stages and positions of lanes, which imports that have ended leave none of. */
export async function leftovers({ owner }: Marketplace): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from pg_tables where schemaname = 'stage')
      + (select count(*) from import_lane) as count`.execute(owner.db)
  return Number(rows[0]!.count)
}
