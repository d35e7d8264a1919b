import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImportSource } from '../../api/import-sources/source-view.ts'
import { hostileUrls } from '../outbound/hostile-addresses.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: TestShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  const stranger = await createShop(database.owner.db)
  theirs = await authorised(database.owner.db, stranger.sellerId)
})
beforeEach(async () => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
})
afterAll(() => database.drop())

const sourceUrl = 'https://shop.example/feed.xml'
const call = (
  method: string,
  path = '',
  body?: object,
  headers: Record<string, string> = auth,
): Promise<Response> =>
  Promise.resolve(
    api.app.request(`/v1/import-sources${path}`, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    }),
  )
const sourceOf = async (response: Response) => (await response.json()) as ImportSource
const create = async (more: object = { intervalMinutes: 60 }) => {
  const response = await call('POST', '', { sourceUrl, shopId: shop.shopId, ...more })
  expect(response.status).toBe(201)
  return sourceOf(response)
}
const eventsOf = async (id: string) => {
  const events = await database.owner.db
    .selectFrom('event')
    .select(['type', 'data'])
    .where('subject', '=', `import-source:${id}`)
    .orderBy('id')
    .execute()
  return events.map(({ type }) => type)
}
const reader = () => authorised(database.owner.db, shop.sellerId, ['imports:read'])
const writer = () => authorised(database.owner.db, shop.sellerId, ['imports:write'])
const errorsOf = async (response: Response) =>
  ((await response.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path)

describe('POST /v1/import-sources', () => {
  it('is 201 with the source, and leaves the event by which it is scheduled', async () => {
    const response = await call('POST', '', { sourceUrl, shopId: shop.shopId, dailyAt: '04:30' })
    expect(response.status).toBe(201)
    const source = await sourceOf(response)
    expect(response.headers.get('Location')).toBe(`/v1/import-sources/${source.id}`)
    expect(source).toEqual({
      id: source.id,
      scheduleId: `import-source:${source.id}`,
      shopId: shop.shopId,
      sourceUrl,
      format: 'auto',
      mode: 'upsert',
      dailyAt: '04:30',
      state: 'active',
      failures: 0,
      createdAt: source.createdAt,
    })
    expect(await eventsOf(source.id)).toEqual(['import-source.changed'])
  })

  it('makes one source for an Idempotency-Key', async () => {
    const headers = { ...auth, 'Idempotency-Key': randomUUID() }
    const wanted = { sourceUrl, shopId: shop.shopId, intervalMinutes: 15 }
    const first = await sourceOf(await call('POST', '', wanted, headers))
    expect(await sourceOf(await call('POST', '', wanted, headers))).toEqual(first)
    expect((await call('POST', '', { ...wanted, intervalMinutes: 30 }, headers)).status).toBe(422)
  })

  it.each([
    ['there is no time', {}, 'intervalMinutes'],
    ['there are two', { intervalMinutes: 60, dailyAt: '04:30' }, 'intervalMinutes'],
    ['it comes too often', { intervalMinutes: 14 }, 'intervalMinutes'],
    ['it comes too seldom', { intervalMinutes: 10_081 }, 'intervalMinutes'],
    ['there is no such time', { dailyAt: '24:00' }, 'dailyAt'],
    ['a field is unknown', { intervalMinutes: 60, dryRun: true }, 'dryRun'],
    ['the format is unknown', { intervalMinutes: 60, format: 'pdf' }, 'format'],
  ])('is 400 when %s', async (_name, more, path) => {
    const response = await call('POST', '', { sourceUrl, shopId: shop.shopId, ...more })
    expect(response.status).toBe(400)
    expect(await errorsOf(response)).toEqual([path])
  })

  it('is 400 for every address that is not of the public web', async () => {
    for (const url of hostileUrls) {
      const wanted = { sourceUrl: url, shopId: shop.shopId, intervalMinutes: 60 }
      expect((await call('POST', '', wanted)).status, url).toBe(400)
    }
  })

  it('is 401 without a key and 403 without the scope', async () => {
    const wanted = { sourceUrl, shopId: shop.shopId, intervalMinutes: 60 }
    expect((await call('POST', '', wanted, {})).status).toBe(401)
    expect((await call('POST', '', wanted, await reader())).status).toBe(403)
  })

  it('is 404 for another seller’s shop', async () => {
    const wanted = { sourceUrl, shopId: shop.shopId, intervalMinutes: 60 }
    expect((await call('POST', '', wanted, theirs)).status).toBe(404)
  })

  it('is 409 for the hundred and first', async () => {
    const { sellerId, shopId } = shop
    const rows = Array.from({ length: 100 }, () => ({
      ...{ id: randomUUID(), sellerId, shopId, url: sourceUrl, intervalMinutes: 60 },
    }))
    await database.owner.db.insertInto('importSource').values(rows).execute()
    const wanted = { sourceUrl, shopId: shop.shopId, intervalMinutes: 60 }
    expect((await call('POST', '', wanted)).status).toBe(409)
  })
})

describe('GET /v1/import-sources', () => {
  it('pages through the seller’s sources, the newest first', async () => {
    const made = [await create(), await create(), await create()]
    const first = (await (await call('GET', '?limit=2')).json()) as {
      items: ImportSource[]
      nextCursor: string
    }
    const rest = (await (await call('GET', `?limit=2&cursor=${first.nextCursor}`)).json()) as {
      items: ImportSource[]
      nextCursor: null
    }
    expect([...first.items, ...rest.items]).toEqual(made.toReversed())
    expect(rest.nextCursor).toBeNull()
  })

  it('is 400 for a cursor of another list, 401 without a key and 403 without the scope', async () => {
    expect((await call('GET', '?cursor=WzFd')).status).toBe(400)
    expect((await call('GET', '', undefined, {})).status).toBe(401)
    expect((await call('GET', '', undefined, await writer())).status).toBe(403)
  })
})

describe('GET /v1/import-sources/{id}', () => {
  it('is 200 with why its last run failed, in the reader’s language', async () => {
    const { id } = await create()
    await database.owner.db
      .updateTable('importSource')
      .set({
        state: 'failing',
        failures: 2,
        problem: JSON.stringify({ code: 'source-http-status', params: { status: 503 } }),
      })
      .where('id', '=', id)
      .execute()
    const headers = { ...auth, 'Accept-Language': 'en' }
    const source = await sourceOf(await call('GET', `/${id}`, undefined, headers))
    expect(source).toMatchObject({
      state: 'failing',
      failures: 2,
      problem: {
        code: 'source-http-status',
        detail: 'The server answered with the status 503 instead of the file.',
      },
    })
  })

  it('is 404 for another seller’s, for one that is not, and for what is no id', async () => {
    const { id } = await create()
    expect((await call('GET', `/${id}`, undefined, theirs)).status).toBe(404)
    expect((await call('GET', `/${randomUUID()}`)).status).toBe(404)
    expect((await call('GET', '/1')).status).toBe(404)
  })
})

describe('PATCH /v1/import-sources/{id}', () => {
  it('is 200 with a source that is paused, and resumed with its failures forgotten', async () => {
    const { id } = await create()
    expect(await sourceOf(await call('PATCH', `/${id}`, { state: 'paused' }))).toMatchObject({
      state: 'paused',
    })
    await database.owner.db
      .updateTable('importSource')
      .set({ failures: 10, problem: JSON.stringify({ code: 'source-timeout' }) })
      .where('id', '=', id)
      .execute()
    const resumed = await sourceOf(await call('PATCH', `/${id}`, { state: 'active' }))
    expect(resumed).toMatchObject({ state: 'active', failures: 0 })
    expect(resumed.problem).toBeUndefined()
    expect(await eventsOf(id)).toEqual(Array(3).fill('import-source.changed'))
  })

  it('is 200 with another time', async () => {
    const { id } = await create({ intervalMinutes: 60 })
    const changed = await sourceOf(await call('PATCH', `/${id}`, { dailyAt: '23:59' }))
    expect(changed.dailyAt).toBe('23:59')
    expect(changed.intervalMinutes).toBeUndefined()
  })

  it('forgets what it had read when it is given another address', async () => {
    const { id } = await create()
    const row = database.owner.db.selectFrom('importSource').selectAll().where('id', '=', id)
    await database.owner.db
      .updateTable('importSource')
      .set({ etag: '"1"', lastModified: 'yesterday', lastSha256: 'a' })
      .where('id', '=', id)
      .execute()
    await call('PATCH', `/${id}`, { intervalMinutes: 30 })
    expect(await row.executeTakeFirst()).toMatchObject({ etag: '"1"', lastSha256: 'a' })
    await call('PATCH', `/${id}`, { sourceUrl: `${sourceUrl}?v=2` })
    expect(await row.executeTakeFirst()).toMatchObject({
      ...{ etag: null, lastModified: null, lastSha256: null },
    })
  })

  it('is 400 for a state that is not the seller’s to set, a bad time, and a private address', async () => {
    const { id } = await create()
    for (const change of [
      { state: 'failing' },
      { intervalMinutes: 1 },
      { intervalMinutes: 60, dailyAt: '04:30' },
      { sourceUrl: 'http://169.254.169.254/' },
      { shopId: '1' },
    ])
      expect((await call('PATCH', `/${id}`, change)).status, JSON.stringify(change)).toBe(400)
    expect(await eventsOf(id)).toEqual(['import-source.changed'])
  })

  it('is 401, 403 and 404 as for every write', async () => {
    const { id } = await create()
    const change = { state: 'paused' }
    expect((await call('PATCH', `/${id}`, change, {})).status).toBe(401)
    expect((await call('PATCH', `/${id}`, change, await reader())).status).toBe(403)
    expect((await call('PATCH', `/${id}`, change, theirs)).status).toBe(404)
  })
})

describe('DELETE /v1/import-sources/{id}', () => {
  it('is 204, and leaves the event by which its schedule goes', async () => {
    const { id } = await create()
    expect((await call('DELETE', `/${id}`)).status).toBe(204)
    expect((await call('GET', `/${id}`)).status).toBe(404)
    expect((await call('DELETE', `/${id}`)).status).toBe(404)
    expect(await eventsOf(id)).toEqual(['import-source.changed', 'import-source.changed'])
  })

  it('is 401, 403 and 404 as for every write', async () => {
    const { id } = await create()
    expect((await call('DELETE', `/${id}`, undefined, {})).status).toBe(401)
    expect((await call('DELETE', `/${id}`, undefined, await reader())).status).toBe(403)
    expect((await call('DELETE', `/${id}`, undefined, theirs)).status).toBe(404)
  })
})

describe('POST /v1/import-sources/{id}/run', () => {
  it('is 202 with the workflow that will run, and leaves the event by which it does', async () => {
    const { id } = await create()
    const response = await call('POST', `/${id}/run`)
    expect(response.status).toBe(202)
    expect(response.headers.get('Location')).toBe(`/v1/import-sources/${id}`)
    expect(await response.json()).toMatchObject({ id, workflowId: `import-from-source:${id}` })
    expect(await eventsOf(id)).toEqual(['import-source.changed', 'import-source.run-requested'])
  })

  it('is 401, 403 and 404 as for every write', async () => {
    const { id } = await create()
    expect((await call('POST', `/${id}/run`, undefined, {})).status).toBe(401)
    expect((await call('POST', `/${id}/run`, undefined, await reader())).status).toBe(403)
    expect((await call('POST', `/${id}/run`, undefined, theirs)).status).toBe(404)
  })
})
