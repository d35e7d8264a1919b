import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createOrdersActivities } from '../../activities/orders/index.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from './shop-goods.ts'

const HOUR_MS = 60 * 60_000

let database: TestDatabase
let shop: StockedShop
let key: { orderId: string }
let activities: ReturnType<typeof createOrdersActivities>

beforeAll(async () => {
  database = await freshDatabase()
  shop = await stockedShop(database.owner.db, { units: 1_000 })
  activities = createOrdersActivities({
    system: database.system.db,
    remindHours: 2,
    cancelHours: 5,
  })
})
beforeEach(async () => {
  const { sellerId, shopId, goods } = shop
  const { id } = await asSeller(database.seller.db, sellerId, (trx) =>
    placeOrder(trx, {
      ...{ sellerId, shopId, checkoutId: null, buyer, deliverTo, ...by },
      lines: [{ shopProductId: goods[0]!, quantity: 2 }],
    }),
  )
  key = { orderId: id }
})
afterAll(() => database.drop())

const by = { actor: 'system', traceParent: null } as const
const run = <T>(activity: (given: { orderId: string }) => Promise<T>, given = key): Promise<T> =>
  new MockActivityEnvironment().run(activity, given) as Promise<T>
const confirm = () =>
  asSeller(database.seller.db, shop.sellerId, (trx) =>
    moveOrder(trx, key.orderId, { to: 'confirmed', ...by }),
  )
const age = (hours: number) =>
  database.owner.db
    .updateTable('salesOrder')
    .set({ createdAt: new Date(Date.now() - hours * HOUR_MS) })
    .where('id', '=', key.orderId)
    .execute()
const events = async () =>
  (
    await database.owner.db
      .selectFrom('event')
      .select(['type', 'data'])
      .where('subject', '=', `order:${key.orderId}`)
      .orderBy('id')
      .execute()
  ).slice(1)
const units = () => unitsOf(database.owner.db, shop.goods[0]!)

describe('looking at an order', () => {
  it('tells its state, and the time that is left since it was placed', async () => {
    await age(3)
    const found = await run(activities.lookAtOrder)
    expect(found).toMatchObject({ sellerId: shop.sellerId, state: 'new', remindInMs: 0 })
    expect(Math.round(found.cancelInMs / HOUR_MS)).toBe(2)
  })

  it('fails for good when there is none', async () => {
    const none = run(activities.lookAtOrder, { orderId: '999999' })
    await expect(none).rejects.toMatchObject({ type: 'OrderNotFound', nonRetryable: true })
  })
})

describe('reminding of an order', () => {
  it('is one event and audit entry, however often it is tried', async () => {
    for (let times = 0; times < 3; times++) await run(activities.remindOfOrder)
    expect(await events()).toMatchObject([
      {
        type: 'order.unconfirmed',
        data: { orderId: key.orderId, state: 'new', cancelAt: expect.stringMatching(/Z$/) },
      },
    ])
  })

  it('is not done when it was confirmed meanwhile', async () => {
    await confirm()
    await run(activities.remindOfOrder)
    expect((await events()).map(({ type }) => type)).toEqual(['order.status_changed'])
  })
})

describe('cancelling an unconfirmed order', () => {
  it('puts its units back once, as the workflow, however often and at once it is tried', async () => {
    const before = await units()
    const states = await Promise.all(
      Array.from({ length: 5 }, () => run(activities.cancelUnconfirmed)),
    )
    expect(new Set(states)).toEqual(new Set(['cancelled']))
    expect(await units()).toBe(before + 2)
    expect(await events()).toMatchObject([
      { type: 'order.status_changed', data: { state: 'cancelled', previousState: 'new' } },
    ])
    const audit = await database.owner.db
      .selectFrom('auditEntry')
      .select(['actor', 'data'])
      .where('subject', '=', `order:${key.orderId}`)
      .where('action', '=', 'order.status_changed')
      .execute()
    expect(audit).toMatchObject([
      { actor: 'workflow:fulfilOrder', data: { cancelReason: 'unconfirmed' } },
    ])
  })

  it('leaves a confirmed one as it is', async () => {
    await confirm()
    const before = await units()
    expect(await run(activities.cancelUnconfirmed)).toBe('confirmed')
    expect(await units()).toBe(before)
  })
})
