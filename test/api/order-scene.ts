import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from '../orders/shop-goods.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

/**
 * The API with a new shop of three goods, ten units each, in each test, and another seller who has no business there.
 * Call it once in a file.
 */
export function orderScene() {
  let database: TestDatabase
  let api: ReturnType<typeof testApp>
  let shop: StockedShop
  let auth: { Authorization: string }
  let stranger: StockedShop
  let theirs: { Authorization: string }

  beforeAll(async () => {
    database = await freshDatabase()
    stranger = await stockedShop(database.owner.db)
    theirs = await authorised(database.owner.db, stranger.sellerId)
  })
  beforeEach(async () => {
    shop = await stockedShop(database.owner.db)
    auth = await authorised(database.owner.db, shop.sellerId)
    api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
  })
  afterAll(() => database.drop())

  const request = (method: string, path: string, body?: unknown, headers: object = {}) =>
    api.app.request(path, {
      method,
      headers: { ...auth, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const line = (at: number, quantity = 1, more: object = {}) => ({
    shopProductId: shop.goods[at]!,
    quantity,
    ...more,
  })

  return {
    get database() {
      return database
    },
    get api() {
      return api
    },
    get shop() {
      return shop
    },
    get stranger() {
      return stranger
    },
    get theirs() {
      return theirs
    },
    request,
    line,

    async place(body: object = wanting([line(0, 2)])): Promise<Order> {
      const response = await request('POST', '/v1/orders', body)
      expect(response.status).toBe(201)
      return (await response.json()) as Order
    },
    move: (id: string, state: string, more: object = {}, headers: object = {}) =>
      request('POST', `/v1/orders/${id}/status`, { state, ...more }, headers),
    units: (at: number) => unitsOf(database.owner.db, shop.goods[at]!),
    recorded: (table: 'event' | 'auditEntry', subject: string) =>
      database.owner.db
        .selectFrom(table)
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('id')
        .execute(),
  }
}

export const wanting = (lines: object[], more: object = {}) => ({
  ...{ lines, buyer, deliverTo },
  ...more,
})
