import { sql, type Kysely } from 'kysely'
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
