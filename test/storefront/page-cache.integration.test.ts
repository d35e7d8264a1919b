import { afterAll, describe, expect, it } from 'vitest'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import type { Probe } from '../../clients/cache/probes.ts'
import { CHANNEL } from '../../clients/cache/invalidations.ts'
import { LoadersBusy } from '../../clients/cache/filler.ts'
import { createPageCache, type Loaded } from '../../clients/cache/page-cache.ts'
import { hashKey } from '../../clients/cache/page-key.ts'
import type { PageRange } from '../../clients/cache/shared-pages.ts'
import { connectRedis } from '../../clients/redis.ts'
import { freshRedis } from '../support/redis.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { until } from '../support/until.ts'

const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
const cache = cacheWithoutMemory(redis)
const invalidator = createInvalidator(redis)
const opened: { disconnect(): void }[] = [redis]
afterAll(async () => {
  for (const connection of opened) connection.disconnect()
  await server.close()
})

/** As another process has it, with pages in its memory. */
async function openProcess(options: Partial<Parameters<typeof createPageCache>[0]> = {}) {
  const connect = () => connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
  const [commands, subscriber] = [connect(), connect()]
  opened.push(commands, subscriber)
  const process = createPageCache({
    ...{ redis: commands, subscriber, maxBytes: 8 * 1024 ** 2, staleOnErrorMs: () => 60_000 },
    ...options,
  })
  await until(() => process.meter.counts.gaps > 0, { what: 'the subscription' })
  return Object.assign(process, { subscriber, commands })
}

let scopes = 0
const newKey = () => ({ kind: 'listing', scope: `msk:-:${scopes++}`, page: 'popular|20|' })
type Key = ReturnType<typeof newKey>
const lives = (softMs: number, hardMs = softMs) => {
  const now = Date.now()
  return { refreshAt: now + softMs, softAt: now + softMs, hardAt: now + hardMs }
}
const page = (body: string, range: PageRange | null = null, lifetime = lives(60_000)) =>
  ({ body, range, lifetime }) satisfies Loaded
const load = (body: string, range?: PageRange) => async () => page(body, range)
/** What is there at the moment, whoever loads it. */
function source(body: string) {
  return { load: async () => page(body), become: (other: string) => void (body = other) }
}
const unwanted = async (): Promise<Loaded> => {
  throw new Error('loaded without need')
}
type Cache = Pick<typeof cache, 'read'>
const outcomeOf = async (key: Key, body = 'new', from: Cache = cache) => {
  const { outcome, entry } = await from.read(key, load(body))
  return `${outcome}: ${entry.bodies.identity.toString()}`
}
const now = () => ({ changedAt: Date.now(), showUntil: Date.now() + 60_000 })
const drop = ({ kind, scope }: Key) => invalidator.invalidate([{ kind, scope }], now())

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
    await process.read(key, load('old', range))
    const probes = [{ sort: 'price', key: '1', id: '1', moves: false }]
    await invalidator.invalidate([{ ...key, probes }], now())
    await until(() => process.meter.counts.invalidated === 1)
    expect(await outcomeOf(key, 'new', process)).toBe('stale: old')
    await until(async () => (await outcomeOf(key, 'newer', process)) === 'memory: new')
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
    await deaf.read(key, load('old'))
    await drop(key)
    await until(async () => (await outcomeOf(key, 'new', deaf)).endsWith('new'))
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
    opened.push(nowhere)
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
