import { errors, type Client } from '@elastic/elasticsearch'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { findGoods } from '../../api/storefront/find-goods.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const question: SearchQuestion = {
  ...{ q: 'чайник красный эмалированный', inStock: false, deliverable: false, brands: [] },
  ...{ attributes: new Map(), sort: 'relevance', limit: 10 },
}
const views = { current: () => Promise.resolve('view'), fresh: () => Promise.resolve('view') }
const readSynonyms = () => Promise.resolve(new Map<string, string[]>())

/** An Elasticsearch that takes so long for every request, and finds one good each time, or none. */
function slow(tookMs: number, { finds = 1 } = {}): { search: Client; given: number[] } {
  const given: number[] = []
  const take = (timeoutMs: number) => {
    given.push(timeoutMs)
    vi.advanceTimersByTime(Math.min(tookMs, timeoutMs))
    if (timeoutMs < tookMs) throw new errors.TimeoutError('Too slow')
  }
  const search = {
    msearch({ searches }: { searches: object[] }, { requestTimeout }: { requestTimeout: number }) {
      take(requestTimeout)
      const found = [{ _source: { id: '1' }, sort: ['1'] }].slice(0, finds)
      const hits = { total: { value: finds }, hits: found }
      const response = { status: 200, timed_out: false, hits, aggregations: {} }
      return Promise.resolve({ responses: searches.slice(searches.length / 2).map(() => response) })
    },
    search(_request: object, { requestTimeout }: { requestTimeout: number }) {
      take(requestTimeout)
      return Promise.resolve({ aggregations: {} })
    },
  }
  return { search: search as unknown as Client, given }
}

it('has the time of one search for all its requests, and then gives what there is', async () => {
  const { search, given } = slow(1_200)
  const startedAt = performance.now()
  const { items, strictness } = await findGoods({ search, views, readSynonyms }, question)
  expect(items.map(({ id }) => id)).toEqual(['1'])
  expect(strictness).toBe('all')
  expect(given).toEqual([3_000, 1_000, 800])
  expect(performance.now() - startedAt).toBe(3_000)
})

it('is 503 when there was no time for the first of them', async () => {
  const { search, given } = slow(3_001)
  await expect(findGoods({ search, views, readSynonyms }, question)).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(given).toEqual([3_000])
})

it('counts the opening of a view', async () => {
  const { search, given } = slow(1_200)
  const current = () => {
    vi.advanceTimersByTime(1_000)
    return Promise.resolve('view')
  }
  await findGoods({ search, views: { ...views, current }, readSynonyms }, question)
  expect(given).toEqual([2_000, 800])
})

it('asks no further with hardly any time left', async () => {
  const { search, given } = slow(2_960)
  const { items } = await findGoods({ search, views, readSynonyms }, question)
  expect(items.map(({ id }) => id)).toEqual(['1'])
  expect(given).toEqual([3_000])
})

it.each(['чайник', 'чайник красный'])(
  'is 503 for «%s» when nothing was found and there is no time to ask further',
  async (q) => {
    const { search, given } = slow(2_960, { finds: 0 })
    await expect(
      findGoods({ search, views, readSynonyms }, { ...question, q }),
    ).rejects.toMatchObject({ code: 'unavailable' })
    expect(given).toEqual([3_000])
  },
)
