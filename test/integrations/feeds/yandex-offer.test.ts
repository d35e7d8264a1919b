import { describe, expect, it } from 'vitest'
import type { FeedProduct } from '../../../domain/integrations/feeds/product.ts'
import { toYandexOffer } from '../../../domain/integrations/feeds/yandex-offer.ts'
import { categories, product } from './products.ts'

const offerOf = (given: Partial<FeedProduct>) => {
  const mapped = toYandexOffer(product(given), categories)
  if (!('item' in mapped)) throw new Error(JSON.stringify(mapped.reasons))
  return mapped.item
}
const reasonsOf = (given: Partial<FeedProduct>) => {
  const mapped = toYandexOffer(product(given), categories)
  return 'reasons' in mapped ? mapped.reasons : []
}

describe('an offer for Yandex', () => {
  it('has everything that Yandex requires', () => {
    expect(offerOf({})).toEqual({
      id: 'sku-1',
      available: true,
      url: 'https://shop.example/1',
      price: '1290.50',
      currencyId: 'RUB',
      categoryId: '2',
      pictures: ['https://cdn.example/1.jpg'],
      name: 'Чайник электрический',
      vendor: 'Бирюса',
      vendorCode: 'Б-17',
      description: 'Кипятит воду.',
      barcodes: ['4601234567893'],
      params: [],
      count: 5,
    })
  })

  it('says weight in kilograms and sizes in centimetres', () => {
    const offer = offerOf({ weightGrams: 35, lengthMm: 205, widthMm: 100, heightMm: 5 })
    expect(offer).toMatchObject({ weightKg: '0.035', dimensionsCm: '20.5/10.0/0.5' })
  })

  it('says sizes only when it has all three', () => {
    expect(offerOf({ lengthMm: 205, widthMm: 100 })).not.toHaveProperty('dimensionsCm')
  })

  it('says an old price only above the price', () => {
    expect(offerOf({ oldPriceMinor: 150_000 }).oldPrice).toBe('1500.00')
    expect(offerOf({ oldPriceMinor: 129_050 }).oldPrice).toBeUndefined()
  })

  it('says no count of what no warehouse was told of', () => {
    expect(offerOf({ units: null })).not.toHaveProperty('count')
    expect(offerOf({ units: 0 }).count).toBe(0)
  })

  it('takes the first ten pictures with absolute addresses', () => {
    const pictures = [
      '/relative.jpg',
      ...Array.from({ length: 12 }, (_, at) => `https://a.example/${at}`),
    ]
    expect(offerOf({ pictures }).pictures).toEqual(pictures.slice(1, 11))
  })

  it('cuts name and description to what Yandex takes', () => {
    const offer = offerOf({ name: 'н'.repeat(300), description: 'о'.repeat(7_000) })
    expect([offer.name?.length, offer.description?.length]).toEqual([256, 6_000])
  })

  it.each([
    ['Бирюса Б-17', { type: 'vendor.model', model: 'Б-17' }],
    ['Чайник Бирюса Б-17', { type: 'vendor.model', typePrefix: 'Чайник', model: 'Б-17' }],
    ['Просто чайник', { name: 'Просто чайник', model: 'Б-17' }],
  ])('composes «%s» so that it reads as it did', (name, expected) => {
    const offer = offerOf({ offerType: 'vendor.model', model: 'Б-17', name })
    const { type, typePrefix, model } = offer
    const shown = offer.name === undefined ? {} : { name: offer.name }
    expect(JSON.parse(JSON.stringify({ type, typePrefix, model, ...shown }))).toEqual(expected)
  })

  it('keeps a group that is a number', () => {
    expect(offerOf({ groupId: '123' }).groupId).toBe('123')
    expect(offerOf({ groupId: 'red-42' }).groupId).toBeUndefined()
  })
})

describe('what Yandex would refuse', () => {
  it.each([
    [{ externalId: 'a'.repeat(81) }, 'id', 'id-too-long'],
    [{ externalId: 'ёлка' }, 'id', 'id-characters'],
    [{ externalId: 'a b' }, 'id', 'id-characters'],
    [{ name: ' ' }, 'name', 'name-missing'],
    [{ currency: 'USD' }, 'currencyId', 'currency-not-accepted'],
    [{ categoryId: '9' }, 'categoryId', 'category-unknown'],
  ])('%o is left out for its %s', (given, field, code) => {
    expect(reasonsOf(given)).toMatchObject([{ field, code }])
  })

  it('is told with every reason at once', () => {
    expect(reasonsOf({ externalId: '', name: '', currency: 'EUR' })).toHaveLength(3)
  })
})
