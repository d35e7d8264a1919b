import { afterAll, expect, it } from 'vitest'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { samplePages } from '../../clients/cache/stored-pages.ts'
import { connectRedis } from '../../clients/redis.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { until } from '../support/until.ts'

const cluster = await startRedisCluster()
const connect = () => connectRedis({ url: cluster.url, commandTimeoutMs: 5_000, patient: true })
const [redis, commands, subscriber] = [connect(), connect(), connect()]
const cache = createPageCache({
  ...{ redis: commands, subscriber, maxBytes: 8 * 1024 ** 2, staleOnErrorMs: () => 0 },
})
const invalidator = createInvalidator(redis)
afterAll(async () => {
  for (const connection of [redis, commands, subscriber]) connection.disconnect()
  await cluster.close()
})

const scopes = Array.from({ length: 200 }, (_, at) => `msk:-:${at}`)
const keyOf = (scope: string) => ({ kind: 'listing', scope, page: 'popular|20|' })
/** What every page is made of at the moment, whoever has it made. */
let body = 'old'
const read = (scope: string) =>
  cache.read(keyOf(scope), async () => {
    const until = Date.now() + 60_000
    return { body, lifetime: { refreshAt: until, softAt: until, hardAt: until } }
  })
const now = () => ({ changedAt: Date.now(), showUntil: Date.now() })
const bodies = async () =>
  new Set(
    await Promise.all(
      scopes.map(async (scope) => (await read(scope)).entry.bodies.identity.toString()),
    ),
  )

it('a Redis Cluster holds pages on all of its nodes, drops them, and tells every process', async () => {
  await until(() => cache.meter.counts.gaps > 0, { what: 'the subscription' })
  expect(await bodies()).toEqual(new Set(['old']))
  body = 'new'
  expect(await bodies()).toEqual(new Set(['old']))
  expect(await samplePages(redis, 'listing', 1_000)).toHaveLength(scopes.length)

  const changes = scopes.map((scope) => ({ kind: 'listing', scope }))
  expect(await invalidator.invalidate(changes, now())).toEqual({ dropped: 200, touched: 0 })
  await until(() => cache.meter.counts.invalidated === scopes.length)
  expect(await bodies()).toEqual(new Set(['new']))

  body = 'newest'
  await invalidator.dropAll(['listing'])
  await until(() => cache.meter.counts.invalidated === 2 * scopes.length)
  expect(await bodies()).toEqual(new Set(['newest']))
})
