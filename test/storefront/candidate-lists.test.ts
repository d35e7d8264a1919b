import { describe, expect, it } from 'vitest'
import { createCandidateLists } from '../../api/storefront/candidate-lists.ts'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'

const good = (id: number, contentHash = 1) =>
  ({ id: String(id), contentHash, name: `Чайник ${id}` }) as FoundDocument
const goods = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => good(from + n))
const found = (q: string, city?: string) => ({
  ...{ question: { q, city }, isWhole: false, isWide: true, renewAt: 0, hardAt: 0 },
})

describe('lists of candidates', () => {
  it('have what they share once, as long as its content is the same', () => {
    const lists = createCandidateLists()
    const first = lists.keep(found('ч'), [good(1), good(2)])
    const second = lists.keep(found('ча'), [good(1), good(2, 7)])
    expect(second.candidates[0]).toBe(first.candidates[0])
    expect(second.candidates[1]!.good).toEqual(good(2, 7))
    expect(first.candidates[1]!.good).toEqual(good(2))
    expect(lists.goods).toBe(3)
  })

  it('forget goods with the last list that has them', () => {
    const lists = createCandidateLists()
    lists.keep(found('ч'), goods(0, 10))
    lists.keep(found('ча'), goods(5, 10))
    lists.keep(found('ч'), [])
    expect(lists.goods).toBe(10)
    lists.keep(found('ча'), goods(14, 1))
    expect(lists.goods).toBe(1)
  })

  it('are of so many different goods at most, those used last', () => {
    const lists = createCandidateLists({ mostGoods: 25 })
    lists.keep(found('ч'), goods(0, 10))
    lists.keep(found('ч', 'spb'), goods(10, 10))
    lists.keep(found('ча'), goods(5, 10))
    lists.find({ q: 'ч' })
    lists.keep(found('к'), goods(20, 10))
    expect(lists.goods).toBe(25)
    expect(lists.find({ q: 'ч', city: 'spb' })).toBeUndefined()
    for (const q of ['ч', 'ча', 'к']) expect(lists.find({ q })).toBeDefined()
  })

  it('of few goods or none have a bound as well', () => {
    const lists = createCandidateLists()
    for (let n = 0; n < 20_000; n++) lists.keep(found(`ъ ${n}`), [])
    expect(lists.find({ q: 'ъ 0' })).toBeUndefined()
    expect(lists.find({ q: 'ъ 19999' })).toBeDefined()
  })
})
