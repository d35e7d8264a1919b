import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createWebhooksActivities } from '../../activities/integrations/webhooks.ts'
import { createOutbound, type Outbound } from '../../clients/outbound/outbound.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import { authorised, testApp } from '../api/app.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { createEndpoint, deliverDue, happen, relay, secretBox } from '../support/webhooks.ts'
import { hostileAddresses, hostileUrls } from './hostile-addresses.ts'
import { startOutside, type Outside } from './outside.ts'

let database: TestDatabase
let trap: Outside
let shop: TestShop
let auth: { Authorization: string }
let api: ReturnType<typeof testApp>
/** What is written in so many ways, with the port of the trap where it can have one. */
let written: string[]
/** Innocent names that mean something forbidden, alone or among what is not, by the time that they are asked for. */
let meant: Map<string, string[]>

beforeAll(async () => {
  database = await freshDatabase()
  trap = await startOutside('127.0.0.1')
  const addresses = Object.values(hostileAddresses).flat()
  written = [
    ...hostileUrls.map((url) => url.replace(/^http:\/\/([^/:@]+)\/$/, 'http://$1:PORT/')),
    ...addresses.map((one) => `http://${one.includes(':') ? `[${one}]` : one}:PORT/`),
  ].map((url) => url.replace('PORT', String(trap.port)))
  meant = new Map(
    addresses.flatMap((address, n): [string, string[]][] => [
      [`alone-${n}.example.com`, [address]],
      [`mixed-${n}.example.com`, ['93.184.216.34', address]],
    ]),
  )
})
beforeEach(async () => {
  trap.connections = 0
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => Promise.all([database.drop(), trap.close()]))

const ask = (method: string, path: string, body?: object) =>
  Promise.resolve(
    api.app.request(`/v1/${path}`, {
      method,
      headers: { ...auth, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }),
  )

const guard = (allowedPrivateNetworks: string[] = []) =>
  createOutbound({
    ...{ allowedPrivateNetworks, connections: null },
    resolve: async (name) => {
      const found = meant.get(name)
      if (!found) throw new OutboundRefusal('dns')
      return found
    },
  })

/** Endpoints that are there whatever was refused, each told of an event and sent a test; gives what came of it. */
async function tryAll(outbound: Outbound, urls: readonly string[]) {
  const { db } = database.owner
  const activities = createWebhooksActivities({
    ...{
      system: database.system.db,
      outbound,
      secrets: secretBox,
      lingerMs: 200,
      log: { warn: () => {} },
    },
  })
  const targets = []
  for (const url of urls) targets.push(await createEndpoint(db, shop.sellerId, { url }))
  const events = await happen(db, shop.sellerId, { orders: ['1'] })
  await relay(database.system.db, events)
  for (const { id } of targets)
    expect((await ask('POST', `webhook-endpoints/${id}/test`)).status).toBe(202)
  for (let from = 0; from < targets.length; from += 50)
    await Promise.all(targets.slice(from, from + 50).map(({ id }) => deliverDue(activities, id)))
  return db
    .selectFrom('webhookAttempt')
    .innerJoin('webhookMessage', 'webhookMessage.id', 'webhookAttempt.messageId')
    .select(['type', 'status', 'problem'])
    .where('webhookAttempt.sellerId', '=', shop.sellerId)
    .execute()
}

it('there are 120 hostile addresses and more, beside the names that mean them', () => {
  expect(new Set(written).size).toBeGreaterThanOrEqual(120)
  expect(meant.size).toBeGreaterThanOrEqual(120)
})

it('none is taken for a webhook, new or changed, for an import or for its source', async () => {
  const { id } = await createEndpoint(database.owner.db, shop.sellerId, {
    url: 'https://shop.example/',
  })
  const { shopId } = shop
  for (const url of written) {
    const answers = await Promise.all([
      ask('POST', 'webhook-endpoints', { url }),
      ask('PATCH', `webhook-endpoints/${id}`, { url }),
      ask('POST', 'imports', { sourceUrl: url, shopId }),
      ask('POST', 'import-sources', { sourceUrl: url, shopId, intervalMinutes: 60 }),
    ])
    expect(
      answers.map(({ status }) => status),
      url,
    ).toEqual([400, 400, 400, 400])
  }
  expect(trap.connections).toBe(0)
})

it('none is sent to or tested, though its row is there', async () => {
  const outbound = guard()
  const names = [...meant.keys()].map((name) => `http://${name}:${trap.port}/`)
  const attempts = await tryAll(outbound, [...written, ...names])
  await outbound.close()
  expect(attempts).toHaveLength(2 * (written.length + names.length))
  const problems = ['invalid-url', 'blocked-address', 'blocked-port', 'dns']
  for (const { status, problem } of attempts) {
    expect(status).toBeNull()
    expect(problems).toContain(problem)
  }
  expect(trap.connections).toBe(0)
}, 120_000)

it('none is fetched from, though it was taken', async () => {
  const outbound = guard()
  const names = [...meant.keys()].map((name) => `http://${name}:${trap.port}/`)
  for (const url of [...written, ...names])
    await expect(
      outbound.fetchOutside(url, { maxBytes: 1_000, totalMs: 5_000 }),
      url,
    ).rejects.toThrow(OutboundRefusal)
  await outbound.close()
  expect(trap.connections).toBe(0)
})

it('the trap would notice: where its network is allowed, an event and a test arrive', async () => {
  const outbound = guard(['127.0.0.1/32'])
  const attempts = await tryAll(outbound, [`http://127.0.0.1:${trap.port}/${randomUUID()}`])
  await outbound.close()
  expect(attempts.map(({ status }) => status)).toEqual([200, 200])
  expect(trap.connections).toBeGreaterThan(0)
})
