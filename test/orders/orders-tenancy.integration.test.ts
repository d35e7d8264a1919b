import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../db/database.ts'
import { openCheckout } from '../../db/orders/checkouts.ts'
import { openReturn } from '../../db/orders/open-return.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { buyer, deliverTo, stockedShop, type StockedShop } from './shop-goods.ts'

const TABLES = [
  'sales_order',
  'order_line',
  'stock_reservation',
  'order_return',
  'return_line',
  'audit_entry',
]

let database: TestDatabase
let one: StockedShop
let other: StockedShop
let orderId: string

beforeAll(async () => {
  database = await freshDatabase()
  one = await stockedShop(database.owner.db)
  other = await stockedShop(database.owner.db)
  orderId = await asSeller(database.seller.db, one.sellerId, async (trx) => {
    const { id } = await placeOrder(trx, order(one))
    for (const to of ['confirmed', 'assembling', 'shipped'] as const)
      await moveOrder(trx, id, { to, actor: 'system', traceParent: null })
    await openReturn(trx, id, { lines: undefined, reason: 'other', ...by })
    return id
  })
})
afterAll(() => database.drop())

const by = { actor: 'system', traceParent: null } as const
const order = ({ sellerId, shopId, goods }: StockedShop) => ({
  ...{ sellerId, shopId, checkoutId: null, buyer, deliverTo, ...by },
  lines: [{ shopProductId: goods[0]!, quantity: 1 }],
})
const count = async (db: Kysely<Database>, table: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)}`.execute(db)
  return rows[0]!.n
}

describe('what belongs to a seller’s orders', () => {
  it.each(TABLES)(
    '%s is seen by its seller, by no other, and by nobody without a seller',
    async (table) => {
      const seen = (sellerId: string) =>
        asSeller(database.seller.db, sellerId, (trx) => count(trx, table))
      expect(await seen(one.sellerId)).toBeGreaterThan(0)
      expect(await seen(other.sellerId)).toBe(0)
      expect(await count(database.seller.db, table)).toBe(0)
      expect(await count(database.system.db, table)).toBeGreaterThan(0)
    },
  )

  it.each(TABLES)('%s is closed to the storefront', async (table) => {
    await expect(count(database.storefront.db, table)).rejects.toThrow(/permission denied/)
  })

  it('cannot be written for another seller', async () => {
    const forged = asSeller(database.seller.db, other.sellerId, (trx) =>
      placeOrder(trx, { ...order(other), sellerId: one.sellerId }),
    )
    await expect(forged).rejects.toThrow(/row-level security/)
    const stolen = asSeller(database.seller.db, other.sellerId, (trx) =>
      moveOrder(trx, orderId, { to: 'delivered', ...by }),
    )
    expect(await stolen).toBeUndefined()
  })

  it('keeps its audit as it was written', async () => {
    for (const { db } of [database.seller, database.system]) {
      await expect(db.deleteFrom('auditEntry').execute()).rejects.toThrow(/permission denied/)
      const rewritten = db.updateTable('auditEntry').set({ actor: 'system' }).execute()
      await expect(rewritten).rejects.toThrow(/permission denied/)
    }
  })

  it('leaves checkouts to the marketplace: no seller sees one', async () => {
    await database.seller.db.transaction().execute((trx) =>
      openCheckout(trx, {
        id: '00000000-0000-4000-8000-000000000001',
        ...{ keyId: 'key', idempotencyKey: 'k', fingerprint: 'f' },
      }),
    )
    expect(await count(database.system.db, 'checkout')).toBe(1)
    expect(await asSeller(database.seller.db, one.sellerId, (trx) => count(trx, 'checkout'))).toBe(
      0,
    )
  })
})
