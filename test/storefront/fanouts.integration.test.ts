import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import { inTrace } from '../../db/tenancy.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood, settle, type TestCategory } from './goods.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const system = database.system.db

let shop: TestShop
let root: TestCategory
let leaf: TestCategory
beforeEach(async () => {
  shop = await createShop(owner)
  root = await createCategory(owner, `Дом ${shop.shopId}`)
  leaf = await createCategory(owner, 'Посуда', root)
})

const createGoods = async (count: number, good: { units?: number } = {}) => {
  const ids: string[] = []
  for (let i = 0; i < count; i++)
    ids.push((await createGood(owner, shop, { category: leaf, ...good })).shopProductId)
  await settle(system, 'search')
  await settle(system, 'cache')
  return ids
}
const waiting = async () => {
  const pending = await readPendingDocuments(system, 'search', 1_000)
  return pending.map(({ shopProductId }) => shopProductId)
}

describe('a fan-out', () => {
  it('of a category reaches what is in it and below it', async () => {
    const goods = await createGoods(2)
    const other = await createGood(owner, shop, { category: await createCategory(owner, 'Сад') })
    await settle(system, 'search')
    await owner
      .updateTable('category')
      .set({ name: 'Для дома' })
      .where('id', '=', root.id)
      .execute()
    expect(await waiting()).toEqual([])
    expect(await drainFanouts(system, 10)).toBe(2)
    expect(await waiting()).toEqual(goods)
    expect(goods).not.toContain(other.shopProductId)
    const [first] = await readPendingDocuments(system, 'search', 1)
    expect(first?.document?.category.names).toEqual(['Для дома', 'Посуда'])
  })

  it('of a category that moves reaches what is in it, under its new parents', async () => {
    const goods = await createGoods(2)
    const garden = await createCategory(owner, `Сад ${shop.shopId}`)
    const path = [...garden.path, leaf.id]
    await owner
      .updateTable('category')
      .set({ parentId: garden.id, path })
      .where('id', '=', leaf.id)
      .execute()
    expect(await drainFanouts(system, 10)).toBe(2)
    for (const sink of ['search', 'cache'] as const) {
      const pending = await readPendingDocuments(system, sink, 10)
      expect(pending.map(({ shopProductId }) => shopProductId)).toEqual(goods)
      expect(pending[0]?.document?.category).toMatchObject({
        path,
        names: [`Сад ${shop.shopId}`, 'Посуда'],
      })
    }
  })

  it('of a shop reaches all that it sells', async () => {
    const goods = await createGoods(2)
    await owner
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', shop.shopId)
      .execute()
    expect(await drainFanouts(system, 10)).toBe(2)
    const pending = await readPendingDocuments(system, 'cache', 10)
    expect(pending.map(({ shopProductId, document }) => ({ shopProductId, document }))).toEqual(
      goods.map((shopProductId) => ({ shopProductId, document: null })),
    )
  })

  it.each(['insert', 'delete'] as const)(
    'of a warehouse reaches what lies in it, on %s of a city that it serves',
    async (change) => {
      const goods = await createGoods(2, { units: 1 })
      await createGoods(1)
      if (change === 'insert')
        await owner
          .insertInto('warehouseCity')
          .values({ warehouseId: shop.warehouseId, cityId: 'spb', sellerId: shop.sellerId })
          .execute()
      else
        await owner
          .deleteFrom('warehouseCity')
          .where('warehouseId', '=', shop.warehouseId)
          .execute()
      expect(await drainFanouts(system, 10)).toBe(2)
      const pending = await readPendingDocuments(system, 'cache', 10)
      expect(pending.map(({ shopProductId }) => shopProductId)).toEqual(goods)
      expect(pending[0]?.document?.cities).toEqual(change === 'insert' ? ['msk', 'spb'] : [])
    },
  )

  it('goes in steps of the batch and ends', async () => {
    const goods = await createGoods(5)
    await owner.updateTable('shop').set({ name: 'Рядом' }).where('id', '=', shop.shopId).execute()
    expect(await drainFanouts(system, 2)).toBe(2)
    expect(await waiting()).toEqual(goods.slice(0, 2))
    expect(await drainFanouts(system, 2)).toBe(2)
    expect(await drainFanouts(system, 2)).toBe(1)
    expect(await drainFanouts(system, 2)).toBe(0)
    expect(await waiting()).toEqual(goods)
    expect(await system.selectFrom('changeFanout').selectAll().execute()).toEqual([])
  })

  it('waits beside single changes, not before them', async () => {
    const goods = await createGoods(4)
    const last = goods.at(-1)!
    await owner.updateTable('shop').set({ name: 'Рядом' }).where('id', '=', shop.shopId).execute()
    await drainFanouts(system, 10)
    await owner.updateTable('shopProduct').set({ popularity: 1 }).where('id', '=', last).execute()
    const page = await readPendingDocuments(system, 'search', 1)
    expect(page.map(({ shopProductId }) => shopProductId)).toEqual([goods[0], last])
  })

  it('does not put behind it what was waiting already', async () => {
    const [waiting, other] = await createGoods(2)
    await owner
      .updateTable('shopProduct')
      .set({ popularity: 1 })
      .where('id', '=', waiting!)
      .execute()
    await owner.updateTable('shop').set({ name: 'Рядом' }).where('id', '=', shop.shopId).execute()
    await drainFanouts(system, 10)
    const wide = await system
      .selectFrom('change')
      .select('shopProductId')
      .where('shopProductId', 'in', [waiting!, other!])
      .where('wide', '=', true)
      .execute()
    expect(wide).toEqual([{ shopProductId: other }])
  })

  it('takes turns with the others, so that a small one is not held up by a large one', async () => {
    const goods = await createGoods(4)
    const small = await createShop(owner)
    const { shopProductId } = await createGood(owner, small, { category: leaf })
    await settle(system, 'search')
    for (const { shopId } of [shop, small])
      await owner.updateTable('shop').set({ name: 'Рядом' }).where('id', '=', shopId).execute()
    await drainFanouts(system, 2)
    await drainFanouts(system, 2)
    expect(await waiting()).toEqual([...goods.slice(0, 2), shopProductId])
    expect(await drainFanouts(system, 2)).toBe(2)
    expect((await waiting()).length).toBe(5)
    await drainFanouts(system, 2)
  })

  it('that reaches nothing does not hide the next one', async () => {
    const goods = await createGoods(1)
    const empty = await createShop(owner)
    for (const { shopId } of [empty, shop])
      await owner.updateTable('shop').set({ name: 'Новая' }).where('id', '=', shopId).execute()
    expect(await drainFanouts(system, 10)).toBe(1)
    expect(await waiting()).toEqual(goods)
  })

  it('is taken by one hand only', async () => {
    await createGoods(3)
    await owner.updateTable('shop').set({ name: 'Одна' }).where('id', '=', shop.shopId).execute()
    await system.transaction().execute(async (trx) => {
      await trx.selectFrom('changeFanout').selectAll().forUpdate().execute()
      expect(await drainFanouts(system, 10)).toBe(0)
    })
    expect(await drainFanouts(system, 10)).toBe(3)
  })

  it('hands on the trace that caused it', async () => {
    await createGoods(1)
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await owner.transaction().execute(async (trx) => {
      await inTrace(trx, traceParent)
      await trx.updateTable('shop').set({ name: 'След' }).where('id', '=', shop.shopId).execute()
    })
    await drainFanouts(system, 10)
    expect(await readPendingDocuments(system, 'search', 10)).toMatchObject([{ traceParent }])
  })
})
