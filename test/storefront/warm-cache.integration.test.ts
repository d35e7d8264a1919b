import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { connectElasticsearch } from '../../clients/elasticsearch/connect.ts'
import { createPopularityActivities } from '../../activities/storefront/popularity.ts'
import { createWarmUpActivities } from '../../activities/storefront/warm-up.ts'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import {
  popularityScheduleId,
  storefrontQueue,
  warmCache,
  warmUpProgress,
  warmUpScheduleId,
  warmUpWorkflowId,
  type WarmCache,
} from '../../contracts/storefront.ts'
import { ensureSchedules } from '../../scripts/ensure-schedules.ts'
import { createShop } from '../support/marketplace.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { freshNamespace, whileWorking } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import { createCategory, createGood, settle } from './goods.ts'

const [database, temporal, redisServer] = await Promise.all([
  freshDatabase(),
  freshNamespace(),
  freshRedis(),
])
const owner = database.owner.db
const system = database.system.db
const redis = connectRedis({ url: redisServer.url, commandTimeoutMs: 5_000, patient: true })
const cache = cacheWithoutMemory(redis)
afterAll(async () => {
  redis.disconnect()
  await Promise.all([redisServer.close(), temporal.teardown(), database.drop()])
})

const shop = await createShop(owner)
const category = await createCategory(owner, 'Дом')
const { shopProductId } = await createGood(owner, shop, { category, units: 1 })
while ((await settle(system, 'cache')).length > 0);

const day = new Date().toISOString().slice(0, 10)
const PAGES = 6
await owner
  .insertInto('pageHit')
  .values([
    { day, kind: 'card', scope: shopProductId, page: 'msk', hits: 42 },
    ...Array.from({ length: PAGES }, (_, at) => ({
      ...{ day, kind: 'listing', scope: 'msk:-:-', page: `popular|${at + 1}|`, hits: 100 - at },
    })),
  ])
  .execute()
const nowhere = connectElasticsearch({ url: 'http://127.0.0.1:1' })
afterAll(() => nowhere.close())
beforeEach(() => redis.flushdb())

const working = <T>(work: () => Promise<T>, warming: Pick<PageCache, 'read'> = cache) => {
  const deps = {
    ...{ system, storefront: database.storefront.db, cache: warming, redis },
    elasticsearch: nowhere,
  }
  const activities = {
    ...createWarmUpActivities(deps),
    ...createPopularityActivities(deps),
    // What else is scheduled.
    ...{ forgetOldSearches: async () => 0, rebuildSuggestions: async () => ({}) },
  }
  return whileWorking(
    temporal,
    { workflows: storefrontQueue, activities: { [storefrontQueue]: activities } },
    work,
  )
}
const current = temporal.client.workflow.getHandle<WarmCache>(warmUpWorkflowId)
const all = { done: PAGES, total: PAGES, made: PAGES, alreadyThere: 0, yieldedMs: 0 }

describe('the schedules', () => {
  it('have the cache warmed under one id, and goods ranked', async () => {
    const schedules = temporal.client.schedule
    const ids = await ensureSchedules(schedules)
    expect(ids).toEqual(expect.arrayContaining([warmUpScheduleId, popularityScheduleId]))
    for (const id of [warmUpScheduleId, popularityScheduleId])
      await schedules.getHandle(id).trigger()
    await working(async () => {
      // Should its time come just now, there may be another one, which finds all of it there.
      const { done, total } = all
      expect(await until(() => current.result())).toMatchObject({ done, total })
      const progress = await current.query(warmUpProgress)
      expect(progress).toMatchObject({ state: 'completed', done, total })
      await until(async () => {
        const good = owner.selectFrom('shopProduct').select('popularity')
        return (await good.executeTakeFirstOrThrow()).popularity === '42'
      })
      for (const id of ids) await schedules.getHandle(id).delete()
    })
  })
})

describe('a shift that fails', () => {
  it('is tried again from the page where it was', async () => {
    const read: string[] = []
    let failures = 0
    const failing: Pick<PageCache, 'read'> = {
      async read(key, load) {
        if (read.length === 3 && failures === 0) {
          failures++
          throw new Error('PostgreSQL is away')
        }
        read.push(key.page)
        return cache.read(key, load)
      },
    }
    const position = await working(
      () =>
        temporal.client.workflow.execute<WarmCache>(warmCache, {
          workflowId: warmUpWorkflowId,
          taskQueue: storefrontQueue,
          args: [{}],
        }),
      failing,
    )
    expect(position).toEqual(all)
    expect(failures).toBe(1)
    expect(read).toEqual(Array.from({ length: PAGES }, (_, at) => `popular|${at + 1}|`))
  })
})
