import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectPostgres } from '../clients/postgres.ts'
import { createSecretBox } from '../clients/secret-box.ts'
import { readConfigOrExit } from '../config.ts'
import { issueApiKey } from '../api/issue-api-key.ts'
import { isMarketplaceScope, MARKETPLACE_SCOPES, SCOPES, type Scope } from '../domain/api-key.ts'
import { createApi } from './demo/api.ts'
import { createContracts } from './demo/create-contracts.ts'
import { createMarketplace, type CreatedShop } from './demo/create-marketplace.ts'
import { findDemoFile, writeDemoFile, type DemoFile } from './demo/demo-file.ts'
import { marketplace } from './demo/marketplace.ts'
import { placeOrders } from './demo/place-orders.ts'

/**
 * The demo marketplace: sellers and keys straight into the database, goods through the real import. Run again it finds
 * everything in place.
 */
const config = readConfigOrExit('seed')
const { db, close } = connectPostgres({
  url: config.POSTGRES_URL,
  applicationName: 'yarmarka-seed',
  max: 2,
})
const api = createApi(config.API_URL)

const shops = await db.transaction().execute((trx) => createMarketplace(trx, marketplace))
if (config.SIMULATOR_URL)
  await createContracts(db, {
    urls: { cdek: config.CDEK_URL, dpd: config.DPD_URL, uber: config.UBER_URL },
    secrets: createSecretBox(config.SECRETS_KEY),
  })
const earlier = await findDemoFile()
const demo: DemoFile = {
  baseUrl: config.API_URL,
  adminKey: (await stillValid(earlier?.adminKey)) ?? (await newKey(null, MARKETPLACE_SCOPES)),
  sellers: [],
  urls: {
    ...(config.TEMPORAL_UI_URL ? { temporalUi: config.TEMPORAL_UI_URL } : {}),
    ...(config.JAEGER_URL ? { jaeger: config.JAEGER_URL } : {}),
    ...(config.SIMULATOR_URL ? { simulator: config.SIMULATOR_URL } : {}),
  },
}
for (const { sellerId, shopId, seller } of shops) {
  const known = earlier?.sellers.find((one) => one.id === sellerId)
  const apiKey =
    (await stillValid(known?.apiKey)) ??
    (await newKey(
      sellerId,
      SCOPES.filter((scope) => !isMarketplaceScope(scope)),
    ))
  demo.sellers.push({ id: sellerId, name: seller.name, shopId, apiKey })
}
await writeDemoFile(demo)

for (const shop of shops) if (await isEmpty(shop)) await importFeed(shop)
await untilProjected()
for (const shop of shops) if (!(await hasOrders(shop))) await orderSome(shop)
await close()

async function newKey(sellerId: string | null, scopes: readonly Scope[]) {
  const environment = config.API_KEY_ENVIRONMENT
  return (await issueApiKey(db, { sellerId, name: 'demo', scopes, environment })).key
}

/** The key, unless the database has been emptied since it was made. */
async function stillValid(key: string | undefined): Promise<string | undefined> {
  const id = key?.split('_')[2]
  if (!id) return undefined
  const found = await db.selectFrom('apiKey').select('id').where('id', '=', id).executeTakeFirst()
  return found && key
}

async function isEmpty({ shopId }: CreatedShop): Promise<boolean> {
  const first = db.selectFrom('shopProduct').select('id').where('shopId', '=', shopId)
  return (await first.executeTakeFirst()) === undefined
}

async function hasOrders({ shopId }: CreatedShop): Promise<boolean> {
  const first = db.selectFrom('salesOrder').select('id').where('shopId', '=', shopId)
  return (await first.executeTakeFirst()) !== undefined
}

/** In the first city where the shop has something. */
async function orderSome({ sellerId, seller }: CreatedShop): Promise<void> {
  const shop = demo.sellers.find((one) => one.id === sellerId)!
  const cities = new Set(seller.warehouses.flatMap(({ servesCityIds }) => servesCityIds))
  for (const city of cities) {
    const placed = await placeOrders(api, shop, city)
    if (placed.length === 0) continue
    const told = placed.map(({ number, state }) => `${number} ${state}`).join(', ')
    return console.log(`${seller.shop.name}: ordered in ${city}: ${told}`)
  }
}

/** The storefront shows it all: listings and search have caught up. */
async function untilProjected(): Promise<void> {
  for (;;) {
    const behind = db
      .selectFrom('change')
      .select('shopProductId')
      .where((eb) =>
        eb.or([
          eb('searchVersion', '<', eb.ref('version')),
          eb('cacheVersion', '<', eb.ref('version')),
        ]),
      )
      .limit(1)
    if (!(await behind.executeTakeFirst())) return
    await pause(200)
  }
}

async function importFeed({ sellerId, shopId, seller }: CreatedShop): Promise<void> {
  const { apiKey } = demo.sellers.find((one) => one.id === sellerId)!
  const bytes = new Uint8Array(await readFile(join(import.meta.dirname, 'demo/feeds', seller.feed)))
  const started = await api.upload(apiKey, shopId, { name: seller.feed, bytes })
  const { state, counts, problem } = await api.finished(apiKey, started.id)
  if (state !== 'completed')
    throw new Error(`The import of ${seller.feed} ended ${state}: ${problem?.detail}`)
  console.log(`${seller.shop.name}: ${counts.created} goods imported (${started.workflowId})`)
}
