import { describe, expect, it } from 'vitest'
import { toGoogleItem } from '../../../domain/integrations/feeds/google-item.ts'
import { textOfHtml } from '../../../domain/integrations/feeds/text-of-html.ts'
import type { FeedProduct } from '../../../domain/integrations/feeds/product.ts'
import { categories, product } from './products.ts'

const terms = {
  country: 'RU',
  currency: 'RUB',
  shipping: [{ service: 'Курьер', priceMinor: 0 }],
  categories,
}
const itemOf = (given: Partial<FeedProduct>) => {
  const mapped = toGoogleItem(product(given), terms)
  if (!('item' in mapped)) throw new Error(JSON.stringify(mapped.reasons))
  return mapped.item
}
const reasonsOf = (given: Partial<FeedProduct>) => {
  const mapped = toGoogleItem(product(given), terms)
  return 'reasons' in mapped ? mapped.reasons : []
}

describe('an item for Google', () => {
  it('has everything that Google requires', () => {
    expect(itemOf({ weightGrams: 1_200 })).toEqual({
      id: 'sku-1',
      title: 'Чайник электрический',
      description: 'Кипятит воду.',
      link: 'https://shop.example/1',
      image_link: 'https://cdn.example/1.jpg',
      additional_image_link: [],
      availability: 'in_stock',
      price: '1290.50 RUB',
      brand: 'Бирюса',
      gtin: '4601234567893',
      mpn: 'Б-17',
      condition: 'new',
      product_type: 'Техника > Чайники',
      shipping: [{ country: 'RU', service: 'Курьер', price: '0.00 RUB' }],
      shipping_weight: '1200 g',
    })
  })

  it('says the old price as the price and the price as the sale', () => {
    expect(itemOf({ oldPriceMinor: 150_000 })).toMatchObject({
      price: '1500.00 RUB',
      sale_price: '1290.50 RUB',
    })
  })

  it.each([
    [{ available: true, units: 3 }, 'in_stock'],
    [{ available: true, units: null }, 'in_stock'],
    [{ available: true, units: 0 }, 'out_of_stock'],
    [{ available: false, units: 3 }, 'out_of_stock'],
  ])('%o is %s', (given, availability) => {
    expect(itemOf(given).availability).toBe(availability)
  })

  it.each([
    [['4601234567890'], 'a wrong check digit'],
    [['2000000000015'], 'a number of the shop’s own'],
    [['0212345678901'], 'a weight code'],
    [[], 'none'],
  ])('gives no GTIN of %j: %s', (barcodes) => {
    expect(itemOf({ barcodes })).not.toHaveProperty('gtin')
  })

  it('says so when neither a GTIN nor brand and article identify it', () => {
    expect(itemOf({ barcodes: [], vendorCode: null }).identifier_exists).toBe('no')
    expect(itemOf({ barcodes: [] })).not.toHaveProperty('identifier_exists')
  })

  it('tells variants of a group apart by their attributes', () => {
    const attributes = [
      { name: 'Цвет', value: 'синий' },
      { name: 'Размер', value: '42', unit: 'RU' },
      { name: 'Пол', value: 'Женский' },
      { name: 'constructor', value: 'x' },
    ]
    expect(itemOf({ groupId: 'g-1', attributes })).toMatchObject({
      item_group_id: 'g-1',
      color: 'синий',
      size: '42 RU',
      gender: 'female',
    })
  })

  it('describes itself in plain text, and by its title when it has no description', () => {
    expect(itemOf({ description: '<p>Тёплый &amp; мягкий</p>' }).description).toBe(
      'Тёплый & мягкий',
    )
    expect(itemOf({ description: null }).description).toBe('Чайник электрический')
    expect(itemOf({ description: '<br/>' }).description).toBe('Чайник электрический')
  })

  it('stays within Google’s limits', () => {
    const pictures = Array.from({ length: 15 }, (_, at) => `https://a.example/${at}`)
    const item = itemOf({ name: 'н'.repeat(200), description: 'о'.repeat(9_000), pictures })
    expect(item.title?.length).toBe(150)
    expect(item.description?.length).toBe(5_000)
    expect(item.additional_image_link).toHaveLength(10)
  })
})

describe('what Google would refuse', () => {
  it.each([
    [{ externalId: 'a'.repeat(51) }, 'id', 'id-too-long'],
    [{ url: null }, 'link', 'link-missing'],
    [{ url: 'ftp://a.example' }, 'link', 'link-missing'],
    [{ pictures: ['/1.jpg'] }, 'image_link', 'picture-missing'],
    [{ currency: 'USD' }, 'price', 'currency-not-accepted'],
  ])('%o is left out for its %s', (given, field, code) => {
    expect(reasonsOf(given)).toMatchObject([{ field, code }])
  })
})

describe('the text of HTML', () => {
  it.each([
    ['<p>а</p><p>б</p>', 'а б'],
    ['<script>alert(1)</script>а<!-- б -->', 'а'],
    ['5 < 6 &lt; 7', '5 < 6 < 7'],
    ['&#1078;&#x436;&unknown;', 'жж&unknown;'],
    ['без разметки\n в две строки', 'без разметки в две строки'],
  ])('of %j is %j', (html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })
})
