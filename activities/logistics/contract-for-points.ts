import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { CarrierOf } from './check-at-carrier.ts'
import type { Contracts } from './contracts-with-carriers.ts'

/** The marketplace's own contract with a carrier or, while it has none, a seller's: points are the same for all. */
export const contractForPoints =
  (system: Kysely<Database>, contracts: Pick<Contracts, 'find'>): CarrierOf =>
  async (carrier) => {
    const account = await system
      .selectFrom('carrierAccount')
      .select('id')
      .where('carrier', '=', carrier)
      .where('enabled', '=', true)
      .orderBy('sellerId', (order) => order.asc().nullsFirst())
      .orderBy('createdAt')
      .limit(1)
      .executeTakeFirst()
    return account && (await contracts.find(account.id))?.carrier
  }
