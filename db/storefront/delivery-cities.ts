import { sql, type Kysely, type Transaction } from 'kysely'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'

/**
 * The sellers that deliver to a city: those who said so, and those with a warehouse that serves it. Role `storefront`.
 */
export async function listSellersDeliveringTo(
  db: Kysely<Database>,
  cityId: string,
): Promise<string[]> {
  const { rows } = await sql<{ sellerId: string }>`
    select seller_id from delivery_city where city_id = ${cityId}
    union
    select seller_id from warehouse_city where city_id = ${cityId}
    order by seller_id`.execute(db)
  return rows.map(({ sellerId }) => sellerId)
}

/** Where a seller says to deliver to beyond what its warehouses serve, in the order of `GET /v1/cities`. Role `seller`. */
export async function listDeliveryCities(trx: Transaction<Database>): Promise<string[]> {
  const rows = await trx
    .selectFrom('deliveryCity')
    .innerJoin('city', 'city.id', 'cityId')
    .select('cityId')
    .orderBy('city.position')
    .orderBy('city.id')
    .execute()
  return rows.map(({ cityId }) => cityId)
}

/** What the seller's warehouses serve, and so is delivered to anyhow; in the same order. Role `seller`. */
export async function listServedCities(trx: Transaction<Database>): Promise<string[]> {
  const rows = await trx
    .selectFrom('city')
    .select('id')
    .where('id', 'in', (from) => from.selectFrom('warehouseCity').select('cityId'))
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Puts the whole list in the place of the one before. Role `seller`. */
export async function putDeliveryCities(
  trx: Transaction<Database>,
  { sellerId, cities }: { sellerId: string; cities: readonly string[] },
  actor: Actor,
): Promise<void> {
  // One list after the other, or two at once would be mixed.
  const key = `delivery-cities:${sellerId}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx)
  const before = await listDeliveryCities(trx)
  const removed = before.filter((cityId) => !cities.includes(cityId))
  const added = cities.filter((cityId) => !before.includes(cityId))
  if (removed.length > 0)
    await trx.deleteFrom('deliveryCity').where('cityId', 'in', removed).execute()
  if (added.length > 0)
    await trx
      .insertInto('deliveryCity')
      .values(added.map((cityId) => ({ sellerId, cityId })))
      .execute()
  await appendAudit(trx, {
    ...{ sellerId, actor, action: 'delivery-cities.changed', subject: `seller:${sellerId}` },
    data: { added, removed },
  })
}
