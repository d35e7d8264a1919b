import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { ObjectNotFound } from '../../clients/object-store.ts'
import { freshElasticsearch } from './elasticsearch.ts'
import { freshObjectStore } from './object-store.ts'
import { freshRedis } from './redis.ts'

it('a Redis database is the file’s own and empty', async () => {
  const [one, other] = [await freshRedis(), await freshRedis()]
  await one.redis.set('listing', 'page')
  expect(await one.redis.get('listing')).toBe('page')
  expect(await other.redis.keys('*')).toEqual([])
  await Promise.all([one.close(), other.close()])
})

it('Elasticsearch indices under the file’s prefix go with it', async () => {
  const [one, other] = [await freshElasticsearch(), await freshElasticsearch()]
  const index = `${one.prefix}goods`
  await one.client.indices.create({ index })
  expect(await other.client.indices.exists({ index })).toBe(true)
  await one.close()
  expect(await other.client.indices.exists({ index })).toBe(false)
  await other.close()
})

it('a bucket is the file’s own', async () => {
  const [one, other] = [await freshObjectStore(), await freshObjectStore()]
  await one.store.put('imports/7', Readable.from([Buffer.from('<yml_catalog/>')]))
  const stored = await one.store.get('imports/7')
  expect(Buffer.concat(await stored.toArray()).toString()).toBe('<yml_catalog/>')
  await expect(other.store.get('imports/7')).rejects.toThrow(ObjectNotFound)
  one.close()
  other.close()
})
