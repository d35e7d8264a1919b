import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import { parkDocuments } from '../../db/storefront/poison.ts'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import { buyer, deliverTo, type StockedShop } from '../orders/shop-goods.ts'
import { createDelivery } from '../support/deliveries.ts'
import { requestImport } from '../support/marketplace.ts'
import { aPoint, keepPoint } from '../support/pickup-points.ts'

/** Asks the API for something that is only preparation; answers with its body. */
export type Ask = (method: string, path: string, body?: object) => Promise<{ id: string }>

export type Ground = { owner: Kysely<Database>; shop: StockedShop; ask: Ask }

export type Write = { path: string; body?: object }

const sourceUrl = 'https://shop.example/catalogue.yml'
const url = 'https://shop.example/hooks'

const importWith = async ({ owner, shop }: Ground, values: Record<string, unknown>) => {
  const id = await requestImport(owner, shop)
  await owner.updateTable('import').set(values).where('id', '=', id).execute()
  return id
}
const newSource = ({ ask, shop: { shopId } }: Ground) =>
  ask('POST', '/v1/import-sources', { shopId, sourceUrl, intervalMinutes: 60 })
const newFeed = ({ ask, shop: { shopId } }: Ground) =>
  ask('POST', '/v1/feeds', { shopId, kind: 'yandex-market' })
const wantedOrder = ({ shop: { goods } }: Ground) => ({
  lines: [{ shopProductId: goods[0], quantity: 1 }],
  ...{ buyer, deliverTo },
})
const newOrder = (ground: Ground) => ground.ask('POST', '/v1/orders', wantedOrder(ground))
async function shippedOrder(ground: Ground): Promise<string> {
  const { id } = await newOrder(ground)
  for (const state of ['confirmed', 'assembling', 'shipped'])
    await ground.ask('POST', `/v1/orders/${id}/status`, { state })
  return id
}
async function confirmedOrder(ground: Ground): Promise<string> {
  const { id } = await newOrder(ground)
  await ground.ask('POST', `/v1/orders/${id}/status`, { state: 'confirmed' })
  return id
}
const parcels = [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }]
async function newTask({ owner, shop }: Ground): Promise<string> {
  const { shipmentId } = await createDelivery(owner, shop)
  const { id } = await owner
    .insertInto('humanTask')
    .values({ shipmentId, sellerId: shop.sellerId, kind: 'no-carrier', details: '{}' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
async function newClaim({ owner, shop }: Ground): Promise<string> {
  const { shipmentId, attemptId } = await createDelivery(owner, shop)
  await owner
    .insertInto('costEntry')
    .values({
      ...{ shipmentId, attemptId, sellerId: shop.sellerId, kind: 'claim' },
      ...{ expectedMinor: -9_000, currency: 'RUB' },
    })
    .execute()
  return shipmentId
}
const newEndpoint = ({ ask }: Ground) => ask('POST', '/v1/webhook-endpoints', { url })
const since = () => new Date(Date.now() - 3_600_000).toISOString()

async function reindexIn({ owner }: Ground, state: 'backfilling' | 'live' | 'none') {
  await owner.deleteFrom('reindex').execute()
  const id = randomUUID()
  if (state !== 'none')
    await owner.insertInto('reindex').values({ id, state, rollbackMinutes: 60 }).execute()
  return id
}

async function categoryOf({ owner, shop }: Ground): Promise<string> {
  const { categoryId } = await owner
    .selectFrom('shopProduct')
    .select('categoryId')
    .where('shopId', '=', shop.shopId)
    .executeTakeFirstOrThrow()
  return categoryId
}

const newWords = () => ({ terms: [`раз${randomUUID()}`, `два${randomUUID()}`] })
async function synonymIn({ owner }: Ground): Promise<string> {
  const { id } = await owner
    .insertInto('searchSynonym')
    .values(newWords())
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

async function parked({ owner, shop }: Ground): Promise<string> {
  await owner.transaction().execute((trx) =>
    parkDocuments(trx, [
      {
        ...{ shopProductId: shop.goods[0]!, version: 1, indexName: 'goods-1', status: 400 },
        ...{ reason: 'document_parsing_exception', transient: false },
      },
    ]),
  )
  const { id } = await owner.selectFrom('poisonDocument').select('id').executeTakeFirstOrThrow()
  return id
}

const foundTable: FoundTable = {
  fingerprint: 'f'.repeat(64),
  headers: ['Код', 'Что', 'Почём'],
  samples: [['1', 'Чайник', '10']],
  proposal: { preset: 'plain', columns: { Код: 'id' }, currency: 'RUB' },
  isCertain: false,
}

/** Of every route that writes, a request that succeeds, after whatever must be there before. */
export const writes: Record<string, (ground: Ground) => Promise<Write> | Write> = {
  'POST /v1/imports': ({ shop: { shopId } }) => ({
    path: '/v1/imports',
    body: { shopId, sourceUrl },
  }),
  'POST /v1/imports/{id}/cancel': async (ground) => ({
    path: `/v1/imports/${await requestImport(ground.owner, ground.shop)}/cancel`,
  }),
  'POST /v1/imports/{id}/apply': async (ground) => ({
    path: `/v1/imports/${await importWith(ground, { state: 'awaiting-apply', shown: 1 })}/apply`,
  }),
  'PUT /v1/imports/{id}/mapping': async (ground) => {
    const values = { state: 'awaiting-mapping', foundTable: JSON.stringify(foundTable) }
    return {
      path: `/v1/imports/${await importWith(ground, values)}/mapping`,
      body: { columns: { Код: 'id', Что: 'name', Почём: 'price' } },
    }
  },
  'PUT /v1/category-mappings': async (ground) => {
    const { shopId } = ground.shop
    const body = { shopId, path: 'Чайники', categoryId: await categoryOf(ground) }
    return { path: '/v1/category-mappings', body }
  },
  'DELETE /v1/category-mappings': async (ground) => {
    const { shopId } = ground.shop
    const body = { shopId, path: 'Кофейники', categoryId: await categoryOf(ground) }
    await ground.ask('PUT', '/v1/category-mappings', body)
    const query = new URLSearchParams({ shopId, path: body.path })
    return { path: `/v1/category-mappings?${query}` }
  },
  'POST /v1/import-sources': ({ shop: { shopId } }) => ({
    path: '/v1/import-sources',
    body: { shopId, sourceUrl, intervalMinutes: 60 },
  }),
  'PATCH /v1/import-sources/{id}': async (ground) => ({
    path: `/v1/import-sources/${(await newSource(ground)).id}`,
    body: { state: 'paused' },
  }),
  'DELETE /v1/import-sources/{id}': async (ground) => ({
    path: `/v1/import-sources/${(await newSource(ground)).id}`,
  }),
  'POST /v1/import-sources/{id}/run': async (ground) => ({
    path: `/v1/import-sources/${(await newSource(ground)).id}/run`,
  }),
  'POST /v1/feeds': ({ shop: { shopId } }) => ({
    path: '/v1/feeds',
    body: { shopId, kind: 'yandex-market' },
  }),
  'PATCH /v1/feeds/{id}': async (ground) => ({
    path: `/v1/feeds/${(await newFeed(ground)).id}`,
    body: { name: 'Другой' },
  }),
  'DELETE /v1/feeds/{id}': async (ground) => ({ path: `/v1/feeds/${(await newFeed(ground)).id}` }),
  'POST /v1/feeds/{id}/publish': async (ground) => ({
    path: `/v1/feeds/${(await newFeed(ground)).id}/publish`,
  }),
  'POST /v1/orders': (ground) => ({ path: '/v1/orders', body: wantedOrder(ground) }),
  'POST /v1/orders/{id}/status': async (ground) => ({
    path: `/v1/orders/${(await newOrder(ground)).id}/status`,
    body: { state: 'confirmed' },
  }),
  'POST /v1/orders/{id}/returns': async (ground) => ({
    path: `/v1/orders/${await shippedOrder(ground)}/returns`,
    body: { reason: 'defective' },
  }),
  'POST /v1/orders/{id}/delivery': async (ground) => ({
    path: `/v1/orders/${await confirmedOrder(ground)}/delivery`,
    body: { parcels },
  }),
  'POST /v1/deliveries/{id}/cancel': async ({ owner, shop }) => ({
    path: `/v1/deliveries/${(await createDelivery(owner, shop)).shipmentId}/cancel`,
  }),
  'PUT /v1/deliveries/{id}/pickup-point': async ({ owner, shop }) => {
    await keepPoint(owner, aPoint('MSK65'))
    return {
      path: `/v1/deliveries/${(await createDelivery(owner, shop)).shipmentId}/pickup-point`,
      body: { carrier: 'cdek', code: 'MSK65', kind: 'pvz' },
    }
  },
  'PUT /v1/carrier-accounts/{carrier}': () => ({
    path: '/v1/carrier-accounts/cdek',
    body: { clientId: 'ours', clientSecret: randomUUID() },
  }),
  'PUT /v1/admin/carrier-accounts/{carrier}': () => ({
    path: '/v1/admin/carrier-accounts/cdek',
    body: { clientId: 'ours', clientSecret: randomUUID() },
  }),
  'PUT /v1/delivery-choice': () => ({
    path: '/v1/delivery-choice',
    body: { weights: { time: 0.5 } },
  }),
  'PUT /v1/admin/delivery-choice': () => ({
    path: '/v1/admin/delivery-choice',
    body: { weights: { time: 0.5 } },
  }),
  'PUT /v1/delivery-cities': () => ({ path: '/v1/delivery-cities', body: { cities: ['spb'] } }),
  'PUT /v1/warehouses/{id}/dispatch': ({ shop: { warehouseId } }) => ({
    path: `/v1/warehouses/${warehouseId}/dispatch`,
    body: {
      address: `ул. Складская, ${Math.floor(Math.random() * 1e6)}`,
      contact: { name: 'Олег Синицын', phone: '+79995550101' },
    },
  }),
  'PUT /v1/sla-policies/{tariff}': () => ({
    path: '/v1/sla-policies/cdek:136',
    body: { handOverHours: 24 },
  }),
  'POST /v1/returns/{id}/status': async (ground) => {
    const path = `/v1/orders/${await shippedOrder(ground)}/returns`
    const { id } = await ground.ask('POST', path, { reason: 'defective' })
    return { path: `/v1/returns/${id}/status`, body: { state: 'approved' } }
  },
  'POST /v1/checkouts': (ground) => ({ path: '/v1/checkouts', body: wantedOrder(ground) }),
  'POST /v1/webhook-endpoints': () => ({ path: '/v1/webhook-endpoints', body: { url } }),
  'PATCH /v1/webhook-endpoints/{id}': async (ground) => ({
    path: `/v1/webhook-endpoints/${(await newEndpoint(ground)).id}`,
    body: { state: 'paused' },
  }),
  'DELETE /v1/webhook-endpoints/{id}': async (ground) => ({
    path: `/v1/webhook-endpoints/${(await newEndpoint(ground)).id}`,
  }),
  'POST /v1/webhook-endpoints/{id}/rotate-secret': async (ground) => ({
    path: `/v1/webhook-endpoints/${(await newEndpoint(ground)).id}/rotate-secret`,
  }),
  'POST /v1/webhook-endpoints/{id}/test': async (ground) => ({
    path: `/v1/webhook-endpoints/${(await newEndpoint(ground)).id}/test`,
  }),
  'POST /v1/webhook-endpoints/{id}/resend': async (ground) => ({
    path: `/v1/webhook-endpoints/${(await newEndpoint(ground)).id}/resend`,
    body: { since: since() },
  }),
  'POST /v1/webhook-messages/{id}/resend': async (ground) => {
    const endpoint = await newEndpoint(ground)
    const { id } = await ground.ask('POST', `/v1/webhook-endpoints/${endpoint.id}/test`)
    return { path: `/v1/webhook-messages/${id}/resend` }
  },
  'POST /v1/api-keys': () => ({
    path: '/v1/api-keys',
    body: { name: 'ERP', scopes: ['imports:read'] },
  }),
  'DELETE /v1/api-keys/{id}': async ({ ask }) => {
    const { id } = await ask('POST', '/v1/api-keys', { name: 'ERP', scopes: ['imports:read'] })
    return { path: `/v1/api-keys/${id}` }
  },
  'POST /v1/admin/pickup-points/{carrier}/sync': () => ({
    path: '/v1/admin/pickup-points/cdek/sync',
  }),
  'POST /v1/admin/tasks/{id}/resolve': async (ground) => ({
    path: `/v1/admin/tasks/${await newTask(ground)}/resolve`,
    body: { resolution: 'Отменено по телефону' },
  }),
  'POST /v1/admin/synonyms': () => ({ path: '/v1/admin/synonyms', body: newWords() }),
  'PUT /v1/admin/synonyms/{id}': async (ground) => ({
    path: `/v1/admin/synonyms/${await synonymIn(ground)}`,
    body: newWords(),
  }),
  'DELETE /v1/admin/synonyms/{id}': async (ground) => ({
    path: `/v1/admin/synonyms/${await synonymIn(ground)}`,
  }),
  'PUT /v1/admin/delivery-costs/{id}/claim': async (ground) => ({
    path: `/v1/admin/delivery-costs/${await newClaim(ground)}/claim`,
    body: { paid: 9_000 },
  }),
  'POST /v1/admin/reindexes': async (ground) => {
    await reindexIn(ground, 'none')
    return { path: '/v1/admin/reindexes' }
  },
  'POST /v1/admin/reindexes/{id}/pause': async (ground) => ({
    path: `/v1/admin/reindexes/${await reindexIn(ground, 'backfilling')}/pause`,
  }),
  'POST /v1/admin/reindexes/{id}/resume': async (ground) => ({
    path: `/v1/admin/reindexes/${await reindexIn(ground, 'backfilling')}/resume`,
  }),
  'POST /v1/admin/reindexes/{id}/rollback': async (ground) => ({
    path: `/v1/admin/reindexes/${await reindexIn(ground, 'live')}/rollback`,
  }),
  'POST /v1/admin/reindexes/{id}/cancel': async (ground) => ({
    path: `/v1/admin/reindexes/${await reindexIn(ground, 'backfilling')}/cancel`,
  }),
  'POST /v1/admin/drift': () => ({ path: '/v1/admin/drift' }),
  'POST /v1/admin/cache/warm-ups': () => ({ path: '/v1/admin/cache/warm-ups' }),
  'POST /v1/admin/poison/{id}/retry': async (ground) => ({
    path: `/v1/admin/poison/${await parked(ground)}/retry`,
  }),
}
