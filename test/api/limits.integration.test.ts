import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRateLimits, type RatePolicies } from '../../api/rate-limits.ts'
import { sharedBuckets } from '../../clients/token-buckets.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { freshRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let redis: TestRedis
let sellerId: string
beforeAll(async () => {
  ;[database, redis] = await Promise.all([freshDatabase(), freshRedis()])
  ;({ sellerId } = await createShop(database.owner.db))
})
afterAll(async () => {
  await Promise.all([database.drop(), redis.close()])
})

const slow = (name: string, quota: number) => ({ name, quota, windowSeconds: 36_000 })

/** One process of the API. */
const openApp = (policies: Partial<RatePolicies>) =>
  testApp(
    { seller: database.seller.db, storefront: database.storefront.db },
    {
      rates: {
        limit: createRateLimits(sharedBuckets(redis.redis)),
        policies: {
          key: slow('key', 1_000),
          day: slow('day', 1_000),
          address: slow('address', 1_000),
          ...policies,
        },
        uncountedNetworks: [],
        trustedProxies: [],
      },
    },
  ).app

const list = async (app: ReturnType<typeof openApp>, headers: Record<string, string>) =>
  app.request('/v1/feeds', { headers })

describe('the bucket of a key', () => {
  it('is one for all processes, and exact under many requests at once', async () => {
    const apps = [openApp({ key: slow('key', 30) }), openApp({ key: slow('key', 30) })]
    const auth = await authorised(database.owner.db, sellerId, ['feeds:read'])
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => list(apps[at % 2]!, auth)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(70)
    for (const { headers } of refused) {
      expect(headers.get('RateLimit')).toMatch(/^"key";r=0;t=\d+, "day";r=\d+;t=\d+$/)
      expect(headers.get('RateLimit-Policy')).toBe('"key";q=30;w=36000, "day";q=1000;w=36000')
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    }
    const other = await authorised(database.owner.db, sellerId, ['feeds:read'])
    expect((await list(apps[0]!, other)).status).toBe(200)
  })

  it('fills again', async () => {
    const app = openApp({ key: { name: 'key', quota: 2, windowSeconds: 1 } })
    const auth = await authorised(database.owner.db, sellerId, ['feeds:read'])
    const statuses = await Promise.all(Array.from({ length: 3 }, () => list(app, auth)))
    expect(statuses.map(({ status }) => status).toSorted()).toEqual([200, 200, 429])
    await until(async () => (await list(app, auth)).status === 200, { deadlineMs: 5_000 })
  })

  it('leaves nothing in Redis for ever', async () => {
    const keys = await redis.redis.keys('limit:*')
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(await redis.redis.pttl(key), key).toBeGreaterThan(0)
  })
})

describe('the day of a seller', () => {
  it('is shared by all of its keys, and by nobody else', async () => {
    const seller = await createShop(database.owner.db)
    const app = openApp({ day: slow('day', 3) })
    const [one, two] = [
      await authorised(database.owner.db, seller.sellerId, ['feeds:read']),
      await authorised(database.owner.db, seller.sellerId, ['feeds:read']),
    ]
    for (const auth of [one, two, one]) expect((await list(app, auth)).status).toBe(200)
    const response = await list(app, two)
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ violatedPolicies: ['day'] })
    const stranger = await createShop(database.owner.db)
    const theirs = await authorised(database.owner.db, stranger.sellerId, ['feeds:read'])
    expect((await list(app, theirs)).status).toBe(200)
  })
})

describe('a revoked key', () => {
  it('is refused by every process within a second', async () => {
    const apps = [openApp({}), openApp({}), openApp({})]
    const auth = await authorised(database.owner.db, sellerId, ['feeds:read'])
    for (const app of apps) expect((await list(app, auth)).status).toBe(200)
    await database.owner.db
      .updateTable('apiKey')
      .set({ revokedAt: new Date() })
      .where('id', '=', auth.Authorization.split('_')[2]!)
      .execute()
    const revokedAt = performance.now()
    let lastTaken = 0
    await until(
      async () => {
        const askedAt = performance.now()
        const answers = await Promise.all(apps.map((app) => list(app, auth)))
        const taken = answers.filter(({ status }) => status === 200).length
        if (taken > 0) lastTaken = askedAt - revokedAt
        return taken === 0
      },
      { deadlineMs: 5_000 },
    )
    expect(lastTaken).toBeLessThan(1_000)
  })
})
