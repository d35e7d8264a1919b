import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createPopularityActivities } from '../../activities/storefront/popularity.ts'
import { connectElasticsearch } from '../../clients/elasticsearch/connect.ts'
import { scorePopularity } from '../../db/storefront/popularity.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { settle } from './goods.ts'

const database = await freshDatabase()
afterAll(() => Promise.all([database.drop(), elasticsearch.close()]))
const owner = database.owner.db
const system = database.system.db
/** Nobody searches here. */
const elasticsearch = connectElasticsearch({ url: 'http://127.0.0.1:1' })
const popularity = createPopularityActivities({ system, elasticsearch })

const GOODS = 2_500
const shop = await createShop(owner)
await fillShop(owner, shop, GOODS)
const ids = (await owner.selectFrom('shopProduct').select('id').orderBy('id').execute()).map(
  ({ id }) => id,
)
const [first, second, third] = ids as [string, string, string]

beforeEach(async () => {
  await owner.deleteFrom('pageHit').execute()
  await owner.deleteFrom('salesOrder').execute()
  await owner.updateTable('shopProduct').set({ popularity: 0 }).execute()
  await settleAll()
})
const settleAll = async () => {
  while ((await settle(system, 'cache')).length > 0);
  while ((await settle(system, 'search')).length > 0);
}

const insert = (
  hits: [id: string, hits: number, daysAgo?: number, city?: string, kind?: string][],
) =>
  owner
    .insertInto('pageHit')
    .values(
      hits.map(([scope, hits, daysAgo = 0, page = '-', kind = 'card']) => ({
        ...{ kind, scope, page, hits },
        day: new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10),
      })),
    )
    .execute()
/** Orders of one line each. */
const order = async (
  ...lines: [id: string, quantity: number, daysAgo?: number, state?: 'new' | 'cancelled'][]
) => {
  for (const [shopProductId, quantity, daysAgo = 0, state = 'new'] of lines) {
    const { sellerId, shopId } = shop
    const { id: orderId } = await owner
      .insertInto('salesOrder')
      .values({
        ...{ sellerId, shopId, checkoutId: null, state, totalMinor: 1, currency: 'RUB' },
        cancelReason: state === 'cancelled' ? 'other' : null,
        ...{ buyerName: 'А', buyerPhone: '+79001234567', buyerEmail: null },
        ...{ cityId: 'msk', address: null, pickupPointId: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await owner
      .insertInto('orderLine')
      .values({
        ...{ orderId, sellerId, shopProductId, quantity, position: 0 },
        ...{ externalId: 'sku', name: 'Чайник', priceMinor: 1 },
        orderedAt: new Date(Date.now() - daysAgo * 86_400_000),
      })
      .execute()
  }
}
const run = (activity: () => Promise<number>) =>
  new MockActivityEnvironment().run(activity) as Promise<number>
const rank = () => run(popularity.updatePopularity)
const popularityOf = async (...wanted: string[]) => {
  const rows = await owner.selectFrom('shopProduct').select(['id', 'popularity']).execute()
  const all = new Map(rows.map(({ id, popularity }) => [id, Number(popularity)]))
  return wanted.map((id) => all.get(id))
}
const raised = async () => {
  const rows = await owner
    .selectFrom('change')
    .select(['shopProductId', 'wide'])
    .whereRef('cacheVersion', '<', 'version')
    .execute()
  return { goods: rows.length, wide: rows.every(({ wide }) => wide) }
}

describe('popularity', () => {
  it('is the hits of the card in all cities, halved with every week, as a whole number', async () => {
    await insert([
      [first, 10],
      [first, 5, 0, 'msk'],
      [first, 10, 7],
      [first, 1_000, 0, 'msk', 'listing-like'],
      [second, 8, 14],
      [second, 3, 21, 'spb'],
      [third, 9, 29],
      [third, 1_000, 30],
    ])
    expect(await rank()).toBe(3)
    expect(await popularityOf(first, second, third)).toEqual([20, 2, 1])
  })

  it('counts what is ordered above what is read, for as long, and not what was cancelled', async () => {
    await insert([[first, 10]])
    await order([first, 1], [second, 2, 7], [second, 1, 30], [third, 5, 0, 'cancelled'])
    await rank()
    expect(await popularityOf(first, second, third)).toEqual([30, 20, 0])
  })

  it('ends when the orders are too old to count', async () => {
    await owner.updateTable('shopProduct').set({ popularity: 7 }).where('id', '=', first).execute()
    await order([first, 5, 31])
    expect(await rank()).toBe(1)
    expect(await popularityOf(first)).toEqual([0])
  })

  it('is scored in one order of ids, whether read or ordered, however few at a time', async () => {
    await insert([
      [first, 1],
      [third, 3],
    ])
    await order([second, 1], [third, 1])
    const scored: string[][] = []
    for (let afterId: string | undefined = '0'; afterId !== undefined;) {
      const page = await scorePopularity(system, { afterId, limit: 1 })
      scored.push(...page.map(({ shopProductId, popularity }) => [shopProductId, popularity]))
      afterId = page.at(-1)?.shopProductId
    }
    expect(scored).toEqual([
      [first, '1'],
      [second, '20'],
      [third, '23'],
    ])
  })

  it('changes only what differs', async () => {
    await insert([
      [first, 10],
      [second, 20],
    ])
    await rank()
    await settleAll()
    await insert([[second, 1, 0, 'msk']])
    expect(await rank()).toBe(1)
    expect(await raised()).toMatchObject({ goods: 1 })
  })

  it('changes many as a bulk, each once', async () => {
    await insert(ids.map((id, at) => [id, at + 1]))
    expect(await rank()).toBe(GOODS)
    expect(await raised()).toEqual({ goods: GOODS, wide: true })
    expect(await rank()).toBe(0)
  })

  it('leaves alone what was never read, and what is gone', async () => {
    await owner.updateTable('shopProduct').set({ popularity: 7 }).where('id', '=', third).execute()
    await insert([
      [first, 2],
      ['999999999999', 5],
    ])
    expect(await rank()).toBe(1)
    expect(await popularityOf(first, third)).toEqual([2, 7])
  })
})

describe('hits that no longer count', () => {
  it('are forgotten, and with the last of them the popularity', async () => {
    await owner
      .updateTable('shopProduct')
      .set({ popularity: 7 })
      .where('id', 'in', [first, second, third])
      .execute()
    await insert([
      [first, 5, 30],
      [second, 5, 31],
      [second, 5, 29],
      ['msk:-:-', 5, 40, 'popular|20|', 'listing'],
      ['999999999999', 5, 40],
    ])
    expect(await run(popularity.forgetOldHits)).toBe(4)
    expect(await popularityOf(first, second, third)).toEqual([0, 7, 7])
    expect(await owner.selectFrom('pageHit').select('scope').execute()).toEqual([{ scope: second }])
  })

  it('leave the popularity of what is ordered to the ranking', async () => {
    await owner.updateTable('shopProduct').set({ popularity: 7 }).where('id', '=', first).execute()
    await insert([[first, 5, 30]])
    await order([first, 1])
    expect(await run(popularity.forgetOldHits)).toBe(1)
    expect(await popularityOf(first)).toEqual([7])
  })

  it('are forgotten however many they are', async () => {
    await owner.updateTable('shopProduct').set({ popularity: 7 }).execute()
    await insert(ids.map((id) => [id, 1, 35]))
    expect(await run(popularity.forgetOldHits)).toBe(GOODS)
    expect(new Set(await popularityOf(...ids))).toEqual(new Set([0]))
    expect(await run(popularity.forgetOldHits)).toBe(0)
  })
})
