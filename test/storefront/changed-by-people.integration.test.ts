import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { authorised, testApp } from '../api/app.ts'
import { createShop } from '../support/marketplace.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const fresh = await freshSearch()
afterAll(() => fresh.close())
const { database } = fresh
/** The clock by which answers are remembered. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const { owner, seller, storefront, system } = database
const shop = await createShop(owner.db)
const category = await createCategory(owner.db, 'Печная утварь')
await createGood(owner.db, shop, { category, name: 'Рогач кованый', units: 1 })
await fresh.project()

const STATED_MS = 10_000

const startProcess = () => storefrontApp(fresh.deps)
const processes = [startProcess(), startProcess()]
const found = (query: string) =>
  Promise.all(
    processes.map(async ({ get }) => (await get(`/search?${query}`)).body.total as number),
  )
const { app } = testApp({ storefront: storefront.db, system: system.db, seller: seller.db })
async function change(auth: object, method: string, path: string, body?: object) {
  const response = await app.request(path, {
    method,
    headers: { ...auth, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(response.status).toBeLessThan(300)
  return response.headers.get('Location')!
}

describe('within ten seconds every process uses, without a restart or a reindex,', () => {
  it('synonyms that were made, replaced or let go', async () => {
    const admin = await authorised(owner.db, null, ['admin'])
    const q = 'q=ухватом'
    expect(await found(q)).toEqual([0, 0])
    const path = await change(admin, 'POST', '/v1/admin/synonyms', { terms: ['ухват', 'рогач'] })
    expect(await found(q)).toEqual([0, 0])
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(q)).toEqual([1, 1])

    await change(admin, 'PUT', path, { terms: ['ухват', 'вилы'] })
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(q)).toEqual([0, 0])

    await change(admin, 'PUT', path, { terms: ['ухват', 'рогач'] })
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(q)).toEqual([1, 1])
    await change(admin, 'DELETE', path)
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(q)).toEqual([0, 0])
  })

  it('cities that a seller delivers to', async () => {
    const auth = await authorised(owner.db, shop.sellerId)
    const query = 'q=рогач&city=spb&deliverable=true'
    expect(await found(query)).toEqual([0, 0])
    await change(auth, 'PUT', '/v1/delivery-cities', { cities: ['spb'] })
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(query)).toEqual([1, 1])
    await change(auth, 'PUT', '/v1/delivery-cities', { cities: [] })
    vi.advanceTimersByTime(STATED_MS)
    expect(await found(query)).toEqual([0, 0])
  })

  it('synonyms, and no page follows one that was found by others', async () => {
    const admin = await authorised(owner.db, null, ['admin'])
    await createGood(owner.db, shop, { category, name: 'Рогач кованый большой' })
    await fresh.project()
    await change(admin, 'POST', '/v1/admin/synonyms', { terms: ['сковородник', 'рогач'] })
    const { get } = startProcess()
    const read = async (q: string, cursor = '') =>
      await get(`/search?${new URLSearchParams({ q, limit: '1', ...(cursor && { cursor }) })}`)
    const first = { of: await read('сковородником'), other: await read('кованый') }
    expect([first.of.body.total, first.other.body.total]).toEqual([2, 2])

    await change(admin, 'POST', '/v1/admin/synonyms', { terms: ['сковородник'], means: ['утварь'] })
    const { nextCursor } = first.of.body
    expect((await read('сковородником', nextCursor)).body.items).toHaveLength(1)
    vi.advanceTimersByTime(STATED_MS)
    const { status, body } = await read('сковородником', nextCursor)
    expect([status, body.errors[0].path]).toEqual([400, 'cursor'])
    const second = await read('кованый', first.other.body.nextCursor)
    expect([second.status, second.body.items.length]).toEqual([200, 1])
  })
})
