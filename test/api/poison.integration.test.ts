import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parkDocuments } from '../../db/storefront/poison.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import { registerGeneration, reserveGenerationId } from '../../db/storefront/search-generations.ts'
import { createCategory, createGood, settle } from '../storefront/goods.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const system = database.system.db
const { app } = testApp({ storefront: database.storefront.db, system })

let admin: { Authorization: string }
let seller: { Authorization: string }
let ids: string[]
beforeAll(async () => {
  const shop = await createShop(owner)
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, shop.sellerId, ALL_SCOPES)
  const category = await createCategory(owner, 'Чайники')
  ids = []
  for (let count = 0; count < 3; count++)
    ids.push((await createGood(owner, shop, { category })).shopProductId)
  await settle(system, 'search')
  const id = await reserveGenerationId(system)
  const generation = { id, indexName: 'goods-1', schemaVersion: 1, state: 'live' } as const
  await registerGeneration(system, generation)
  await system.transaction().execute((trx) =>
    parkDocuments(
      trx,
      ids.map((shopProductId, at) => ({
        shopProductId,
        version: at + 1,
        indexName: at === 2 ? 'dropped-1' : 'goods-1',
        status: at === 1 ? 503 : 400,
        reason: 'document_parsing_exception: failed to parse field',
        transient: at === 1,
      })),
    ),
  )
})

type Page = { items: Record<string, unknown>[]; nextCursor: string | null }
const list = async (query = '', headers: Record<string, string> = admin) => {
  const response = await app.request(`/v1/admin/poison${query}`, { headers })
  return { status: response.status, body: (await response.json()) as Page }
}
const retry = (id: string, headers: Record<string, string> = admin) =>
  app.request(`/v1/admin/poison/${id}/retry`, { method: 'POST', headers })

describe('GET /v1/admin/poison', () => {
  it('is 200 with what indices in use refuse, the newest first', async () => {
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(body.nextCursor).toBeNull()
    expect(body.items).toMatchObject([
      { shopProductId: ids[1], status: 503, retryAt: expect.any(String) },
      {
        shopProductId: ids[0],
        index: 'goods-1',
        version: 1,
        status: 400,
        reason: 'document_parsing_exception: failed to parse field',
        attempts: 1,
      },
    ])
    expect(body.items[1]).not.toHaveProperty('retryAt')
  })

  it('pages', async () => {
    const first = await list('?limit=1')
    expect(first.body.items).toMatchObject([{ shopProductId: ids[1] }])
    const second = await list(`?limit=1&cursor=${first.body.nextCursor}`)
    expect(second.body).toMatchObject({ items: [{ shopProductId: ids[0] }], nextCursor: null })
  })

  it('is 400 with a forged cursor', async () => {
    const forged = Buffer.from('["1; drop table change"]').toString('base64url')
    expect((await list(`?cursor=${forged}`)).status).toBe(400)
    expect((await list('?limit=0')).status).toBe(400)
  })

  it('is 401 without a key, and 403 with a seller’s', async () => {
    expect((await list('', {})).status).toBe(401)
    expect((await list('', seller)).status).toBe(403)
  })
})

describe('POST /v1/admin/poison/{id}/retry', () => {
  it('is 202, and the document is pending again', async () => {
    const { id } = (await list()).body.items[1]!
    const response = await retry(String(id))
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ id, shopProductId: ids[0] })
    const pending = await readPendingDocuments(system, 'search', 10)
    expect(pending.map(({ shopProductId }) => shopProductId)).toEqual([ids[0]])
  })

  it.each(['0', '999999', 'abc', '99999999999999999999'])('is 404 for %s', async (id) => {
    expect((await retry(id)).status).toBe(404)
  })

  it('is 401 without a key, and 403 with a seller’s', async () => {
    expect((await retry('1', {})).status).toBe(401)
    expect((await retry('1', seller)).status).toBe(403)
  })
})
