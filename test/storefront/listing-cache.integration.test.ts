import { afterAll, describe, expect, it } from 'vitest'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createListingCache, type LoadedPage } from '../../clients/cache/listing-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import { freshRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
const cache = createListingCache(redis)
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

let scopes = 0
const newKey = () => ({ scope: `msk:-:${scopes++}`, page: 'popular|20|' })
const load =
  (body: string, settled = true) =>
  async (): Promise<LoadedPage> => ({ body, settled })
const unwanted = async (): Promise<LoadedPage> => {
  throw new Error('loaded without need')
}
const outcomeOf = async (key: ReturnType<typeof newKey>, body = 'new') => {
  const { outcome, bytes } = await cache.read(key, 'identity', load(body))
  return `${outcome}: ${Buffer.from(bytes).toString()}`
}

describe('a page of a listing', () => {
  it('is loaded once and found afterwards, in every encoding under one tag', async () => {
    const key = newKey()
    const first = await cache.read(key, 'identity', load('{"items":[]}'))
    expect(first.outcome).toBe('stored')
    const found = await Promise.all(
      (['identity', 'gzip', 'br'] as const).map((encoding) => cache.read(key, encoding, unwanted)),
    )
    expect(found.map(({ outcome, etag }) => [outcome, etag])).toEqual(
      found.map(() => ['hit', first.etag]),
    )
    const [identity, gzip, br] = found.map(({ bytes }) => bytes)
    expect(Buffer.from(identity!).toString()).toBe('{"items":[]}')
    expect(gunzipSync(gzip!).toString()).toBe('{"items":[]}')
    expect(brotliDecompressSync(br!).toString()).toBe('{"items":[]}')
  })

  it('is found under its own parameters only', async () => {
    const key = newKey()
    await cache.read(key, 'identity', load('first'))
    expect(await outcomeOf({ ...key, page: 'new|20|' }, 'other')).toBe('stored: other')
    expect(await outcomeOf(key)).toBe('hit: first')
  })

  it('is not kept while something on it is about to change', async () => {
    const key = newKey()
    const { outcome } = await cache.read(key, 'identity', load('moving', false))
    expect(outcome).toBe('not-stored')
    expect(await outcomeOf(key)).toBe('stored: new')
  })

  it('goes away by itself, as a last resort', async () => {
    const key = newKey()
    await cache.read(key, 'identity', load('page'))
    const ttl = await redis.pttl(`listing:${key.scope}`)
    expect(ttl).toBeGreaterThan(0)
    expect(ttl).toBeLessThanOrEqual(5 * 60_000)
  })

  it('is one of a bounded number', async () => {
    const key = newKey()
    for (let page = 0; page < 510; page++)
      await cache.read({ ...key, page: `popular|20|${page}` }, 'identity', load('page'))
    expect(await redis.hlen(`listing:${key.scope}`)).toBeLessThan(2_010)
    expect(await outcomeOf({ ...key, page: 'one more' })).toBe('not-stored: new')
  })

  it('whose loading fails is the failure of the loader', async () => {
    await expect(cache.read(newKey(), 'identity', unwanted)).rejects.toThrow('without need')
  })
})

describe('an invalidation', () => {
  it('drops all pages of its listings, and no others', async () => {
    const [dropped, kept] = [newKey(), newKey()]
    for (const key of [dropped, { ...dropped, page: 'new|20|' }, kept])
      await cache.read(key, 'identity', load('old'))
    await cache.dropScopes([dropped.scope])
    expect(await outcomeOf(dropped)).toBe('stored: new')
    expect(await outcomeOf({ ...dropped, page: 'new|20|' })).toBe('stored: new')
    expect(await outcomeOf(kept)).toBe('hit: old')
  })

  it('takes thousands of listings at once', async () => {
    const keys = Array.from({ length: 3_000 }, newKey)
    await cache.read(keys.at(-1)!, 'identity', load('old'))
    await cache.dropScopes(keys.map(({ scope }) => scope))
    expect(await outcomeOf(keys.at(-1)!)).toBe('stored: new')
  })

  it('is told when Redis is away, so that it can be repeated', async () => {
    const nowhere = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 })
    await expect(createListingCache(nowhere).dropScopes(['msk:-:-'])).rejects.toThrow()
    nowhere.disconnect()
  })
})

describe('a fill that began before an invalidation', () => {
  it('is never stored after it', async () => {
    const key = newKey()
    const reading = Promise.withResolvers<void>()
    const invalidated = Promise.withResolvers<void>()
    const slow = cache.read(key, 'identity', async () => {
      reading.resolve()
      await invalidated.promise
      return { body: 'stale', settled: true }
    })
    await reading.promise
    await cache.dropScopes([key.scope])
    invalidated.resolve()
    expect((await slow).outcome).toBe('not-stored')
    expect(await outcomeOf(key)).toBe('stored: new')
  })

  it('is not stored even when another fill has begun since', async () => {
    const key = newKey()
    const reading = Promise.withResolvers<void>()
    const refilled = Promise.withResolvers<void>()
    const slow = cache.read(key, 'identity', async () => {
      reading.resolve()
      await refilled.promise
      return { body: 'stale', settled: true }
    })
    await reading.promise
    await cache.dropScopes([key.scope])
    expect(await outcomeOf(key, 'fresh')).toBe('stored: fresh')
    refilled.resolve()
    expect((await slow).outcome).toBe('not-stored')
    expect(await outcomeOf(key)).toBe('hit: fresh')
  })

  it('is not stored when Redis has lost everything in between', async () => {
    const key = newKey()
    const { outcome } = await cache.read(key, 'identity', async () => {
      await redis.flushdb()
      return { body: 'stale', settled: true }
    })
    expect(outcome).toBe('not-stored')
  })

  it('never wins against many writers', async () => {
    const key = newKey()
    let committed = 0
    const write = async () => {
      for (let i = 0; i < 200; i++) {
        committed++
        await cache.dropScopes([key.scope])
      }
    }
    const read = async () => {
      for (let i = 0; i < 300; i++)
        await cache.read(key, 'identity', async () => {
          const body = String(committed)
          await new Promise(setImmediate)
          return { body, settled: true }
        })
    }
    await Promise.all([write(), read(), read(), read()])
    const { bytes } = await cache.read(key, 'identity', load(String(committed)))
    expect(Buffer.from(bytes).toString()).toBe(String(committed))
  })
})

describe('without Redis', () => {
  it('a page comes from its loader, and soon without asking Redis', async () => {
    const nowhere = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
    const alone = createListingCache(nowhere)
    for (let i = 0; i < 20; i++) {
      const { outcome, bytes } = await alone.read(newKey(), 'identity', load(`page ${i}`))
      expect([outcome, Buffer.from(bytes).toString()]).toEqual(['not-stored', `page ${i}`])
    }
    nowhere.disconnect()
  })

  it('that hangs, a page waits for the budget and no longer, and comes back to Redis by itself', async () => {
    const hanging = connectRedis({ url: server.url, commandTimeoutMs: 50 })
    await until(() => hanging.status === 'ready')
    const alone = createListingCache(hanging)
    const key = newKey()
    await redis.call('client', 'pause', '300', 'all')
    expect((await alone.read(key, 'identity', load('page'))).outcome).toBe('not-stored')
    await until(async () => (await alone.read(key, 'identity', load('page'))).outcome === 'hit')
    hanging.disconnect()
  })
})
