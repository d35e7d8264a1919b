import type { Histogram } from '@opentelemetry/sdk-metrics'
import { sql } from 'kysely'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSearchLog } from '../../api/storefront/search-log.ts'
import { listQueriesToSuggest, pruneSearchCounts } from '../../db/storefront/search-counts.ts'
import { recordMetrics } from '../support/metrics.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const recorded = recordMetrics()
afterAll(() => Promise.all([recorded.stop(), database.drop()]))

const owner = database.owner.db
const fresh = async (deps: Partial<Parameters<typeof createSearchLog>[0]> = {}) => {
  await owner.deleteFrom('searchCount').execute()
  const searchLog = createSearchLog({
    storefront: database.storefront.db,
    log: { warn() {} },
    ...deps,
  })
  onTestFinished(() => searchLog.close())
  return searchLog
}
const counted = async () => {
  const rows = await owner
    .selectFrom('searchCount')
    .select(['text', 'cityId', 'searches', 'zeroResults', 'slow', 'slowestMs'])
    .orderBy('text')
    .orderBy('cityId')
    .execute()
  return rows.map(({ text, cityId, searches, zeroResults, slow, slowestMs }) => [
    ...[text, cityId, ...[searches, zeroResults, slow].map(Number), slowestMs],
  ])
}

describe('the log of searches', () => {
  it('adds up what several processes counted', async () => {
    const [one, other] = [await fresh(), await fresh()]
    one.note({ q: 'Чайник', city: 'msk', total: 5, tookMs: 20.4 })
    one.note({ q: ' чайник ', city: 'msk', total: 0, tookMs: 700 })
    other.note({ q: 'ЧАЙНИК', city: 'msk', total: 5, tookMs: 10 })
    other.note({ q: 'чайник', total: 5, tookMs: 10 })
    await Promise.all([one.flush(), other.flush()])
    expect(await counted()).toEqual([
      ['чайник', '', 1, 0, 0, 10],
      ['чайник', 'msk', 3, 1, 1, 700],
    ])
  })

  it('keeps no text that may be personal, and counts it', async () => {
    const log = await fresh()
    for (const q of ['ivan@example.com', '+7 (912) 345-67-89', 'чайник'])
      log.note({ q, total: 0, tookMs: 1 })
    await log.flush()
    expect(await counted()).toEqual([
      ['', '', 2, 2, 0, 1],
      ['чайник', '', 1, 1, 0, 1],
    ])
  })

  it('keeps the words that were answered, and of those that were typed how many were others', async () => {
    const log = await fresh()
    for (const q of ['кросовки', 'rhjccjdrb', 'кроссовки'])
      log.note({
        ...{ q, total: 3, tookMs: 1 },
        ...(q !== 'кроссовки' && { correctedQuery: 'кроссовки' }),
      })
    log.note({ q: 'кросовки +7 912 345-67-89', correctedQuery: 'кроссовки', total: 3, tookMs: 1 })
    await log.flush()
    const rows = owner.selectFrom('searchCount').select(['text', 'searches', 'corrected'])
    expect(await rows.orderBy('text').execute()).toEqual([
      { text: '', searches: '1', corrected: '1' },
      { text: 'кроссовки', searches: '3', corrected: '2' },
    ])
  })

  it('counts a caller once for a text, whatever city and however often, and whether something was found', async () => {
    const log = await fresh()
    const searches: [q: string, total: number, caller?: string, city?: string][] = [
      ...Array<[string, number, string]>(5).fill(['иванова мария', 1, '203.0.113.1']),
      ['Иванова  Мария', 1, '203.0.113.1', 'msk'],
      ['иванова мария', 1],
      ...[1, 2, 3].map((n): [string, number, string] => ['чайник', 5, `203.0.113.${n}`]),
      ['чайник', 0, '203.0.113.4'],
      ['ivan@example.com', 1, '203.0.113.1'],
    ]
    for (const [q, total, caller, city] of searches) log.note({ q, total, caller, city, tookMs: 1 })
    await log.flush()
    const rows = owner
      .selectFrom('searchCount')
      .select(['text', 'cityId', 'searches', 'callers', 'finders'])
      .orderBy('text')
      .orderBy('cityId')
    expect((await rows.execute()).map((row) => Object.values(row))).toEqual([
      ['', '', '1', '0', '0'],
      ['иванова мария', '', '6', '1', '1'],
      ['иванова мария', 'msk', '1', '0', '0'],
      ['чайник', '', '4', '4', '3'],
    ])
  })

  it('takes a bounded number of texts, whatever is made up', async () => {
    const log = await fresh()
    for (let n = 0; n < 2_000; n++) log.note({ q: `чайник ${n}`, total: 1, tookMs: 1 })
    await log.flush()
    const rows = await counted()
    expect(rows).toHaveLength(501)
    expect(rows[0]).toEqual(['', '', 1_500, 0, 0, 1])
  })

  it('counts later what could not be written', async () => {
    const warnings: unknown[] = []
    const log = await fresh({ log: { warn: (warning: unknown) => void warnings.push(warning) } })
    log.note({ q: 'самовар', total: 1, tookMs: 1 })
    await sql`revoke execute on function add_search_counts(jsonb) from yarmarka_storefront`.execute(
      owner,
    )
    await log.flush()
    expect(warnings).toHaveLength(1)
    log.note({ q: 'самовар', total: 1, tookMs: 1 })
    await sql`grant execute on function add_search_counts(jsonb) to yarmarka_storefront`.execute(
      owner,
    )
    await log.flush()
    expect(await counted()).toEqual([['самовар', '', 2, 0, 0, 1]])
  })
})

describe('metrics of searches', () => {
  it('tell how they ended and how long they took, not what was searched', async () => {
    const log = await fresh()
    await recorded.told()
    log.note({ q: 'чайник', city: 'msk', total: 5, tookMs: 20 })
    log.note({ q: 'самовар', total: 3, tookMs: 500 })
    log.note({ q: 'xfqybr', total: 5, correctedQuery: 'чайник', tookMs: 501 })
    log.note({ q: 'ъыь', total: 0, correctedQuery: 'ъй', tookMs: 700 })
    const told = await recorded.told()
    expect(told('yarmarka.search.searches')).toEqual([
      { attributes: { outcome: 'found' }, value: 2 },
      { attributes: { outcome: 'corrected' }, value: 1 },
      { attributes: { outcome: 'nothing' }, value: 1 },
    ])
    const [durations, ...others] = told('yarmarka.search.duration')
    expect(others).toEqual([])
    expect(durations?.attributes).toEqual({})
    const { boundaries, counts } = (durations?.value as Histogram).buckets
    const slowest = boundaries.indexOf(0.5)
    expect(counts.slice(0, slowest + 1).reduce((sum, count) => sum + count)).toBe(2)
    expect(counts[slowest + 1]).toBe(2)
  })
})

describe('queries to suggest', () => {
  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString()
  const insert = (
    rows: [text: string, city: string, finders: number, inVain?: number, daysAgo?: number][],
  ) =>
    owner
      .insertInto('searchCount')
      .values(
        rows.map(([text, cityId, finders, inVain = 0, daysAgo = 0]) => ({
          ...{ text, cityId, finders, callers: finders + inVain, searches: finders + inVain },
          ...{ zeroResults: 0, slow: 0, slowestMs: 1 },
          day: day(daysAgo).slice(0, 10),
        })),
      )
      .execute()

  it('were found by callers enough, and by most of them', async () => {
    await fresh()
    await insert([
      ['чайник', 'msk', 6],
      ['чайник', 'spb', 2],
      ['самовар', '', 3],
      ['самовар', '', 4, 0, 5],
      ['редкость', '', 4],
      ['чайнек', 'msk', 5, 15],
      ['иванова мария', '', 1],
      ['', '', 100],
    ])
    await owner.updateTable('searchCount').set({ searches: 100 }).execute()
    expect(await listQueriesToSuggest(database.system.db, { atLeast: 5, limit: 10 })).toEqual([
      { text: 'чайник', finders: '8', cities: ['msk'] },
      { text: 'самовар', finders: '7', cities: [] },
    ])
  })

  it('are forgotten in time, rare ones sooner', async () => {
    await fresh()
    await insert([
      ['давно', '', 50, 0, 91],
      ['недавно', '', 50, 0, 89],
      ['однажды', '', 1, 0, 8],
      ['вчера', '', 1, 0, 1],
    ])
    const keep = { keepDays: 90, keepRareDays: 7, rareBelow: 2 }
    expect(await pruneSearchCounts(database.system.db, keep)).toBe(2)
    expect((await counted()).map(([text]) => text)).toEqual(['вчера', 'недавно'])
  })
})
