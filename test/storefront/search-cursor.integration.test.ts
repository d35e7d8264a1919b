import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { readQuestion, SearchParameters } from '../../api/storefront/search-parameters.ts'
import { decodeCursor, encodeCursor } from '../../domain/storefront/cursor.ts'
import { createShop } from '../support/marketplace.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood, type Good } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

const fresh = await freshSearch()
afterAll(() => fresh.close())

const owner = fresh.database.owner.db
const shop = await createShop(owner)
const category = await createCategory(owner, 'Наушники')
const add = async (name: string, good: Partial<Good>) => {
  await createGood(owner, shop, { category, name, brand: 'Xiaomi', units: 1, ...good })
  return name
}
const buds = await add('Беспроводные наушники Xiaomi Buds', {
  ...{ priceMinor: 3_000_00, popularity: 90, createdAt: new Date('2026-11-01T00:00:00Z') },
})
const spare = await add('Наушник левый запасной Xiaomi', { priceMinor: 900_00, popularity: 5 })
const phone = await add('Смартфон Xiaomi Redmi', { priceMinor: 15_000_00, popularity: 40 })
await fresh.project()

const { get } = storefrontApp(fresh.deps)
const find = async (query: Record<string, string>) =>
  (await get(`/search?${new URLSearchParams(query)}`)).body
const namesOf = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name)

describe('pages', () => {
  afterEach(() => void vi.useRealTimers())

  const namesBy = async (sort: string) => {
    const names: (string | undefined)[] = []
    let cursor: string | null = null
    do {
      const body = await find({ q: 'xiaomi', sort, limit: '1', ...(cursor ? { cursor } : {}) })
      names.push(...namesOf(body))
      cursor = body.nextCursor
    } while (cursor)
    return names
  }
  it.each([
    ['popular', [buds, phone, spare]],
    ['price-asc', [spare, buds, phone]],
    ['price-desc', [phone, buds, spare]],
    ['new', [phone, spare, buds]],
  ])('by «%s» show everything once, in its order', async (sort, names) => {
    expect(await namesBy(sort)).toEqual(names)
  })

  it('by relevance show everything once', async () => {
    const names = await namesBy('relevance')
    expect(names.toSorted()).toEqual([buds, spare, phone].toSorted())
  })

  it('by relevance are ranked by the day of the first one, when the next has begun', async () => {
    const first = await find({ q: 'xiaomi', limit: '1' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY_MS })
    const second = await find({ q: 'xiaomi', limit: '2', cursor: first.nextCursor })
    expect(new Set([first, second].flatMap(namesOf)).size).toBe(3)
  })

  it('do not go on from a cursor that tells no day', async () => {
    const { nextCursor } = await find({ q: 'xiaomi', limit: '1' })
    const about = `search ${JSON.stringify({ ...readQuestion(SearchParameters.parse({ q: 'xiaomi' })), attributes: [] })}`
    const [view, , ...rest] = decodeCursor(about, nextCursor)!
    const cursor = encodeCursor(about, [view!, ...rest])
    const { status, body } = await get(`/search?q=xiaomi&limit=1&cursor=${cursor}`)
    expect([status, body.errors[0].path]).toEqual([400, 'cursor'])
  })

  it('do not go on under another question', async () => {
    const { nextCursor } = await find({ q: 'xiaomi', limit: '1' })
    const { status, body } = await get(`/search?q=sony&limit=1&cursor=${nextCursor}`)
    expect([status, body.errors[0].path]).toEqual([400, 'cursor'])
  })
})
