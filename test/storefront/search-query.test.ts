import { describe, expect, it } from 'vitest'
import { attributePair } from '../../domain/storefront/document.ts'
import { searchAnswer, type FoundDocument } from '../../domain/storefront/search-answer.ts'
import { searchRequest, type SearchQuestion } from '../../domain/storefront/search-query.ts'

const nothing: SearchQuestion = {
  inStock: false,
  brands: [],
  attributes: new Map(),
  sort: 'popular',
  limit: 2,
}
const chosen: SearchQuestion = {
  ...nothing,
  brands: ['Bosch'],
  category: '12',
  attributes: new Map([['Цвет', ['белый']]]),
}

describe('a search request', () => {
  it('asks for one item more than fits', () => {
    expect(searchRequest(nothing).size).toBe(3)
  })

  it('filters by the city only what has to be in stock', () => {
    const filters = (question: SearchQuestion) => searchRequest(question).query.bool.filter
    expect(filters({ ...nothing, city: 'msk' })).toEqual([])
    expect(filters({ ...nothing, city: 'msk', inStock: true })).toEqual([
      { term: { cities: 'msk' } },
    ])
    expect(filters({ ...nothing, inStock: true })).toEqual([{ exists: { field: 'cities' } }])
  })

  it('counts each facet under what is chosen in the others', () => {
    const brand = { terms: { brand: ['Bosch'] } }
    const category = { term: { 'category.path': '12' } }
    const white = { terms: { attributes: [attributePair('Цвет', 'белый')] } }
    const { post_filter, aggs } = searchRequest(chosen)
    expect(post_filter).toEqual({ bool: { filter: [brand, category, white] } })
    expect(aggs.brand.filter).toEqual({ bool: { filter: [category, white] } })
    expect(aggs.category.filter).toEqual({ bool: { filter: [brand, white] } })
    expect(aggs.price.filter).toEqual(post_filter)
    expect(aggs).toMatchObject({
      'attribute-0': { filter: { bool: { filter: [brand, category] } } },
    })
  })

  it('takes the name of an attribute literally', () => {
    const attributes = new Map([['Размер (см) [x].*', ['5']]])
    expect(searchRequest({ ...nothing, attributes }).aggs).toMatchObject({
      'attribute-0': {
        aggs: { values: { terms: { include: 'Размер \\(см\\) \\[x\\]\\.\\*\u001f.*' } } },
      },
    })
  })
})

describe('a search answer', () => {
  const hit = (id: string) => ({ _source: { id } as FoundDocument, sort: [1, id] })
  const empty = { values: { buckets: [] } }
  const response = (ids: string[], aggregations = {}) => ({
    hits: { total: { value: 7 }, hits: ids.map(hit) },
    aggregations: { brand: empty, category: empty, attributes: empty, ...aggregations },
  })

  it('leads on from the last item shown when there is another page', () => {
    expect(searchAnswer(nothing, response(['a', 'b', 'c']))).toMatchObject({
      items: [{ id: 'a' }, { id: 'b' }],
      next: [1, 'b'],
      total: 7,
    })
    expect(searchAnswer(nothing, response(['a', 'b'])).next).toBeUndefined()
  })

  it('lists what is chosen even when nothing is left of it', () => {
    const brand = {
      values: { buckets: [{ key: 'Tefal', doc_count: 3 }] },
      chosen: { buckets: [] },
    }
    expect(searchAnswer(chosen, response([], { brand })).facets.brand).toEqual([
      { value: 'Tefal', count: 3, selected: false },
      { value: 'Bosch', count: 0, selected: true },
    ])
  })

  it('keeps the values of an attribute together, the one with the most goods first', () => {
    const attributes = {
      values: {
        buckets: [
          { key: attributePair('Вес', '1 кг'), doc_count: 2 },
          { key: attributePair('Цвет', 'белый'), doc_count: 2 },
          { key: attributePair('Вес', '2 кг'), doc_count: 1 },
        ],
      },
    }
    const white = { buckets: [{ key: attributePair('Цвет', 'белый'), doc_count: 2 }] }
    const any = { buckets: [{ key: attributePair('Цвет', 'чёрный'), doc_count: 5 }] }
    const { facets } = searchAnswer(
      chosen,
      response([], { attributes, 'attribute-0': { values: any, chosen: white } }),
    )
    expect(facets.attributes).toEqual([
      { name: 'Цвет', value: 'чёрный', count: 5, selected: false },
      { name: 'Цвет', value: 'белый', count: 2, selected: true },
      { name: 'Вес', value: '1 кг', count: 2, selected: false },
      { name: 'Вес', value: '2 кг', count: 1, selected: false },
    ])
  })

  it('leaves the empty ends out of the price histogram', () => {
    const price = {
      min: { value: 120_00 },
      max: { value: 900_00 },
      histogram: {
        buckets: [
          { to: 100_00, doc_count: 0 },
          { from: 100_00, to: 200_00, doc_count: 2 },
          { from: 200_00, to: 500_00, doc_count: 0 },
          { from: 500_00, doc_count: 1 },
        ],
      },
    }
    expect(searchAnswer(nothing, response([], { price })).facets.price).toEqual({
      min: 120_00,
      max: 900_00,
      histogram: [
        { from: 100_00, to: 200_00, count: 2 },
        { from: 200_00, to: 500_00, count: 0 },
        { from: 500_00, to: null, count: 1 },
      ],
    })
  })
})
