import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app } = testApp({ storefront: database.storefront.db, system: database.system.db })

let admin: { Authorization: string }
let seller: { Authorization: string }
const today = new Date().toISOString().slice(0, 10)
beforeAll(async () => {
  const { sellerId } = await createShop(owner)
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, sellerId, ALL_SCOPES)
  const count = (text: string, cityId: string, searches: number, rest: object = {}) => ({
    ...{ day: today, text, cityId, searches, zeroResults: 0, slow: 0, slowestMs: 12 },
    ...rest,
  })
  await owner
    .insertInto('searchCount')
    .values([
      count('чайник', 'msk', 7),
      count('чайник', '', 5, { corrected: 3, callers: 4, finders: 2, slow: 2, slowestMs: 900 }),
      count('чайнек', '', 4, { zeroResults: 4 }),
      count('самовар', 'msk', 3, { zeroResults: 3, slow: 1, slowestMs: 600 }),
      count('', '', 9, { zeroResults: 8 }),
      count('самовар', 'msk', 50, { day: '2020-01-01', zeroResults: 50 }),
    ])
    .execute()
})

type Page = { items: { query: string | null }[]; nextCursor: string | null; errors: object[] }
const list = async (query = '', headers: Record<string, string> = admin) => {
  const response = await app.request(`/v1/admin/searches${query}`, { headers })
  return { status: response.status, body: (await response.json()) as Page }
}
const queries = ({ body }: { body: Page }) => body.items.map(({ query }) => query)

describe('GET /v1/admin/searches', () => {
  it('is 200 with what is searched most, in all cities together', async () => {
    const page = await list()
    expect(page.status).toBe(200)
    expect(queries(page)).toEqual(['чайник', null, 'чайнек', 'самовар'])
    expect(page.body.items[0]).toEqual({
      ...{ query: 'чайник', searches: 12, zeroResults: 0, corrected: 3, callers: 4, finders: 2 },
      ...{ slow: 2, slowestMs: 900, lastOn: today },
    })
  })

  it('tells what finds nothing, and what is slow', async () => {
    expect(queries(await list('?kind=zero-result'))).toEqual([null, 'чайнек', 'самовар'])
    expect(queries(await list('?kind=slow'))).toEqual(['чайник', 'самовар'])
  })

  it('goes from day to day', async () => {
    expect(queries(await list('?from=2019-12-31&to=2020-01-01'))).toEqual(['самовар'])
    expect(queries(await list('?from=2020-01-01&kind=zero-result'))[0]).toBe('самовар')
  })

  it('goes on where the page before ended', async () => {
    const seen = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: Page } = await list(`?limit=1${cursor && `&cursor=${cursor}`}`)
      seen.push(...queries(page))
      cursor = page.body.nextCursor
    }
    expect(seen).toEqual(['чайник', null, 'чайнек', 'самовар'])
  })

  it.each([
    ...['kind=popular', 'from=yesterday', 'from=0000-01-01', 'to=0000-01-03', 'to=1999-12-31'],
    ...['limit=0', 'cursor=made-up', 'q=чайник'],
  ])('is 400 for «%s»', async (query) => {
    expect((await list(`?${query}`)).status).toBe(400)
  })

  it('is 401 without a key, and 403 for a seller', async () => {
    expect((await list('', {})).status).toBe(401)
    expect((await list('', seller)).status).toBe(403)
  })
})
