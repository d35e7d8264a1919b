import { describe, expect, it } from 'vitest'
import {
  correctedQuery,
  lookUpRequest,
  type LookUpResponse,
} from '../../../domain/storefront/text-query/correction.ts'

/** An index that has these words, and to which these seem near. */
const knowing = (
  words: string[],
  near: Record<string, [string, number, number][]> = {},
): LookUpResponse => ({
  aggregations: {
    known: { buckets: Object.fromEntries(words.map((word) => [word, { doc_count: 7 }])) },
  },
  suggest: {
    typed: Object.entries(near).map(([text, options]) => ({
      text,
      options: options.map(([text, score, freq]) => ({ text, score, freq })),
    })),
  },
})

describe('a query is corrected', () => {
  it('word by word: what is known stays', () => {
    const response = knowing(['samsung', 'наушники'])
    expect(correctedQuery('samsung yfeiybrb', response)).toBe('samsung наушники')
  })

  it('by the other layout before transliteration, and by both before likeness', () => {
    const near = { ghbdtn: [['хлеб', 0.9, 100]] as [string, number, number][] }
    expect(correctedQuery('ghbdtn', knowing(['привет'], near))).toBe('привет')
    expect(correctedQuery('naushniki', knowing(['наушники']))).toBe('наушники')
  })

  it('where a letter of the other layout is a sign', () => {
    expect(correctedQuery('[jkjlbkmybr', knowing(['холодильник']))).toBe('холодильник')
    expect(correctedQuery('gktn,', knowing(['плет']))).toBe('плет')
  })

  it('by what is spelt most alike, then by what there is most of', () => {
    const near: Record<string, [string, number, number][]> = {
      нуашники: [
        ['наручники', 0.7, 900],
        ['наушники', 0.88, 50],
        ['наушника', 0.88, 2],
      ],
    }
    expect(correctedQuery('нуашники', knowing([], near))).toBe('наушники')
  })

  it.each([
    ['everything is known', 'чай', knowing(['чай'])],
    ['nothing is near', 'ъыьъыь', knowing([])],
    ['there are stop words alone', 'и в на', knowing([])],
    ['there are no words', '🎧', knowing([])],
    ['Elasticsearch says nothing', 'чай', {}],
  ])('not when %s', (_, q, response) => {
    expect(correctedQuery(q, response)).toBeUndefined()
  })
})

describe('the look-up', () => {
  it('is not made for no words', () => {
    expect(lookUpRequest('🎧 \u0000 ++')).toBeUndefined()
  })

  it('is one bounded request, whatever is typed', () => {
    const q = `${'я'.repeat(3_000)} ${'abcdef ghijkl мнопрс '.repeat(500)}`
    const { aggs, suggest } = lookUpRequest(q)!
    expect(Object.keys(aggs.known.filters.filters).length).toBeLessThanOrEqual(80)
    expect(suggest.transliterated.text.split(' ').length).toBeLessThanOrEqual(24)
  })
})
