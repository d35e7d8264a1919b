import { describe, expect, it } from 'vitest'
import {
  correctedQuery,
  lookUpRequest,
  type LookUpResponse,
} from '../../../domain/storefront/text-query/correction.ts'
import { indexSynonyms, type Synonyms } from '../../../domain/storefront/text-query/synonyms.ts'

type Near = Record<string, [string, number, number][]>

/** An index that has these words, and to which these seem near. */
const knowing = (words: string[], near: Near = {}): LookUpResponse => ({
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

const NO_SYNONYMS: Synonyms = new Map()
/** What was asked about and is not there has been counted as well. */
function corrected(
  q: string,
  response: LookUpResponse,
  { synonyms = NO_SYNONYMS, hasAll = false }: { synonyms?: Synonyms; hasAll?: boolean } = {},
) {
  const asked = lookUpRequest(q)?.aggs.known.filters.filters ?? {}
  const nothing = Object.fromEntries(Object.keys(asked).map((word) => [word, { doc_count: 0 }]))
  const found = response.aggregations?.known?.buckets
  const aggregations = found && { known: { buckets: { ...nothing, ...found } } }
  const answered = { ...response, ...(aggregations && { aggregations }) }
  return correctedQuery(q, answered, { synonyms, hasAll })
}

describe('a query is corrected', () => {
  it('word by word: what is known stays', () => {
    const response = knowing(['samsung', 'наушники'])
    expect(corrected('samsung yfeiybrb', response)).toBe('samsung наушники')
  })

  it('by the other layout before transliteration, and by both before likeness', () => {
    const near: Near = { ghbdtn: [['хлеб', 0.9, 100]] }
    expect(corrected('ghbdtn', knowing(['привет'], near))).toBe('привет')
    expect(corrected('naushniki', knowing(['наушники']))).toBe('наушники')
  })

  it('where a letter of the other layout is a sign', () => {
    expect(corrected('[jkjlbkmybr', knowing(['холодильник']))).toBe('холодильник')
    expect(corrected('gktn,', knowing(['плет']))).toBe('плет')
    expect(corrected('{jkjlbkmybr', knowing(['холодильник']))).toBe('холодильник')
  })

  it('in its parts where the whole is nothing', () => {
    const response = knowing(['наушники', 'sony'])
    expect(corrected('naushniki,sony', response)).toBe('наушники sony')
  })

  it('without a word that is nothing, where another says what is meant', () => {
    expect(corrected('срочно чайник', knowing(['чайник']))).toBe('чайник')
    expect(corrected('чайник ъыьъыь yfeiybrb', knowing(['чайник', 'наушники']))).toBe(
      'чайник наушники',
    )
    expect(corrected('срочно чайник', knowing(['чайник']), { hasAll: true })).toBeUndefined()
    expect(corrected('15 ъыьъыь', knowing(['15']))).toBeUndefined()
    expect(corrected('для ъыьъыь', knowing(['для']))).toBeUndefined()
  })

  it('as far as it was looked up', () => {
    const q = 'чайник qwa,qwb qwc,qwd qwe,qwf qwg,qwh qwi,qwj'
    expect(corrected(q, knowing(['чайник']))).toMatch(/^чайник .*qwi,qwj$/)
    expect(corrected(q, knowing(['чайник']))).not.toContain('qwa')
  })

  it('to what is a synonym of something, though nothing is called so', () => {
    const synonyms = indexSynonyms([
      { terms: ['айфон', 'iphone'], means: [] },
      { terms: ['сотовый телефон'], means: ['смартфон'] },
    ])
    const near: Near = { айфон: [['сифон', 0.8, 9]], сотовый: [['сотовая', 0.8, 9]] }
    expect(corrected('fqajy', knowing([], near), { synonyms })).toBe('айфон')
    expect(corrected('айфон', knowing([], near), { synonyms })).toBeUndefined()
    expect(corrected('сотовый телефон', knowing(['телефон'], near), { synonyms })).toBeUndefined()
  })

  it('by what is spelt most alike, then by what there is most of', () => {
    const near: Near = {
      нуашники: [
        ['наручники', 0.7, 900],
        ['наушники', 0.88, 50],
        ['наушника', 0.88, 2],
      ],
    }
    expect(corrected('нуашники', knowing([], near))).toBe('наушники')
  })

  it.each([
    ['everything is known', 'чай', knowing(['чай'])],
    ['nothing is near', 'ъыьъыь', knowing([])],
    ['there are stop words alone', 'и в на', knowing([])],
    ['there are no words', '🎧', knowing([])],
    ['Elasticsearch says nothing', 'чай', {}],
  ])('not when %s', (_, q, response) => {
    expect(corrected(q, response)).toBeUndefined()
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
