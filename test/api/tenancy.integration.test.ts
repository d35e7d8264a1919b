import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import type { Document } from '../../api/openapi-document.ts'
import { asSeller } from '../../db/tenancy.ts'
import { isMarketplaceScope, SCOPES, type Scope } from '../../domain/api-key.ts'
import { stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { createShop } from '../support/marketplace.ts'
import { createDelivery } from '../support/deliveries.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { testApp } from './app.ts'
import { rows, wantedOrder, type Possessions, type Row } from './tenancy-rows.ts'

type Route = { name: string; method: string; path: string; scope: Scope; row: Row | undefined }

const document = (await (await testApp().app.request('/openapi.json')).json()) as Document
const routes: Route[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { security }]) => {
    const scope = security?.[0]?.['apiKey']?.[0] as Scope | undefined
    const name = `${method.toUpperCase()} ${path}`
    return scope ? [{ name, method: method.toUpperCase(), path, scope, row: rows[name] }] : []
  }),
)

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let owner: Possessions & { sellerId: string }
const keys = { owner: new Map<Scope, string>(), stranger: new Map<Scope, string>() }
let everything: string

const keyOf = async (sellerId: string | null, scopes: readonly Scope[]) =>
  (await issueApiKey(database.owner.db, { sellerId, name: 'test', scopes })).key

beforeAll(async () => {
  database = await freshDatabase()
  const { seller, storefront, system } = database
  const api = testApp({ seller: seller.db, storefront: storefront.db, system: system.db })
  app = api.app
  const shop = await stockedShop(database.owner.db)
  const stranger = await createShop(database.owner.db)
  for (const scope of SCOPES) {
    const isSellers = !isMarketplaceScope(scope)
    keys.owner.set(scope, await keyOf(isSellers ? shop.sellerId : null, [scope]))
    keys.stranger.set(scope, await keyOf(isSellers ? stranger.sellerId : null, [scope]))
  }
  everything = await keyOf(stranger.sellerId, SCOPES)
  const { sellerId } = shop
  owner = { ...(await possess(shop, await keyOf(sellerId, SCOPES))), sellerId }
  api.objectStore.objects.set('labels/theirs.pdf', Buffer.from('%PDF'))
})
afterAll(() => database.drop())

/** One of each thing that a seller may have. */
async function possess(shop: StockedShop, key: string): Promise<Possessions> {
  const { shopId, warehouseId, goods } = shop
  const make = async (path: string, body: object) => {
    const response = await call('POST', path, key, body)
    expect(response.status, path).toBeLessThan(300)
    return ((await response.json()) as { id: string }).id
  }
  for (const [path, body] of [
    ['/v1/carrier-accounts/cdek', { clientId: 'theirs', clientSecret: 'sesame' }],
    ['/v1/sla-policies/all', { handOverHours: 24 }],
    ['/v1/delivery-choice', { weights: { time: 1 } }],
  ] as const)
    expect((await call('PUT', path, key, body)).status, path).toBe(200)
  const sourceUrl = 'https://shop.example/catalogue.yml'
  const shopProductId = goods[0]!
  const feedId = await make('/v1/feeds', { shopId, kind: 'yandex-market' })
  const orderId = await make('/v1/orders', wantedOrder({ shopProductId }))
  for (const state of ['confirmed', 'assembling', 'shipped'])
    await make(`/v1/orders/${orderId}/status`, { state })
  const endpointId = await make('/v1/webhook-endpoints', { url: 'https://shop.example/hooks' })
  const delivery = await createDelivery(database.owner.db, shop, {
    attempt: { labelKey: 'labels/theirs.pdf' },
  })
  return {
    ...{ shopId, warehouseId, shopProductId, feedId, orderId, endpointId },
    deliveryId: delivery.shipmentId,
    returnId: await make(`/v1/orders/${orderId}/returns`, { reason: 'defective' }),
    messageId: await make(`/v1/webhook-endpoints/${endpointId}/test`, {}),
    importId: await make('/v1/imports', { shopId, sourceUrl }),
    publicationId: await make(`/v1/feeds/${feedId}/publish`, {}),
    sourceId: await make('/v1/import-sources', { shopId, sourceUrl, intervalMinutes: 60 }),
    keyId: await make('/v1/api-keys', { name: 'theirs', scopes: ['imports:read'] }),
  }
}

function call(method: string, path: string, key: string | undefined, body?: object) {
  const isWrite = method === 'POST' || method === 'PUT' || method === 'PATCH'
  return app.request(path, {
    method,
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(isWrite && { 'Content-Type': 'application/json' }),
    },
    ...(isWrite && { body: JSON.stringify(body ?? {}) }),
  })
}

const ask = ({ method, path, row }: Route, key: string | undefined) =>
  call(method, row?.path?.(owner) ?? path.replaceAll(/\{\w+\}/g, '1'), key, row?.body?.(owner))

const TABLES = [
  ...['import', 'import_source', 'category_mapping', 'feed', 'feed_publication'],
  ...['sales_order', 'order_line', 'stock_reservation', 'stock', 'order_return', 'return_line'],
  ...['webhook_endpoint', 'webhook_message', 'audit_entry', 'event'],
  ...['warehouse_dispatch', 'delivery_city'],
]

/** All that PostgreSQL holds of the owner's things, but for when keys were used. */
async function snapshot(): Promise<unknown> {
  const held = []
  for (const table of TABLES)
    held.push(
      (
        await sql`select * from ${sql.table(table)} t where seller_id = ${owner.sellerId} order by t::text`.execute(
          database.owner.db,
        )
      ).rows,
    )
  const ownKeys = await database.owner.db
    .selectFrom('apiKey')
    .select(['id', 'revokedAt'])
    .where('id', '=', owner.keyId)
    .execute()
  return [held, ownKeys]
}

/** Every text in an answer, however deep. */
function valuesOf(text: string): string[] {
  if (!/^[[{]/.test(text)) return [text]
  const values: string[] = []
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string') values.push(value)
    return value
  })
  return values
}

it('every route that wants a key has a row, and every row its route', () => {
  expect(routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(rows).toSorted())
})

describe.each(routes)('$name', (route) => {
  it('is 401 without a key, with a forged and with a truncated one', async () => {
    const good = keys.owner.get(route.scope)!
    const forged = good.slice(0, -1) + (good.endsWith('0') ? '1' : '0')
    for (const key of [undefined, forged, good.slice(0, -7), `${good}0`, good.toUpperCase()])
      expect((await ask(route, key)).status, key).toBe(401)
  })

  it.each(SCOPES)('is open to %s only when it is the scope', async (scope) => {
    if (scope === route.scope) return
    for (const side of [keys.owner, keys.stranger])
      expect((await ask(route, side.get(scope))).status).toBe(403)
  })

  it('shows a stranger with every scope nothing, and lets nothing be done', async () => {
    const before = await snapshot()
    const response = await ask(route, everything)
    const text = await response.text()
    const { stranger } = route.row!
    if (stranger === 'marketplace') expect(response.status).toBe(403)
    if (stranger === 'not-found') expect(response.status).toBe(404)
    if (stranger === 'sees-nothing') expect(response.status).toBeLessThan(300)
    const asked = JSON.stringify([route.row?.path?.(owner), route.row?.body?.(owner)])
    const ids = Object.values(owner).filter((id) => !asked.includes(id))
    expect(valuesOf(text).filter((value) => ids.includes(value))).toEqual([])
    expect(await snapshot()).toEqual(before)
  })
})

describe('a route that names something answers its owner, so that 404 means something', () => {
  it.each(routes.filter(({ method, row }) => method === 'GET' && row?.stranger === 'not-found'))(
    '$name',
    async (route) => {
      const response = await ask(route, keys.owner.get(route.scope))
      expect(response.status).toBe(200)
      await response.body?.cancel()
    },
  )
})

describe('row-level security, without any predicate of ours', () => {
  it('gives the role of the API no other seller’s row of any table that has one', async () => {
    const { rows: tables } = await sql<{ name: string }>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'seller_id'
        and has_table_privilege('yarmarka_seller', c.oid, 'select')`.execute(database.owner.db)
    expect(tables.length).toBeGreaterThan(10)
    const stranger = await createShop(database.owner.db)
    for (const { name } of tables) {
      const foreign = await asSeller(database.seller.db, stranger.sellerId, (trx) =>
        sql`select 1 from ${sql.table(name)} where seller_id is distinct from ${stranger.sellerId} limit 1`.execute(
          trx,
        ),
      )
      expect(foreign.rows, name).toEqual([])
      const nobody = await sql`select 1 from ${sql.table(name)} limit 1`.execute(database.seller.db)
      expect(nobody.rows, name).toEqual([])
    }
  })
})
