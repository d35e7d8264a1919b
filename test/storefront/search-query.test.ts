import { describe, expect, it } from 'vitest'
import { attributePair } from '../../domain/storefront/document.ts'
import { searchAnswer, type FoundDocument } from '../../domain/storefront/search-answer.ts'
import { searchRequest, type SearchQuestion } from '../../domain/storefront/search-query.ts'

const nothing: SearchQuestion = {
  inStock: false,
  deliverable: false,
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
  const brand = { terms: { brand: ['Bosch'] } }
  const category = { term: { 'category.path': '12' } }
  const white = { terms: { attributes: [attributePair('Цвет', 'белый')] } }
  const filterOf = (question: SearchQuestion, facet: string) =>
    (searchRequest(question).aggs as Record<string, { filter: object }>)[facet]?.filter

  it('asks for one item more than fits', () => {
    expect(searchRequest(nothing).size).toBe(3)
  })

  it('filters by the city only what has to be in stock', () => {
    const filters = (question: SearchQuestion) => searchRequest(question).post_filter
    expect(filters({ ...nothing, city: 'msk' })).toEqual({ bool: { filter: [] } })
    expect(filters({ ...nothing, city: 'msk', inStock: true })).toEqual({
      bool: { filter: [{ term: { cities: 'msk' } }] },
    })
    expect(filters({ ...nothing, inStock: true })).toEqual({
      bool: { filter: [{ exists: { field: 'cities' } }] },
    })
  })

  it('takes what can be delivered from the sellers that deliver to the city', () => {
    const question = { ...nothing, city: 'msk', sellers: ['7', '8'], deliverable: true }
    expect(searchRequest(question).post_filter).toEqual({
      bool: { filter: [{ terms: { sellerId: ['7', '8'] } }] },
    })
  })

  it('counts each facet under what is chosen in the others', () => {
    const { post_filter } = searchRequest(chosen)
    expect(post_filter).toEqual({ bool: { filter: [brand, category, white] } })
    expect(filterOf(chosen, 'unchosen')).toEqual(post_filter)
    expect(filterOf(chosen, 'brand')).toEqual({ bool: { filter: [category, white] } })
    expect(filterOf(chosen, 'category')).toEqual({ bool: { filter: [brand, white] } })
    expect(filterOf(chosen, 'attribute-0')).toEqual({ bool: { filter: [brand, category] } })
    expect(filterOf(chosen, 'price')).toBeUndefined()
  })

  it('does not visit what fails two selections, for no facet counts it', () => {
    const filters = (question: SearchQuestion) => searchRequest(question).query.bool.filter
    expect(filters(chosen)).toEqual([
      { bool: { should: [brand, category, white], minimum_should_match: 2 } },
    ])
    expect(filters({ ...nothing, brands: ['Bosch'] })).toEqual([])
  })

  it('takes the name of an attribute literally', () => {
    const attributes = new Map([['Размер (см) [x].*', ['5']]])
    expect(searchRequest({ ...nothing, attributes }).aggs).toMatchObject({
      'attribute-0': {
        aggs: {
          'attribute-0:values': {
            terms: { include: 'Размер \\(см\\) \\[x\\]\\.\\*\u001f.*' },
          },
        },
      },
    })
  })

  it('asks for the words in another way when it is given one', () => {
    const text = { must: [{ match: { name: 'наушники' } }], should: [] }
    expect(searchRequest({ ...nothing, q: 'yfeiybrb' }, text).query.bool).toMatchObject(text)
  })
})

describe('a search answer', () => {
  const hit = (id: string) => ({ _source: { id } as FoundDocument, sort: [1, id] })
  const response = (ids: string[], aggregations = {}) => ({
    hits: { total: { value: 7 }, hits: ids.map(hit) },
    aggregations,
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
      'brand:values': { buckets: [{ key: 'Tefal', doc_count: 3 }] },
      'brand:chosen': { buckets: [] },
    }
    expect(searchAnswer(chosen, response([], { brand })).facets.brand).toEqual([
      { value: 'Tefal', count: 3, selected: false },
      { value: 'Bosch', count: 0, selected: true },
    ])
  })

  it('keeps the values of an attribute together, the one with the most goods first', () => {
    const unchosen = {
      'attributes:values': {
        buckets: [
          { key: attributePair('Вес', '1 кг'), doc_count: 2 },
          { key: attributePair('Цвет', 'белый'), doc_count: 2 },
          { key: attributePair('Вес', '2 кг'), doc_count: 1 },
        ],
      },
    }
    const white = { buckets: [{ key: attributePair('Цвет', 'белый'), doc_count: 2 }] }
    const any = { buckets: [{ key: attributePair('Цвет', 'чёрный'), doc_count: 5 }] }
    const colour = { 'attribute-0:values': any, 'attribute-0:chosen': white }
    const { facets } = searchAnswer(chosen, response([], { unchosen, 'attribute-0': colour }))
    expect(facets.attributes).toEqual([
      { name: 'Цвет', value: 'чёрный', count: 5, selected: false },
      { name: 'Цвет', value: 'белый', count: 2, selected: true },
      { name: 'Вес', value: '1 кг', count: 2, selected: false },
      { name: 'Вес', value: '2 кг', count: 1, selected: false },
    ])
  })

  it('leaves the empty ends out of the price histogram', () => {
    const unchosen = {
      'price:min': { value: 120_00 },
      'price:max': { value: 900_00 },
      'price:histogram': {
        buckets: [
          { to: 100_00, doc_count: 0 },
          { from: 100_00, to: 200_00, doc_count: 2 },
          { from: 200_00, to: 500_00, doc_count: 0 },
          { from: 500_00, doc_count: 1 },
        ],
      },
    }
    expect(searchAnswer(nothing, response([], { unchosen })).facets.price).toEqual({
      min: 120_00,
      max: 900_00,
      histogram: [
        { from: 100_00, to: 200_00, count: 2 },
        { from: 200_00, to: 500_00, count: 0 },
        { from: 500_00, to: null, count: 1 },
      ],
    })
  })

  it('tells what is in stock and what can be delivered to the city', () => {
    const unchosen = { 'inStock:yes': { doc_count: 4 }, 'deliverable:yes': { doc_count: 3 } }
    const { facets } = searchAnswer(
      { ...nothing, city: 'msk', sellers: ['7'] },
      response([], { unchosen }),
    )
    expect(facets.inStock).toEqual([{ value: 'true', count: 4, selected: false }])
    expect(facets.deliverable).toEqual([{ value: 'true', count: 3, selected: false }])
    expect(searchAnswer(nothing, response([], { unchosen })).facets.deliverable).toEqual([])
  })
})
