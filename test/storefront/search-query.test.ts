import { describe, expect, it } from 'vitest'
import { attributePair } from '../../domain/storefront/document.ts'
import { searchAnswer, type FoundDocument } from '../../domain/storefront/search-answer.ts'
import { searchRequest, type SearchQuestion } from '../../domain/storefront/search-query.ts'
import { isDeliverable, MOST_IN_A_CLAUSE } from '../../domain/storefront/selections.ts'

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

const DAY = '2026-11-27'

describe('a search request', () => {
  const brand = { terms: { brand: ['Bosch'] } }
  const category = { term: { 'category.path': '12' } }
  const white = { terms: { attributes: [attributePair('Цвет', 'белый')] } }
  const searches = (question: SearchQuestion) =>
    new Map(searchRequest(question, DAY).map(({ counts, body }) => [counts, body]))
  const filtersOf = (question: SearchQuestion) =>
    new Map(
      searchRequest(question, DAY).map(({ counts, body }) => [
        counts,
        (body as { query: { bool: { filter: object[] } } }).query.bool.filter,
      ]),
    )

  it('asks for one item more than fits', () => {
    expect(searches(nothing).get('all')).toMatchObject({ size: 3 })
  })

  it('filters by the city only what has to be in stock', () => {
    const filter = (question: SearchQuestion) => filtersOf(question).get('all')
    expect(filter({ ...nothing, city: 'msk' })).toEqual([])
    expect(filter({ ...nothing, city: 'msk', inStock: true })).toEqual([
      { term: { cities: 'msk' } },
    ])
    expect(filter({ ...nothing, inStock: true })).toEqual([{ exists: { field: 'cities' } }])
  })

  it('takes what can be delivered from the sellers that deliver to the city', () => {
    const question = { ...nothing, city: 'msk', sellers: ['7', '8'], deliverable: true }
    expect(filtersOf(question).get('all')).toEqual([{ terms: { sellerId: ['7', '8'] } }])
  })

  it('asks for more sellers than Elasticsearch takes at once in several lists', () => {
    const sellers = Array.from({ length: 2 * MOST_IN_A_CLAUSE + 1 }, (_, n) => String(n))
    const most = sellers.slice(0, MOST_IN_A_CLAUSE)
    expect(isDeliverable(most)).toEqual({ terms: { sellerId: most } })
    const { bool } = isDeliverable(sellers) as {
      bool: { should: { terms: { sellerId: string[] } }[] }
    }
    const lists = bool.should.map(({ terms }) => terms.sellerId)
    expect(lists.map(({ length }) => length)).toEqual([MOST_IN_A_CLAUSE, MOST_IN_A_CLAUSE, 1])
    expect(lists.flat()).toEqual(sellers)
  })

  it('counts each facet under what is chosen in the others', () => {
    expect(filtersOf(chosen)).toEqual(
      new Map([
        ['all', [brand, category, white]],
        ['brand', [category, white]],
        ['category', [brand, white]],
        ['attribute-0', [brand, category]],
      ]),
    )
  })

  it('counts what is chosen with the items, and what else could be in a search of its own', () => {
    const question = { ...nothing, city: 'msk', inStock: true, brands: ['Bosch'] }
    const counted = searchRequest(question, DAY).map(({ counts, body }) => [
      counts,
      Object.keys(body['aggs'] as object).filter((name) => /^(brand|inStock):/.test(name)),
    ])
    expect(counted).toEqual([
      ['all', ['brand:chosen', 'inStock:yes']],
      ['brand', ['brand:values']],
    ])
  })

  it('asks for the words in every search, and for what comes first in that of the items', () => {
    const text = { must: [{ match: { name: 'наушники' } }], should: [{ match: { brand: 'x' } }] }
    const [found, ofBrand] = searchRequest(
      { ...nothing, q: 'yfeiybrb', brands: ['Bosch'] },
      DAY,
      text,
    )
    expect(found?.body).toMatchObject({ query: { bool: { ...text, filter: [brand] } } })
    expect(ofBrand?.body).toMatchObject({ size: 0, query: { bool: { filter: text.must } } })
  })

  it('takes what is new for as new as on the day it is given', () => {
    const question = { ...nothing, q: 'чайник', sort: 'relevance' as const }
    const { body } = searchRequest(question, DAY)[0]!
    expect(JSON.stringify(body)).toContain(`"createdAt":{"origin":"${DAY}"`)
  })

  it('takes the name of an attribute literally', () => {
    const attributes = new Map([['Размер (см) [x].*', ['5']]])
    expect(searches({ ...nothing, attributes }).get('attribute-0')).toMatchObject({
      aggs: {
        'attribute-0:values': {
          terms: { include: 'Размер \\(см\\) \\[x\\]\\.\\*\u001f.*' },
        },
      },
    })
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
    const brand = { 'brand:values': { buckets: [{ key: 'Tefal', doc_count: 3 }] } }
    const all = { 'brand:chosen': { buckets: [] } }
    expect(searchAnswer(chosen, response([], { all, brand })).facets.brand).toEqual([
      { value: 'Tefal', count: 3, selected: false },
      { value: 'Bosch', count: 0, selected: true },
    ])
  })

  it('keeps the values of an attribute together, the one with the most goods first', () => {
    const white = { buckets: [{ key: attributePair('Цвет', 'белый'), doc_count: 2 }] }
    const all = {
      'attribute-0:chosen': white,
      'attributes:values': {
        buckets: [
          { key: attributePair('Вес', '1 кг'), doc_count: 2 },
          { key: attributePair('Цвет', 'белый'), doc_count: 2 },
          { key: attributePair('Вес', '2 кг'), doc_count: 1 },
        ],
      },
    }
    const black = { buckets: [{ key: attributePair('Цвет', 'чёрный'), doc_count: 5 }] }
    const colour = { 'attribute-0:values': black }
    const { facets } = searchAnswer(chosen, response([], { all, 'attribute-0': colour }))
    expect(facets.attributes).toEqual([
      { name: 'Цвет', value: 'чёрный', count: 5, selected: false },
      { name: 'Цвет', value: 'белый', count: 2, selected: true },
      { name: 'Вес', value: '1 кг', count: 2, selected: false },
      { name: 'Вес', value: '2 кг', count: 1, selected: false },
    ])
  })

  it('says whether there are values that are not listed', () => {
    const values = (listed: Record<string, number>, sum_other_doc_count: number) => ({
      buckets: Object.entries(listed).map(([key, doc_count]) => ({ key, doc_count })),
      sum_other_doc_count,
    })
    const more = (aggregations: object) =>
      searchAnswer(chosen, response([], aggregations)).facets.more
    expect(more({})).toEqual({ brand: false, category: false, attributes: false })

    const listed = { brand: { 'brand:values': values({ Tefal: 9 }, 3) } }
    expect(more(listed)).toMatchObject({ brand: true })
    const all = { 'brand:chosen': values({ Bosch: 3 }, 0) }
    expect(more({ ...listed, all })).toMatchObject({ brand: false })
    const both = { all, brand: { 'brand:values': values({ Tefal: 9, Bosch: 3 }, 3) } }
    expect(more(both)).toMatchObject({ brand: true })

    const white = { 'attribute-0:chosen': values({ [attributePair('Цвет', 'белый')]: 2 }, 0) }
    const general = (others: number) => ({
      all: { ...white, 'attributes:values': values({ [attributePair('Вес', '1 кг')]: 5 }, others) },
    })
    expect(more(general(2))).toMatchObject({ attributes: false })
    expect(more(general(3))).toMatchObject({ attributes: true })
    const colours = { 'attribute-0:values': values({}, 3) }
    expect(more({ all: white, 'attribute-0': colours })).toMatchObject({ attributes: true })
  })

  it('leaves the empty ends out of the price histogram', () => {
    const all = {
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
    expect(searchAnswer(nothing, response([], { all })).facets.price).toEqual({
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
    const all = { 'inStock:yes': { doc_count: 4 }, 'deliverable:yes': { doc_count: 3 } }
    const { facets } = searchAnswer(
      { ...nothing, city: 'msk', sellers: ['7'] },
      response([], { all }),
    )
    expect(facets.inStock).toEqual([{ value: 'true', count: 4, selected: false }])
    expect(facets.deliverable).toEqual([{ value: 'true', count: 3, selected: false }])
    expect(searchAnswer(nothing, response([], { all })).facets.deliverable).toEqual([])
  })
})
