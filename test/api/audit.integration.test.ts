import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import type { Document } from '../../api/openapi-document.ts'
import type { Scope } from '../../domain/api-key.ts'
import { stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, testApp } from './app.ts'
import { field, file, formRequest, multipart } from './multipart.ts'
import { writes, type Ask, type Ground, type Write } from './writes.ts'

type Key = { id: string; key: string; sellerId: string | null }
type Route = { name: string; method: string; scope: Scope }

/** Nothing of these stays. */
const QUESTIONS = ['POST /v1/delivery-quotes']

const document = (await (await testApp().app.request('/openapi.json')).json()) as Document
const routes: Route[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations)
    .filter(([method, { security }]) => method !== 'get' && security?.length)
    .map(([method, { security }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      scope: security?.[0]?.['apiKey']?.[0] as Scope,
    }))
    .filter(({ name }) => !QUESTIONS.includes(name)),
)

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: StockedShop
let keys: { seller: Key; window: Key; operator: Key }
/** What Temporal was asked for. */
const asked: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  const { owner, seller, storefront, system } = database
  api = testApp({ seller: seller.db, storefront: storefront.db, system: system.db })
  Object.assign(api.workflows, {
    start: async (type: string) => void asked.push(type),
    executeUpdateWithStart: async () => void asked.push('update'),
    getHandle: () => ({
      executeUpdate: async () => void asked.push('update'),
      startUpdate: async () => void asked.push('update'),
      signal: async () => void asked.push('signal'),
      cancel: async () => void asked.push('cancel'),
    }),
  })
  shop = await stockedShop(owner.db, { units: 1_000 })
  const issue = async (sellerId: string | null, scopes: Scope[]): Promise<Key> => {
    const { key, row } = await issueApiKey(owner.db, { sellerId, name: 'test', scopes })
    return { id: row.id, key, sellerId }
  }
  keys = {
    seller: await issue(shop.sellerId, ALL_SCOPES),
    window: await issue(null, ['checkouts:write']),
    operator: await issue(null, ['admin']),
  }
})
afterAll(() => database.drop())

const keyOf = (scope: Scope): Key =>
  scope === 'admin' ? keys.operator : scope === 'checkouts:write' ? keys.window : keys.seller

const send = (method: string, { path, body }: Write, { key }: Key) =>
  api.app.request(path, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })

const ask: Ask = async (method, path, body) => {
  const response = await send(method, { path, ...(body && { body }) }, keys.seller)
  expect(response.status, path).toBeLessThan(300)
  return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string })
}
const ground = (): Ground => ({ owner: database.owner.db, shop, ask })

const newest = async () => {
  const { id } = await database.owner.db
    .selectFrom('auditEntry')
    .select((eb) => eb.fn.coalesce(eb.fn.max('id'), sql<string>`0`).as('id'))
    .executeTakeFirstOrThrow()
  return id
}
const entriesAfter = (id: string) =>
  database.owner.db.selectFrom('auditEntry').selectAll().where('id', '>', id).execute()

/** All of the database, but for when keys were used. */
async function snapshot(): Promise<Record<string, unknown>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'`.execute(database.owner.db)
  const held: Record<string, unknown> = {}
  for (const { name } of tables) {
    const { rows } = await sql<{ hash: string }>`
      select md5(string_agg((to_jsonb(t) - 'last_used_at')::text, ',' order by (to_jsonb(t) - 'last_used_at')::text)) as hash
      from ${sql.table(name)} t`.execute(database.owner.db)
    held[name] = rows[0]?.hash
  }
  return held
}

it('every route that writes by a key has its request here, and every request its route', () => {
  expect(routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(writes).toSorted())
})

describe.each(routes)('$name', ({ name, method, scope }) => {
  it('says who did what, and to what', async () => {
    const key = keyOf(scope)
    const write = await writes[name]!(ground())
    const before = await newest()
    const response = await send(method, write, key)
    expect(response.status, await response.clone().text()).toBeLessThan(300)
    const entries = await entriesAfter(before)
    expect(entries.length).toBeGreaterThan(0)
    for (const { actor, action, subject, sellerId } of entries) {
      expect(actor).toBe(`key:${key.id}`)
      expect(action).toMatch(/^[a-z-]+\.[a-z_-]+$/)
      expect(subject).toMatch(/^[a-z-]+:.+$/)
      expect(sellerId).toBe(scope === 'checkouts:write' ? shop.sellerId : key.sellerId)
    }
  })

  it('is not done when it cannot be said', async () => {
    const write = await writes[name]!(ground())
    await withoutAudit(async () => {
      const before = await snapshot()
      asked.length = 0
      expect((await send(method, write, keyOf(scope))).status).toBe(500)
      expect(await snapshot()).toEqual(before)
      expect(asked).toEqual([])
    })
  })
})

async function withoutAudit(work: () => Promise<void>): Promise<void> {
  const owner = database.owner.db
  const roles = sql.raw('yarmarka_seller, yarmarka_system')
  await sql`revoke insert on audit_entry from ${roles}`.execute(owner)
  try {
    await work()
  } finally {
    await sql`grant insert on audit_entry to ${roles}`.execute(owner)
  }
}

it('an upload says who did it, and leaves no object when it cannot', async () => {
  const content = '<?xml version="1.0"?><yml_catalog><shop/></yml_catalog>'
  const auth = { Authorization: `Bearer ${keys.seller.key}` }
  const upload = () => {
    const bytes = multipart(field('shopId', shop.shopId), file(content))
    return api.app.request('/v1/imports', formRequest(new Uint8Array(bytes), auth))
  }
  const before = await newest()
  const response = await upload()
  expect(response.status).toBe(202)
  const { id } = (await response.json()) as { id: string }
  expect(await entriesAfter(before)).toMatchObject([
    { actor: `key:${keys.seller.id}`, action: 'import.requested', subject: `import:${id}` },
  ])
  await withoutAudit(async () => {
    const objects = api.objectStore.objects.size
    expect((await upload()).status).toBe(500)
    expect(api.objectStore.objects.size).toBe(objects)
  })
})

describe('GET /v1/admin/audit', () => {
  type Page = { items: Record<string, string>[]; nextCursor: string | null }
  const list = async (query: Record<string, string> = {}): Promise<Page> => {
    const path = `/v1/admin/audit?${new URLSearchParams(query)}`
    const response = await send('GET', { path }, keys.operator)
    expect(response.status, path).toBe(200)
    return (await response.json()) as Page
  }

  it('is 200 with everybody’s entries, the newest first, page by page', async () => {
    const all = await list({ limit: '100' })
    const paged = []
    let cursor: string | null = null
    do {
      const page: Page = await list({ limit: '7', ...(cursor !== null && { cursor }) })
      paged.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null && paged.length < 100)
    expect(paged.slice(0, 100)).toEqual(all.items.slice(0, paged.length))
    const ids = all.items.map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((one, other) => other - one))
  })

  it('is filtered by actor, entity and time', async () => {
    const { seller } = keys
    const { id } = await ask('POST', '/v1/feeds', { shopId: shop.shopId, kind: 'yandex-market' })
    await ask('PATCH', `/v1/feeds/${id}`, { name: 'Новый' })
    const entity = `feed:${id}`
    const { items } = await list({ entity })
    const common = { actor: `key:${seller.id}`, sellerId: shop.sellerId, entity }
    expect(items).toMatchObject([
      { ...common, action: 'feed.changed', data: {} },
      { ...common, action: 'feed.created', data: { kind: 'yandex-market' } },
    ])
    const at = items[0]!['at']!
    expect((await list({ entity, from: at })).items).toHaveLength(1)
    expect((await list({ entity, to: at })).items).toHaveLength(1)
    expect((await list({ entity, actor: `key:${keys.operator.id}` })).items).toEqual([])
    const { items: theirs } = await list({ actor: `key:${keys.operator.id}`, limit: '100' })
    expect(theirs.length).toBeGreaterThan(0)
    for (const { actor } of theirs) expect(actor).toBe(`key:${keys.operator.id}`)
  })

  it('is 400 for what is no instant and no cursor of ours, 401 without a key, 403 for a seller’s', async () => {
    for (const query of ['from=yesterday', 'cursor=x', 'limit=101']) {
      const path = `/v1/admin/audit?${query}`
      expect((await send('GET', { path }, keys.operator)).status).toBe(400)
    }
    expect((await api.app.request('/v1/admin/audit')).status).toBe(401)
    const stranger = await createShop(database.owner.db)
    const { key } = await issueApiKey(database.owner.db, {
      ...{ sellerId: stranger.sellerId, name: 'test', scopes: ALL_SCOPES },
    })
    const theirs = { id: '', key, sellerId: stranger.sellerId }
    expect((await send('GET', { path: '/v1/admin/audit' }, theirs)).status).toBe(403)
  })
})
