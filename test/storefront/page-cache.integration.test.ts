import { afterAll, describe, expect, it } from 'vitest'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import type { Probe } from '../../clients/cache/probes.ts'
import { LoadersBusy } from '../../clients/cache/filler.ts'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { hashKey } from '../../clients/cache/page-key.ts'
import type { PageRange } from '../../clients/cache/shared-pages.ts'
import { connectRedis } from '../../clients/redis.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { until } from '../support/until.ts'
import {
  lives,
  load,
  newKey,
  now,
  openPageCaches,
  page,
  unwanted,
  type Key,
} from './page-caches.ts'

const caches = await openPageCaches()
const { redis, cache, invalidator, openProcess, drop, outcomeOf } = caches
afterAll(() => caches.close())

describe('a page', () => {
  it('is loaded once and found afterwards, in every encoding', async () => {
    const key = newKey()
    const first = await cache.read(key, load('{"items":[]}'))
    expect(first.outcome).toBe('stored')
    const { entry, outcome } = await cache.read(key, unwanted)
    expect([outcome, entry.etag]).toEqual(['redis', first.entry.etag])
    expect(entry.bodies.identity.toString()).toBe('{"items":[]}')
    expect(gunzipSync(entry.bodies.gzip).toString()).toBe('{"items":[]}')
    expect(brotliDecompressSync(entry.bodies.br).toString()).toBe('{"items":[]}')
  })

  it('is found under its own parameters only', async () => {
    const key = newKey()
    await cache.read(key, load('first'))
    expect(await outcomeOf({ ...key, page: 'new|20|' }, 'other')).toBe('stored: other')
    expect(await outcomeOf(key)).toBe('redis: first')
  })

  it('is made anew when its time is over', async () => {
    const key = newKey()
    await cache.read(key, async () => page('old', null, lives(1)))
    await until(async () => (await outcomeOf(key)) === 'stored: new')
  })

  it('goes away by itself, as a last resort', async () => {
    const key = newKey()
    await cache.read(key, load('page'))
    const ttl = await redis.pttl(hashKey(key))
    expect(ttl).toBeGreaterThan(0)
    expect(ttl).toBeLessThanOrEqual(2 * 60_000)
  })

  it('is one of a bounded number, of which those go first whose time is over', async () => {
    const key = newKey()
    const pages = Array.from({ length: 501 }, (_, at) => ({ ...key, page: `popular|20|${at}` }))
    for (const [at, one] of pages.slice(0, 500).entries())
      await cache.read(one, async () => page('page', null, lives(at < 250 ? 1 : 60_000)))
    expect(await outcomeOf({ ...key, page: 'one more' })).toBe('stored: new')
    for (const one of pages.slice(0, 249)) await cache.read(one, load('page'))
    expect(await outcomeOf({ ...key, page: 'one too many' })).toBe('not-stored: new')
  })

  it('whose loading fails is the failure of the loader, and does not hold up the next', async () => {
    const key = newKey()
    await expect(cache.read(key, unwanted)).rejects.toThrow('without need')
    expect(await outcomeOf(key)).toBe('stored: new')
  })
})

describe('an invalidation', () => {
  it('without a position drops all pages of its scopes, and no others', async () => {
    const [dropped, kept] = [newKey(), newKey()]
    for (const key of [dropped, { ...dropped, page: 'new|20|' }, kept])
      await cache.read(key, load('old'))
    expect(await drop(dropped)).toEqual({ dropped: 2, touched: 0 })
    expect(await outcomeOf(dropped)).toBe('stored: new')
    expect(await outcomeOf({ ...dropped, page: 'new|20|' })).toBe('stored: new')
    expect(await outcomeOf(kept)).toBe('redis: old')
  })

  it('takes thousands of scopes at once', async () => {
    const keys = Array.from({ length: 3_000 }, newKey)
    await cache.read(keys.at(-1)!, load('old'))
    await invalidator.invalidate(keys, now())
    expect(await outcomeOf(keys.at(-1)!)).toBe('stored: new')
  })

  it('is told when Redis is away, so that it can be repeated', async () => {
    const nowhere = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 })
    await expect(createInvalidator(nowhere).invalidate([newKey()], now())).rejects.toThrow()
    nowhere.disconnect()
  })

  it('of everything leaves nothing', async () => {
    const keys = Array.from({ length: 100 }, newKey)
    const card = { ...newKey(), kind: 'card' }
    for (const key of [...keys, card]) await cache.read(key, load('old'))
    await invalidator.dropAll(['listing'])
    for (const key of keys) expect(await outcomeOf(key)).toBe('stored: new')
    expect(await outcomeOf(card)).toBe('redis: old')
  })
})

describe('a position at which something changed', () => {
  const at = (key: number, id = 0) => ({ key: String(key), id: String(id) })
  const range = (after: number | null, upTo: number | null, ascending = true): PageRange => ({
    ...{ sort: 'price', ascending },
    after: after === null ? null : at(after),
    upTo: upTo === null ? null : at(upTo),
  })
  const probe = (key: number, id = 0, rest: Partial<Probe> = {}): Probe => ({
    ...{ sort: 'price', ...at(key, id), moves: true },
    ...rest,
  })
  const seenOn = async (part: PageRange, probes: Probe[]) => {
    const key = newKey()
    await cache.read(key, load('old', part))
    const { dropped, touched } = await invalidator.invalidate([{ ...key, probes }], now())
    return dropped ? 'dropped' : touched ? 'touched' : 'kept'
  }

  it.each([
    ['on the page', range(10, 20), probe(15), 'dropped'],
    ['before it', range(10, 20), probe(5), 'kept'],
    ['where the page before ended', range(10, 20), probe(10), 'kept'],
    ['just after that', range(10, 20), probe(10, 1), 'dropped'],
    ['the first beyond it', range(10, 20), probe(20), 'dropped'],
    ['beyond that', range(10, 20), probe(20, 1), 'kept'],
    ['on a first page', range(null, 20), probe(1), 'dropped'],
    ['on a last page', range(10, null), probe(999), 'dropped'],
    ['compared as a number', range(9, 100), probe(11), 'dropped'],
    ['in an order that falls', range(20, 10, false), probe(15), 'dropped'],
    ['before it, in an order that falls', range(20, 10, false), probe(21), 'kept'],
    ['beyond it, in an order that falls', range(20, 10, false), probe(9), 'kept'],
    ['in another order', range(10, 20), probe(15, 0, { sort: 'new' }), 'kept'],
    ['where it only looks different', range(10, 20), probe(15, 0, { moves: false }), 'touched'],
  ])('%s', async (_, part, one, fate) => {
    expect(await seenOn(part, [one])).toBe(fate)
  })

  it('that moves outweighs others that only look different', async () => {
    const looks = probe(12, 0, { moves: false })
    expect(await seenOn(range(10, 20), [looks, probe(15), looks])).toBe('dropped')
  })

  it('in microseconds is compared exactly', async () => {
    const micros = 1_764_120_000_123_456
    expect(await seenOn(range(micros, micros + 1), [probe(micros)])).toBe('kept')
    expect(await seenOn(range(micros, micros + 1), [probe(micros + 1)])).toBe('dropped')
  })
})

describe('a fill that began before an invalidation', () => {
  it('is never stored after it', async () => {
    const key = newKey()
    const reading = Promise.withResolvers<void>()
    const invalidated = Promise.withResolvers<void>()
    const slow = cache.read(key, async () => {
      reading.resolve()
      await invalidated.promise
      return page('stale')
    })
    await reading.promise
    await drop(key)
    invalidated.resolve()
    expect((await slow).outcome).toBe('not-stored')
    expect(await outcomeOf(key)).toBe('stored: new')
  })

  describe('of something in its scope', () => {
    const upTo = (key: string): PageRange => ({
      ...{ sort: 'price', ascending: true },
      ...{ after: null, upTo: { key, id: '1' } },
    })
    const at = (key: string): Probe => ({ sort: 'price', key, id: '7', moves: true })
    const outcomeWhile = async (change: (key: Key) => Promise<unknown>, key = newKey()) => {
      const { outcome } = await cache.read(key, async () => {
        await change(key)
        return page('old', upTo('10'))
      })
      return outcome
    }
    const changeAt = (position: string) => (key: Key) =>
      invalidator.invalidate([{ ...key, probes: [at(position)] }], now())

    it('is stored when that is not on the page', async () => {
      expect(await outcomeWhile(changeAt('11'))).toBe('stored')
    })

    it('is not stored when it is', async () => {
      expect(await outcomeWhile(changeAt('9'))).toBe('not-stored')
    })

    it('is not held against what was invalidated before it began', async () => {
      const key = newKey()
      const aside = { ...key, page: 'aside' }
      const outcome = await outcomeWhile(async () => {
        await changeAt('9')(key)
        expect(await cache.read(aside, async () => page('new', upTo('10')))).toMatchObject({
          outcome: 'stored',
        })
      }, key)
      expect(outcome).toBe('not-stored')
    })

    it('is stored after many of them, and not after more than are remembered', async () => {
      const changeOften = (times: number) => async (key: Key) => {
        for (let turn = 0; turn < times; turn++) await changeAt('11')(key)
      }
      expect(await outcomeWhile(changeOften(32))).toBe('stored')
      expect(await outcomeWhile(changeOften(33))).toBe('not-stored')
    })

    it('leaves the page in the memory of its process, where others find it', async () => {
      const process = await openProcess()
      const key = newKey()
      await process.read(key, async () => {
        const heard = once(process.subscriber, 'message')
        await changeAt('11')(key)
        await heard
        return page('old', upTo('10'))
      })
      expect(await outcomeOf(key, 'new', process)).toBe('memory: old')
    })
  })

  it('is not stored even when another process has filled it since', async () => {
    const key = newKey()
    const reading = Promise.withResolvers<void>()
    const refilled = Promise.withResolvers<void>()
    const slow = cache.read(key, async () => {
      reading.resolve()
      await refilled.promise
      return page('stale')
    })
    await reading.promise
    await drop(key)
    const other = cacheWithoutMemory(redis)
    const fresh = other.read(key, load('fresh'))
    refilled.resolve()
    expect((await slow).outcome).toBe('not-stored')
    expect((await fresh).entry.bodies.identity.toString()).toBe('fresh')
    expect(await outcomeOf(key)).toBe('redis: fresh')
  })

  it('is not stored when Redis has lost everything in between', async () => {
    const key = newKey()
    const { outcome } = await cache.read(key, async () => {
      await redis.flushdb()
      return page('stale')
    })
    expect(outcome).toBe('not-stored')
  })

  it('never wins against many writers', async () => {
    const key = newKey()
    let value = 0
    for (let round = 0; round < 200; round++) {
      const other = cacheWithoutMemory(redis)
      const reads = [cache, other].map((one) =>
        one.read(key, async () => {
          const seen = value
          await new Promise(setImmediate)
          return page(String(seen))
        }),
      )
      value++
      await drop(key)
      await Promise.all(reads)
      expect(await outcomeOf(key, String(value))).toMatch(new RegExp(`: ${value}$`))
    }
  })
})

describe('many who ask at once', () => {
  it('have one load among them, in all processes', async () => {
    const processes = await Promise.all([openProcess(), openProcess()])
    for (let trial = 0; trial < 20; trial++) {
      const key = newKey()
      let loads = 0
      const slow = async () => {
        loads++
        await new Promise((resolve) => setTimeout(resolve, 20))
        return page('one')
      }
      const answers = await Promise.all(
        processes.flatMap((process) => Array.from({ length: 100 }, () => process.read(key, slow))),
      )
      expect(loads).toBe(1)
      expect(new Set(answers.map(({ entry }) => entry.etag)).size).toBe(1)
    }
  })

  it('are not held up for ever by a process that was lost', async () => {
    const key = newKey()
    const lost = createPageCache({ redis, maxBytes: 1, staleOnErrorMs: () => 0 })
    void lost.read(key, () => new Promise(() => {}))
    await until(async () => (await redis.keys(`fill:*${key.scope}*`)).length === 1)
    expect(await outcomeOf(key)).toMatch(/: new$/)
  })

  it('are refused when more would be loaded than may wait', async () => {
    const small = await openProcess({ loaders: { atOnce: 1, waiting: 1 } })
    const gate = Promise.withResolvers<void>()
    const slow = async () => {
      await gate.promise
      return page('late')
    }
    const keys = [newKey(), newKey(), newKey()]
    const [first, second, third] = keys.map((key) => small.read(key, slow))
    await expect(third).rejects.toThrow(LoadersBusy)
    gate.resolve()
    await Promise.all([first, second])
    expect(small.meter.counts.mostLoading).toBe(1)
  })
})
