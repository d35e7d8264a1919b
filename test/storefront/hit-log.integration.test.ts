import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createHitLog } from '../../api/storefront/hit-log.ts'
import { connectElasticsearch } from '../../clients/elasticsearch/connect.ts'
import { connectRedis } from '../../clients/redis.ts'
import { listMostRead } from '../../db/storefront/page-hits.ts'
import { createShop } from '../support/marketplace.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { createCategory, createGood, settle } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const database = await freshDatabase()
const owner = database.owner.db
const storefront = database.storefront.db
const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
const nowhere = connectElasticsearch({ url: 'http://127.0.0.1:1' })
afterAll(async () => {
  redis.disconnect()
  await Promise.all([nowhere.close(), server.close(), database.drop()])
})
beforeEach(() => owner.deleteFrom('pageHit').execute())

const openLog = (warn: (warning: unknown) => void = () => {}) => {
  const hitLog = createHitLog({ storefront, log: { warn } })
  onTestFinished(() => hitLog.close())
  return hitLog
}
const listing = (scope: string, page = 'popular|20|') => ({ kind: 'listing', scope, page })
const counted = async () => {
  const rows = await owner
    .selectFrom('pageHit')
    .select(['kind', 'scope', 'page', 'hits'])
    .orderBy('kind')
    .orderBy('scope')
    .orderBy('page')
    .execute()
  return rows.map(({ kind, scope, page, hits }) => [kind, scope, page, Number(hits)])
}

describe('the log of hits', () => {
  it('adds up what several processes counted', async () => {
    const [one, other] = [openLog(), openLog()]
    for (const log of [one, one, other]) log.note(listing('msk:-:-'))
    other.note(listing('msk:-:-', 'new|20|'))
    other.note({ kind: 'card', scope: '7', page: 'msk' })
    await Promise.all([one.flush(), other.flush()])
    one.note(listing('msk:-:-'))
    await one.flush()
    expect(await counted()).toEqual([
      ['card', '7', 'msk', 1],
      ['listing', 'msk:-:-', 'new|20|', 1],
      ['listing', 'msk:-:-', 'popular|20|', 4],
    ])
  })

  it('takes a bounded number of pages, and goes on counting those', async () => {
    const log = openLog()
    for (let round = 0; round < 2; round++)
      for (let id = 1; id <= 3_000; id++) log.note({ kind: 'card', scope: String(id), page: '-' })
    await log.flush()
    const rows = await counted()
    expect(rows).toHaveLength(2_000)
    expect(new Set(rows.map(([, , , hits]) => hits))).toEqual(new Set([2]))
  })

  it('counts later what could not be written', async () => {
    const warnings: unknown[] = []
    const log = openLog((warning) => void warnings.push(warning))
    log.note(listing('spb:-:-'))
    await sql`revoke execute on function add_page_hits(jsonb) from yarmarka_storefront`.execute(
      owner,
    )
    await log.flush()
    expect(warnings).toHaveLength(1)
    log.note(listing('spb:-:-'))
    await sql`grant execute on function add_page_hits(jsonb) to yarmarka_storefront`.execute(owner)
    await log.flush()
    expect(await counted()).toEqual([['listing', 'spb:-:-', 'popular|20|', 2]])
  })

  it('is all that the storefront may do with hits', async () => {
    await expect(storefront.selectFrom('pageHit').selectAll().execute()).rejects.toThrow(
      'permission denied',
    )
  })
})

describe('the storefront counts', () => {
  it('first pages of listings and cards that it gives, and nothing else', async () => {
    const shop = await createShop(owner)
    const category = await createCategory(owner, 'Дом')
    const good = { category, units: 1 }
    const { shopProductId } = await createGood(owner, shop, good)
    await createGood(owner, shop, good)
    await settle(database.system.db, 'cache')
    const hitLog = openLog()
    const cache = cacheWithoutMemory(redis)
    const { get } = storefrontApp({ storefront, cache, search: nowhere, hitLog })

    const { body, headers } = await get('/listings?city=msk&limit=1')
    await get('/listings?city=msk&limit=1', { 'If-None-Match': headers.get('ETag')! })
    await get(`/listings?city=msk&limit=1&cursor=${body.nextCursor}`)
    await get('/listings?city=atlantis')
    await get(`/shop-products/${shopProductId}?city=msk`)
    await get(`/shop-products/${shopProductId}`)
    await get('/shop-products/123456789')
    await get('/cities')
    await hitLog.flush()
    expect(await counted()).toEqual([
      ['card', shopProductId, '-', 1],
      ['card', shopProductId, 'msk', 1],
      ['listing', 'msk:-:-', 'popular|1|', 2],
    ])
  })
})

describe('the pages read most', () => {
  const insert = (
    rows: [scope: string, page: string, hits: number, daysAgo?: number, kind?: string][],
  ) =>
    owner
      .insertInto('pageHit')
      .values(
        rows.map(([scope, page, hits, daysAgo = 0, kind = 'listing']) => ({
          ...{ kind, scope, page, hits },
          day: new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10),
        })),
      )
      .execute()
  const mostRead = async (perCity: number, atMost = 100) =>
    (await listMostRead(database.system.db, { perCity, atMost })).map(
      ({ scope, page }) => `${scope} ${page}`,
    )

  it('are so many of each city, and of no city, by the hits of today and yesterday', async () => {
    await insert([
      ['msk:-:-', 'popular|20|', 5],
      ['msk:-:-', 'popular|20|', 6, 1],
      ['msk:-:7', 'new|20|', 9],
      ['msk:-:8', 'new|20|', 8],
      ['msk:-:9', 'new|20|', 99, 2],
      ['spb:-:-', 'popular|20|', 1],
      ['-:3:-', 'popular|20|', 10],
      ['-:4:-', 'popular|20|', 2],
      ['17', 'msk', 1_000, 0, 'card'],
    ])
    expect(await mostRead(2)).toEqual([
      'msk:-:- popular|20|',
      '-:3:- popular|20|',
      'msk:-:7 new|20|',
      '-:4:- popular|20|',
      'spb:-:- popular|20|',
    ])
    expect(await mostRead(1, 2)).toEqual(['msk:-:- popular|20|', '-:3:- popular|20|'])
  })
})
