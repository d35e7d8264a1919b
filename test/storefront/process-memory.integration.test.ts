import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { CHANNEL } from '../../clients/cache/invalidations.ts'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { hashKey, idOf } from '../../clients/cache/page-key.ts'
import type { PageRange } from '../../clients/cache/shared-pages.ts'
import { connectRedis } from '../../clients/redis.ts'
import { until } from '../support/until.ts'
import { lives, load, newKey, now, openPageCaches, page, unwanted } from './page-caches.ts'

const caches = await openPageCaches()
const { redis, invalidator, openProcess, drop, outcomeOf } = caches
afterAll(() => caches.close())

/** What is there at the moment, whoever loads it. */
function source(body: string, range?: PageRange) {
  return { load: async () => page(body, range), become: (other: string) => void (body = other) }
}

describe('the memory of a process', () => {
  it('answers without Redis, until it is told of a change in another process', async () => {
    const process = await openProcess()
    const key = newKey()
    const goods = source('old')
    await process.read(key, goods.load)
    goods.become('new')
    await drop(key)
    await until(async () => {
      const { entry } = await process.read(key, goods.load)
      return entry.bodies.identity.toString() === 'new'
    })
    expect(process.meter.counts).toMatchObject({ invalidated: 1, remade: 1, remadeSame: 0 })
  })

  it('has a page that is read made anew before the next reader comes', async () => {
    const process = await openProcess()
    const key = newKey()
    const goods = source('old')
    await process.read(key, goods.load)
    expect((await process.read(key, goods.load)).outcome).toBe('memory')
    goods.become('new')
    await drop(key)
    await until(() => process.meter.counts.remade === 1)
    expect(await outcomeOf(key, 'unwanted', process)).toBe('memory: new')
  })

  it('leaves a page that nobody has read since to the next reader', async () => {
    const process = await openProcess()
    const [key, other] = [newKey(), newKey()]
    await process.read(key, load('old'))
    await process.read(other, load('old'))
    await process.read(other, load('old'))
    await drop(key)
    await drop(other)
    await until(() => process.meter.counts.remade === 1)
    expect(await outcomeOf(other, 'unwanted', process)).toBe('memory: old')
    expect(await outcomeOf(key, 'new', process)).toBe('stored: new')
  })

  it('shows a page that only looks different while one reader has it made anew', async () => {
    const process = await openProcess()
    const key = newKey()
    const range = { sort: 'price', ascending: true, after: null, upTo: null }
    const goods = source('old', range)
    await process.read(key, goods.load)
    goods.become('new')
    const probes = [{ sort: 'price', key: '1', id: '1', moves: false }]
    await invalidator.invalidate([{ ...key, probes }], now())
    await until(() => process.meter.counts.invalidated === 1)
    expect(await outcomeOf(key, 'unwanted', process)).toBe('stale: old')
    await until(async () => (await outcomeOf(key, 'unwanted', process)) === 'memory: new')
  })

  it('does not show it beyond its time', async () => {
    const process = await openProcess()
    const key = newKey()
    const range = { sort: 'price', ascending: true, after: null, upTo: null }
    await process.read(key, load('old', range))
    const probes = [{ sort: 'price', key: '1', id: '1', moves: false }]
    const at = { changedAt: Date.now(), showUntil: Date.now() }
    await invalidator.invalidate([{ ...key, probes }], at)
    await until(() => process.meter.counts.invalidated === 1)
    expect(await outcomeOf(key, 'new', process)).toBe('stored: new')
  })

  it('keeps no page that was read before a change of which it was told meanwhile', async () => {
    const process = await openProcess()
    const key = newKey()
    await process.read(key, async () => {
      await drop(key)
      await until(async () => (await redis.hexists(hashKey(key), 'ticket')) === 0)
      return page('stale')
    })
    expect(await outcomeOf(key, 'new', process)).toBe('stored: new')
  })

  it('is doubted after a connection that was lost', async () => {
    const process = await openProcess()
    const key = newKey()
    const goods = source('old')
    await process.read(key, goods.load)
    // Nobody hears of the change.
    goods.become('new')
    await redis.hdel(hashKey(key), `m|${key.page}`, `p|${key.page}`)
    expect(await outcomeOf(key, 'unwanted', process)).toBe('memory: old')
    const { gaps, loads } = process.meter.counts
    process.subscriber.disconnect(true)
    await until(() => process.meter.counts.gaps > gaps)
    await until(() => process.meter.counts.loads > loads, { what: 'the page to be looked after' })
    await until(async () => (await outcomeOf(key, 'unwanted', process)) === 'memory: new')
  })

  it('knows an invalidation that it missed by its number', async () => {
    const process = await openProcess()
    const [key, other] = [newKey(), newKey()]
    await process.read(key, load('old'))
    await drop(key)
    await until(() => process.meter.counts.invalidated === 1)
    await process.read(key, load('old'))
    const { gaps } = process.meter.counts
    // As if one had been published and not arrived.
    const [count] = await redis.keys(`invalidations:{${/\{(\d+)\}/.exec(hashKey(key))![1]}}`)
    await redis.incr(count!)
    await process.read(other, load('old'))
    await drop(key)
    await until(() => process.meter.counts.gaps > gaps)
  })

  it.each(['', 'nonsense', 'null', '{}', '{"count":1}'])(
    'is doubted, and no more, after «%s» in place of an invalidation',
    async (text) => {
      const process = await openProcess()
      const key = newKey()
      await process.read(key, load('old'))
      const { gaps } = process.meter.counts
      await redis.publish(CHANNEL, text)
      await until(() => process.meter.counts.gaps > gaps)
      expect(await outcomeOf(key, 'new', process)).toBe('memory: old')
    },
  )

  it('is not believed for longer than a moment when nothing is heard', async () => {
    const deaf = createPageCache({ redis, maxBytes: 1024 ** 2, staleOnErrorMs: () => 0 })
    const key = newKey()
    const goods = source('old')
    await deaf.read(key, goods.load)
    goods.become('new')
    await drop(key)
    await until(async () => (await outcomeOf(key, 'unwanted', deaf)).endsWith('new'))
  })

  it('is given away by its id alone, while Redis is asked about it in good time', async () => {
    const process = await openProcess()
    const key = newKey()
    const goods = source('old')
    await process.read(key, goods.load)
    const given = () => process.peek(idOf(key))?.bodies.identity.toString()
    const asked = vi.spyOn(process.commands, 'hmget')
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    // Together longer than it is believed without a word.
    for (const times of [1, 2]) {
      vi.setSystemTime(Date.now() + 600)
      expect(given()).toBe('old')
      expect(asked).toHaveBeenCalledTimes(times)
      await asked.mock.results.at(-1)!.value
      await new Promise(setImmediate)
    }
    goods.become('new')
    await drop(key)
    await until(() => given() === 'new')
  })

  it('is bounded in bytes, with those that were read last', async () => {
    const maxBytes = 256 * 1024
    const process = await openProcess({ maxBytes })
    const keys = Array.from({ length: 200 }, newKey)
    for (const key of keys) await process.read(key, load('x'.repeat(4_000)))
    expect(process.memory.bytes).toBeLessThanOrEqual(maxBytes)
    expect(process.memory.bytes).toBeGreaterThan(maxBytes * 0.9)
    expect(await outcomeOf(keys.at(-1)!, 'new', process)).toMatch(/^memory/)
    expect(await outcomeOf(keys[0]!, 'new', process)).toMatch(/^redis/)
  })
})

describe('without Redis', () => {
  const away = () => {
    const nowhere = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
    onTestFinished(() => nowhere.disconnect())
    return createPageCache({
      redis: nowhere,
      ...{ maxBytes: 1024 ** 2, staleOnErrorMs: () => 60_000 },
    })
  }

  it('pages come from where they are loaded, and then from memory', async () => {
    const process = away()
    const key = newKey()
    expect(await outcomeOf(key, 'one', process)).toBe('not-stored: one')
    expect(await outcomeOf(key, 'two', process)).toBe('memory: one')
  })

  it('a page whose loading fails is shown as it was', async () => {
    const process = away()
    const key = newKey()
    await process.read(key, async () => page('old', null, lives(0)))
    const { outcome, entry } = await process.read(key, unwanted)
    expect([outcome, entry.bodies.identity.toString()]).toEqual(['stale', 'old'])
  })
})
