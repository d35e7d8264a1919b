import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { z } from '@hono/zod-openapi'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Feed, Publication } from '../../api/feeds/feed-view.ts'
import { insertLeftOut } from '../../db/integrations/feeds.ts'
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
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => database.drop())

type FeedBody = z.infer<typeof Feed>
type PublicationBody = z.infer<typeof Publication>

const request = (method: string, path: string, body?: unknown, headers: object = {}) =>
  api.app.request(path, {
    method,
    headers: { ...auth, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

async function make(given: object = {}): Promise<FeedBody> {
  const response = await request('POST', '/v1/feeds', {
    kind: 'yandex-market',
    shopId: shop.shopId,
    ...given,
  })
  expect(response.status).toBe(201)
  return (await response.json()) as FeedBody
}

const eventsOf = (feedId: string) =>
  database.owner.db
    .selectFrom('event')
    .select(['type', 'data'])
    .where('subject', '=', `feed:${feedId}`)
    .orderBy('id')
    .execute()

describe('making a feed', () => {
  it('answers 201 with its address, and asks for its schedule', async () => {
    const response = await request('POST', '/v1/feeds', {
      kind: 'yandex-market',
      shopId: shop.shopId,
      filters: { availableOnly: true, priceFrom: 100 },
      settings: {
        company: 'ООО «Лавка»',
        deliveryOptions: [
          { cost: { amount: 30_000, currency: 'RUB' }, days: '1-3', orderBefore: 18 },
        ],
      },
      schedule: { everyMinutes: 60 },
    })
    expect(response.status).toBe(201)
    const feed = (await response.json()) as FeedBody
    expect(response.headers.get('Location')).toBe(`/v1/feeds/${feed.id}`)
    expect(feed).toMatchObject({
      workflowId: `feed:${feed.id}`,
      kind: 'yandex-market',
      name: 'Яндекс Маркет',
      filters: { availableOnly: true, priceFrom: 100 },
      settings: {
        company: 'ООО «Лавка»',
        deliveryOptions: [
          { cost: { amount: 30_000, currency: 'RUB' }, days: '1-3', orderBefore: 18 },
        ],
      },
      schedule: { everyMinutes: 60 },
      isPublished: false,
    })
    expect(feed.urls).toEqual([
      expect.stringMatching(/^http:\/\/localhost\/feeds\/[\w-]{32}\.xml$/),
    ])
    expect(await eventsOf(feed.id)).toEqual([{ type: 'feed.changed', data: { feedId: feed.id } }])
  })

  it('gives a feed for Google both of its addresses', async () => {
    const feed = await make({
      kind: 'google-shopping',
      settings: { shipping: [{ price: { amount: 0, currency: 'RUB' } }] },
    })
    expect(feed.urls.map((url) => url.slice(-4))).toEqual(['.xml', '.tsv'])
    expect(feed.settings).toEqual({ shipping: [{ price: { amount: 0, currency: 'RUB' } }] })
  })

  it('makes one for an idempotency key', async () => {
    const body = { kind: 'yandex-market', shopId: shop.shopId }
    const headers = { 'Idempotency-Key': randomUUID() }
    const [first, second] = [
      await request('POST', '/v1/feeds', body, headers),
      await request('POST', '/v1/feeds', body, headers),
    ]
    expect(await second.json()).toEqual(await first.json())
    const other = await request('POST', '/v1/feeds', { ...body, name: 'Иной' }, headers)
    expect(other.status).toBe(422)
  })

  it.each([
    [{ kind: 'ozon' }, 'kind'],
    [{ extra: 1 }, 'extra'],
    [{ schedule: { everyMinutes: 14 } }, 'schedule.everyMinutes'],
    [{ settings: { title: 'Google’s' } }, 'settings.title'],
    [
      { settings: { deliveryOptions: [{ cost: { amount: 1, currency: 'RUB' }, days: '40' }] } },
      'settings.deliveryOptions.0.days',
    ],
    [{ filters: { categoryIds: [] } }, 'filters.categoryIds'],
  ])('answers 400 to %o', async (given, path) => {
    const response = await request('POST', '/v1/feeds', {
      kind: 'yandex-market',
      shopId: shop.shopId,
      ...given,
    })
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: { path: string }[] }
    expect(errors.map((error) => error.path)).toContain(path)
  })

  it('answers 401 without a key and 403 without the scope', async () => {
    const body = { kind: 'yandex-market', shopId: shop.shopId }
    expect((await request('POST', '/v1/feeds', body, { Authorization: '' })).status).toBe(401)
    const reader = await authorised(database.owner.db, shop.sellerId, ['feeds:read'])
    expect((await request('POST', '/v1/feeds', body, reader)).status).toBe(403)
  })

  it('answers 404 for another seller’s shop', async () => {
    const body = { kind: 'yandex-market', shopId: shop.shopId }
    expect((await request('POST', '/v1/feeds', body, theirs)).status).toBe(404)
  })
})

describe('a feed', () => {
  it('is listed page by page', async () => {
    const made = [await make(), await make(), await make()]
    const first = await request('GET', '/v1/feeds?limit=2')
    const { items, nextCursor } = (await first.json()) as {
      items: FeedBody[]
      nextCursor: string
    }
    const rest = await request('GET', `/v1/feeds?limit=2&cursor=${nextCursor}`)
    const last = (await rest.json()) as { items: FeedBody[]; nextCursor: null }
    expect([...items, ...last.items].map(({ id }) => id)).toEqual(made.map(({ id }) => id))
    expect(last.nextCursor).toBeNull()
  })

  it('is changed by what is given', async () => {
    const { id } = await make({ schedule: { everyMinutes: 60 }, settings: { company: 'ООО' } })
    const response = await request('PATCH', `/v1/feeds/${id}`, { name: 'Иной', schedule: null })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      name: 'Иной',
      schedule: null,
      settings: { company: 'ООО' },
    })
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['feed.changed', 'feed.changed'])
  })

  it('takes no settings of another kind: 400', async () => {
    const { id } = await make()
    const response = await request('PATCH', `/v1/feeds/${id}`, { settings: { title: 'т' } })
    expect(response.status).toBe(400)
  })

  it('is deleted, and its files asked to be', async () => {
    const { id } = await make()
    expect((await request('DELETE', `/v1/feeds/${id}`)).status).toBe(204)
    expect((await request('GET', `/v1/feeds/${id}`)).status).toBe(404)
    expect((await request('DELETE', `/v1/feeds/${id}`)).status).toBe(404)
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      'feed.changed',
      'feed.changed',
      'feed.publication-requested',
    ])
  })

  it.each(['', '/publications', '/left-out'])(
    'is absent for another seller at %j',
    async (path) => {
      const { id } = await make()
      expect((await request('GET', `/v1/feeds/${id}${path}`)).status).toBe(200)
      expect((await request('GET', `/v1/feeds/${id}${path}`, undefined, theirs)).status).toBe(404)
      expect((await request('GET', `/v1/feeds/nonsense${path}`)).status).toBe(404)
    },
  )
})

describe('publishing a feed', () => {
  it('answers 202 with the place where it can be watched', async () => {
    const { id } = await make()
    const response = await request('POST', `/v1/feeds/${id}/publish`)
    expect(response.status).toBe(202)
    const publication = (await response.json()) as PublicationBody
    const location = `/v1/feeds/${id}/publications/${publication.id}`
    expect(response.headers.get('Location')).toBe(location)
    expect(publication).toMatchObject({ state: 'queued', number: 1, workflowId: `feed:${id}` })
    expect(await (await request('GET', location)).json()).toEqual(publication)
    expect((await eventsOf(id)).at(-1)).toEqual({
      type: 'feed.publication-requested',
      data: { feedId: id, publicationId: publication.id },
    })
  })

  it('asks once for what waits already, and remembers that shrinking was confirmed', async () => {
    const { id } = await make()
    const first = await request('POST', `/v1/feeds/${id}/publish`)
    const second = await request('POST', `/v1/feeds/${id}/publish?confirmShrink=true`)
    const { id: publicationId } = (await first.json()) as PublicationBody
    expect(((await second.json()) as PublicationBody).id).toBe(publicationId)
    expect(await eventsOf(id)).toHaveLength(2)
    const { confirmShrink } = await database.owner.db
      .selectFrom('feedPublication')
      .select('confirmShrink')
      .where('id', '=', publicationId)
      .executeTakeFirstOrThrow()
    expect(confirmShrink).toBe(true)
  })

  it('answers 404 for a publication of another feed', async () => {
    const [one, other] = [await make(), await make()]
    const { id } = (await (
      await request('POST', `/v1/feeds/${one.id}/publish`)
    ).json()) as PublicationBody
    expect((await request('GET', `/v1/feeds/${other.id}/publications/${id}`)).status).toBe(404)
  })

  it('tells why one was held, in the reader’s language', async () => {
    const { id } = await make()
    const response = await request('POST', `/v1/feeds/${id}/publish`)
    await database.owner.db
      .updateTable('feedPublication')
      .set({
        state: 'held',
        problem: JSON.stringify({ code: 'shrunk', params: { before: 10, now: 6 } }),
      })
      .where('id', '=', ((await response.json()) as PublicationBody).id)
      .execute()
    const told = async (language: string) => {
      const page = await request('GET', `/v1/feeds/${id}/publications`, undefined, {
        'Accept-Language': language,
      })
      const { items } = (await page.json()) as { items: PublicationBody[] }
      return items[0]!.problem?.detail
    }
    expect(await told('ru')).toContain('было 10 товаров, а стало бы 6')
    expect(await told('en')).toContain('had 10 items and would have 6')
  })

  it('lists what was left out, page by page', async () => {
    const { id } = await make()
    const response = await request('POST', `/v1/feeds/${id}/publish`)
    const { id: publicationId } = (await response.json()) as PublicationBody
    await database.owner.db
      .updateTable('feedPublication')
      .set({ snapshotAt: new Date() })
      .where('id', '=', publicationId)
      .execute()
    await insertLeftOut(
      database.system.db,
      { id: publicationId, sellerId: shop.sellerId },
      ['ё', 'ж ж'].map((externalId) => ({
        ...{ shopProductId: '1', externalId, field: 'id', code: 'id-characters' },
        value: externalId,
      })),
    )
    const page = await request('GET', `/v1/feeds/${id}/left-out?limit=1`)
    const { items, nextCursor } = (await page.json()) as {
      items: { externalId: string; message: string }[]
      nextCursor: string
    }
    expect(items).toMatchObject([{ externalId: 'ё', message: expect.stringContaining('«ё»') }])
    const next = await request('GET', `/v1/feeds/${id}/left-out?limit=1&cursor=${nextCursor}`)
    expect(await next.json()).toMatchObject({ items: [{ externalId: 'ж ж' }], nextCursor: null })
  })
})

describe('the published file', () => {
  const text = '<yml_catalog/>'.repeat(50)
  const sha256 = 'a'.repeat(64)
  const publishedAt = new Date('2026-11-23T10:00:00.400Z')
  let path: string

  beforeEach(async () => {
    const feed = await make()
    path = new URL(feed.urls[0]!).pathname
    const key = `feeds/${feed.id}/1.xml`
    const small = gzipSync(text)
    api.objectStore.objects.set(key, Buffer.from(text)).set(`${key}.gz`, small)
    const id = randomUUID()
    await database.owner.db
      .insertInto('feedPublication')
      .values({
        ...{ id, feedId: feed.id, sellerId: shop.sellerId, number: 1, state: 'published' },
        artefacts: JSON.stringify([
          { extension: 'xml', key, bytes: text.length, bytesGz: small.length, sha256 },
        ]),
        finishedAt: publishedAt,
      })
      .execute()
    await database.owner.db
      .updateTable('feed')
      .set({ publishedId: id })
      .where('id', '=', feed.id)
      .execute()
  })
  const get = (headers: Record<string, string> = {}, at = path, method = 'GET') =>
    api.app.request(at, { method, headers })

  it('is served as it is', async () => {
    const response = await get()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/xml; charset=utf-8',
      'content-length': String(text.length),
      etag: `"${sha256}"`,
      'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT',
      vary: 'Accept-Encoding',
    })
    expect(await response.text()).toBe(text)
  })

  it('is served compressed to whoever accepts it, and as a file of its own', async () => {
    const encoded = await get({ 'Accept-Encoding': 'gzip, br' })
    expect(encoded.headers.get('Content-Encoding')).toBe('gzip')
    const archive = await get({ 'Accept-Encoding': 'gzip' }, `${path}.gz`)
    expect(archive.headers.get('Content-Encoding')).toBeNull()
    expect(archive.headers.get('Content-Type')).toBe('application/gzip')
    for (const response of [encoded, archive])
      expect(Buffer.from(await response.arrayBuffer())).toEqual(gzipSync(text))
  })

  it.each([
    [{ 'If-None-Match': `"x", W/"${sha256}"` }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': 'Mon, 23 Nov 2026 10:00:00 GMT' }, 200],
    [{ 'If-Modified-Since': 'Mon, 23 Nov 2026 10:00:00 GMT' }, 304],
    [{ 'If-Modified-Since': 'Mon, 23 Nov 2026 09:59:59 GMT' }, 200],
    [{ 'If-Modified-Since': 'yesterday' }, 200],
  ])('answers to %o with %i', async (headers, status) => {
    expect((await get(headers as Record<string, string>)).status).toBe(status)
  })

  it('answers HEAD with the same headers and no body', async () => {
    const response = await get({}, path, 'HEAD')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(text.length))
    expect(await response.text()).toBe('')
  })

  it.each([
    (given: string) => given.replace(/.{5}\.xml/, 'aaaaa.xml'),
    (given: string) => given.replace('.xml', '.tsv'),
    (given: string) => given.replace('.xml', ''),
    () => '/feeds/nonsense.xml',
  ])('answers 404 elsewhere', async (elsewhere) => {
    expect((await get({}, elsewhere(path))).status).toBe(404)
  })

  it('answers 503 while its object is being replaced', async () => {
    api.objectStore.objects.clear()
    expect((await get()).status).toBe(503)
  })
})
