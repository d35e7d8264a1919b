import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createWarmUpActivities } from '../../activities/storefront/warm-up.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { connectRedis } from '../../clients/redis.ts'
import type { WarmUpPosition, WarmUpShift } from '../../contracts/storefront.ts'
import { countBusySessions } from '../../db/storefront/busy-sessions.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { pageKey, parsePageKey } from '../../domain/storefront/listing-page.ts'
import { createShop } from '../support/marketplace.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { createCategory, createGood, settle } from './goods.ts'

const database = await freshDatabase()
const owner = database.owner.db
const system = database.system.db
const storefront = database.storefront.db
const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
const cache = cacheWithoutMemory(redis)
afterAll(async () => {
  redis.disconnect()
  await Promise.all([server.close(), database.drop()])
})

const shop = await createShop(owner)
await createGood(owner, shop, { category: await createCategory(owner, 'Дом'), units: 1 })
while ((await settle(system, 'cache')).length > 0);

beforeEach(async () => {
  await owner.deleteFrom('pageHit').execute()
  await redis.flushdb()
})

/** The more is read the earlier it is named. */
async function readMost(...names: string[]) {
  const rows = names.map((name, at) => {
    const [scope = '', page = ''] = name.split(' ')
    const day = new Date().toISOString().slice(0, 10)
    return { day, kind: 'listing', scope, page, hits: 1_000 - at }
  })
  await owner.insertInto('pageHit').values(rows).execute()
}
const limits = (count: number) => Array.from({ length: count }, (_, at) => `msk:-:- new|${at + 1}|`)

const nowhere = { done: 0, total: 0, made: 0, alreadyThere: 0, yieldedMs: 0 }

type Given = { perCity?: number; position?: WarmUpPosition; lostAt?: WarmUpPosition }
function begin(
  { perCity = 20, position = nowhere, lostAt }: Given = {},
  deps: Partial<Parameters<typeof createWarmUpActivities>[0]> = {},
) {
  const { warmPages } = createWarmUpActivities({ system, storefront, cache, redis, ...deps })
  const environment = new MockActivityEnvironment(lostAt && { heartbeatDetails: lostAt })
  const heard: WarmUpPosition[] = []
  environment.on('heartbeat', (details: WarmUpPosition) => void heard.push(details))
  const shift = environment.run(() => warmPages({ perCity, position })) as Promise<WarmUpShift>
  return { shift, heard, environment }
}
/** As the workflow does it. */
async function warmAll({ position = nowhere, ...given }: Given = {}): Promise<WarmUpPosition> {
  for (;;) {
    const shift = await begin({ ...given, position }).shift
    if (shift.ended) return shift.position
    position = shift.position
  }
}
const read = (name: string) => {
  const [scope = '', page = ''] = name.split(' ')
  const asked = parsePageKey({ scope, page })!
  return cache.read(pageKey(asked), () => makeListingPage(storefront, asked))
}

describe('a warm-up', () => {
  it('makes what is read most in each city, and leaves alone what Redis has', async () => {
    const names = ['msk:-:- popular|20|', '-:-:- popular|20|', 'msk:-:- new|20|', 'spb:-:- new|20|']
    await readMost(...names)
    await read('msk:-:- new|20|')
    expect(await warmAll()).toEqual({ ...nowhere, done: 4, total: 4, made: 3, alreadyThere: 1 })
    for (const name of names) expect((await read(name)).outcome).toBe('redis')
    expect(await warmAll()).toMatchObject({ made: 0, alreadyThere: 4 })
  })

  it('takes no more of a city than it shall', async () => {
    await readMost(...limits(5), '-:-:- new|20|')
    expect(await warmAll({ perCity: 2 })).toMatchObject({ done: 3, total: 3, made: 3 })
    expect((await read('msk:-:- new|3|')).outcome).toBe('stored')
  })

  it('goes on where the one before ended, and where a lost worker was', async () => {
    await readMost(...limits(6))
    const position = { ...nowhere, done: 2, total: 6, made: 2 }
    const lostAt = { ...nowhere, done: 4, total: 6, made: 3, alreadyThere: 1, yieldedMs: 50 }
    const { shift } = begin({ position, lostAt })
    expect(await shift).toEqual({ ended: true, position: { ...lostAt, done: 6, made: 5 } })
    expect((await read('msk:-:- new|4|')).outcome).toBe('stored')
  })

  it('is heard of after every page, and ends at the next one when its worker stops', async () => {
    await readMost(...limits(20))
    const { shift, heard, environment } = begin()
    await until(() => (heard.at(-1)?.done ?? 0) >= 2)
    environment.cancel()
    const { ended, position } = await shift
    expect(ended).toBe(false)
    expect(position).toEqual(heard.at(-1))
  })

  it('passes over names that we do not give, and has nothing to do where nothing was read', async () => {
    expect(await warmAll()).toEqual(nowhere)
    await readMost('msk:-:- nonsense', 'msk:-:- new|20|')
    expect(await warmAll()).toEqual({ ...nowhere, done: 2, total: 2, made: 1 })
  })

  it('takes its time: no more than 50 pages in a second', async () => {
    await readMost(...limits(15))
    const begunAt = performance.now()
    await warmAll()
    // Timers may be a moment early.
    expect(performance.now() - begunAt).toBeGreaterThan(15 * 19)
  })

  it('fails while Redis is away, at the page where it was', async () => {
    await readMost(...limits(3))
    const away = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
    onTestFinished(() => away.disconnect())
    const { shift, heard } = begin({}, { cache: cacheWithoutMemory(away), redis: away })
    await expect(shift).rejects.toThrow()
    expect(heard.every(({ done }) => done === 0)).toBe(true)
  })
})

/** Sessions of the storefront that are at work until `end`. */
async function keepBusy(applicationName: string, count: number) {
  const lock = 4_711
  const api = connectPostgres({
    url: database.env['POSTGRES_STOREFRONT_URL']!,
    applicationName,
    max: count,
  })
  const held = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const holding = owner.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(trx)
    held.resolve()
    await mayEnd.promise
  })
  await held.promise
  const working = Array.from({ length: count }, () =>
    sql`select pg_advisory_xact_lock_shared(${lock})`.execute(api.db),
  )
  await until(async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted`.execute(
      owner,
    )
    return rows[0]?.waiting === count
  })
  const end = async () => {
    mayEnd.resolve()
    await Promise.all([holding, ...working])
  }
  onTestFinished(async () => {
    await end()
    await api.close()
  })
  return { end }
}

describe('live traffic', () => {
  it('is what sessions of the API do for buyers, while they do it', async () => {
    expect(await countBusySessions(storefront)).toBe(0)
    const busy = await keepBusy('yarmarka-api-storefront', 3)
    expect(await countBusySessions(storefront)).toBe(3)
    await busy.end()
    expect(await countBusySessions(storefront)).toBe(0)
  })

  it('is not what others do', async () => {
    await keepBusy('yarmarka-storefront', 3)
    expect(await countBusySessions(storefront)).toBe(0)
  })

  it('goes first: a warm-up waits while four reads or more are under way', async () => {
    await readMost(...limits(2))
    const busy = await keepBusy('yarmarka-api-storefront', 4)
    const { shift, heard } = begin()
    await until(() => (heard.at(-1)?.yieldedMs ?? 0) > 0)
    expect(heard.at(-1)).toMatchObject({ done: 0, made: 0, total: 2 })
    await busy.end()
    const { position } = await shift
    expect(await warmAll({ position })).toMatchObject({ done: 2, made: 2 })
  })

  it('of three reads leaves room for a warm-up', async () => {
    await readMost(...limits(2))
    await keepBusy('yarmarka-api-storefront', 3)
    expect(await warmAll()).toMatchObject({ done: 2, made: 2, yieldedMs: 0 })
  })
})
