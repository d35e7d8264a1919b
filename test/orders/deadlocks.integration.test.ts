import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { retryingDeadlocks } from '../../db/deadlocks.ts'
import { authorised, testApp } from '../api/app.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from './shop-goods.ts'

let database: TestDatabase
let shop: StockedShop
beforeAll(async () => {
  database = await freshDatabase()
  shop = await stockedShop(database.owner.db)
})
afterAll(() => database.drop())

const deadlock = () => Object.assign(new Error('deadlock detected'), { code: '40P01' })

describe('a deadlock', () => {
  it('between an order and whoever writes goods, then stock, is none for either', async () => {
    const { db } = database.owner
    const [shopProductId] = shop.goods as [string]
    const api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
    const auth = await authorised(db, shop.sellerId)
    const isWaiting = async () => {
      const { rows } = await sql`
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      return rows.length > 0
    }

    // As an import does: the change row first, through a trigger, then the stock that an order has locked by then.
    const ordered = await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('shopProduct')
        .set({ url: 'https://shop.example/new' })
        .where('id', '=', shopProductId)
        .execute()
      const order = Promise.resolve(
        api.app.request('/v1/orders', {
          method: 'POST',
          headers: { ...auth, 'Content-Type': 'application/json' },
          body: JSON.stringify({ lines: [{ shopProductId, quantity: 1 }], buyer, deliverTo }),
        }),
      )
      await until(isWaiting, { everyMs: 10 })
      await trx
        .updateTable('stock')
        .set({ units: 100 })
        .where('shopProductId', '=', shopProductId)
        .execute()
      return { order }
    })

    const response = await ordered.order
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as Order
    expect(await unitsOf(db, shopProductId)).toBe(99)
    const events = db.selectFrom('event').select('id').where('subject', '=', `order:${id}`)
    expect(await events.execute()).toHaveLength(1)
  })

  it('that comes again and again is given up, and no other failure is tried again', async () => {
    const failing = (error: Error) => {
      let tries = 0
      const work = () => {
        tries++
        return Promise.reject(error)
      }
      return { work, tries: () => tries }
    }
    const locked = failing(deadlock())
    await expect(retryingDeadlocks(locked.work)).rejects.toThrow('deadlock')
    expect(locked.tries()).toBe(5)
    const broken = failing(new Error('broken'))
    await expect(retryingDeadlocks(broken.work)).rejects.toThrow('broken')
    expect(broken.tries()).toBe(1)
  })
})
