import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { marketplace } from '../../scripts/demo/marketplace.ts'
import { allNamed, readXml, textOf, type XmlElement } from './yml-elements.ts'

const feeds = marketplace.sellers.map((seller) => {
  const bytes = readFileSync(new URL(`../../scripts/demo/feeds/${seller.feed}`, import.meta.url))
  const encoding = /^<\?xml version="1\.0" encoding="([\w-]+)"\?>/.exec(
    bytes.toString('latin1'),
  )?.[1]
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  const shop = readXml(text).children.find(({ name }) => name === 'shop')
  if (shop === undefined) throw new Error(`${seller.feed} has no shop`)
  const categories = allNamed(shop, 'category').map(({ attributes }) => attributes)
  return {
    seller,
    file: seller.feed,
    encoding,
    text,
    shop,
    categories,
    offers: allNamed(shop, 'offer'),
  }
})

describe('the demo marketplace', () => {
  it('has 8 cities, 3 sellers, 5 warehouses and 300 goods', () => {
    expect(marketplace.cities).toHaveLength(8)
    expect(marketplace.sellers).toHaveLength(3)
    expect(marketplace.sellers.flatMap(({ warehouses }) => warehouses)).toHaveLength(5)
    expect(feeds.map(({ offers }) => offers.length)).toEqual([100, 100, 100])
  })

  it('orders its cities, each in a time zone that exists', () => {
    expect(marketplace.cities.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(new Set(marketplace.cities.map(({ id }) => id)).size).toBe(8)
    for (const { timeZone } of marketplace.cities) {
      expect(() => new Intl.DateTimeFormat('ru', { timeZone })).not.toThrow()
    }
  })

  it('gives each seller one default warehouse, and that serves Moscow and Saint Petersburg', () => {
    for (const { warehouses } of marketplace.sellers) {
      const [main, ...others] = warehouses.filter(({ isDefault }) => isDefault)
      expect(others).toEqual([])
      expect(main?.servesCityIds).toEqual(expect.arrayContaining(['msk', 'spb']))
    }
  })

  it('serves known cities only, each warehouse its own among them, and every city by two sellers', () => {
    const known = marketplace.cities.map(({ id }) => id)
    for (const { cityId, servesCityIds } of marketplace.sellers.flatMap(
      (each) => each.warehouses,
    )) {
      expect(known).toEqual(expect.arrayContaining([...servesCityIds]))
      expect(servesCityIds).toContain(cityId)
    }
    for (const city of known) {
      const sellers = marketplace.sellers.filter(({ warehouses }) =>
        warehouses.some(({ servesCityIds }) => servesCityIds.includes(city)),
      )
      expect(sellers.length, city).toBeGreaterThanOrEqual(2)
    }
  })

  it('has a windows-1251 feed with CRLF beside two of UTF-8 with LF', () => {
    const forms = feeds.map(({ file, encoding, text }) => ({
      file,
      encoding,
      crlf: text.match(/\r\n/g)?.length ?? 0,
      lines: text.match(/\n/g)?.length,
    }))
    expect(forms).toEqual([
      { file: 'electronics.xml', encoding: 'UTF-8', crlf: 0, lines: expect.any(Number) },
      {
        file: 'home.xml',
        encoding: 'windows-1251',
        crlf: forms[1]?.lines,
        lines: expect.any(Number),
      },
      { file: 'family.xml', encoding: 'UTF-8', crlf: 0, lines: expect.any(Number) },
    ])
  })

  it('has a barcode of its own for each good, and no name twice', () => {
    const offers = feeds.flatMap((feed) => feed.offers)
    expect(new Set(offers.map((offer) => textOf(offer, 'barcode'))).size).toBe(300)
    expect(new Set(offers.map(displayName)).size).toBe(300)
  })

  it('has simplified, vendor.model and book offers, and variants that share a group', () => {
    const offers = feeds.flatMap((feed) => feed.offers)
    const types = new Set(offers.map(({ attributes }) => attributes['type']))
    expect(types).toEqual(new Set([undefined, 'vendor.model', 'book']))
    for (const { offers } of feeds) {
      const groups = Map.groupBy(offers, ({ attributes }) => attributes['group_id'])
      groups.delete(undefined)
      expect(groups.size).toBeGreaterThanOrEqual(8)
      for (const [group, variants] of groups) {
        expect(variants.length, group).toBeGreaterThanOrEqual(2)
        expect(new Set(variants.map((variant) => textOf(variant, 'vendor'))).size, group).toBe(1)
      }
    }
  })
})

describe.each(feeds)('the feed $file', ({ seller, shop, categories, offers }) => {
  it('is the shop of its seller', () => {
    expect(textOf(shop, 'name')).toBe(seller.shop.name)
    expect(textOf(shop, 'company')).toBe(seller.name)
    expect(textOf(shop, 'url')).toBe(seller.shop.url)
  })

  it('has a tree of categories three levels deep, parents first', () => {
    const depths = new Map<string | undefined, number>([[undefined, 0]])
    for (const { id, parentId } of categories) {
      const above = depths.get(parentId)
      expect(above, `parent of ${id}`).toBeDefined()
      depths.set(id, (above ?? 0) + 1)
    }
    expect(depths.size).toBe(categories.length + 1)
    for (const offer of offers) expect(depths.get(textOf(offer, 'categoryId'))).toBe(3)
  })

  it('never repeats an offer id', () => {
    expect(new Set(offers.map(({ attributes }) => attributes['id'])).size).toBe(offers.length)
  })

  it.each(offers.map((offer) => ({ offer, name: displayName(offer) })))(
    'offers $name',
    ({ offer }) => {
      expect(textOf(offer, 'price')).toMatch(/^[1-9]\d*(\.\d\d)?$/)
      const oldPrice = textOf(offer, 'oldprice')
      if (oldPrice !== undefined)
        expect(Number(oldPrice)).toBeGreaterThan(Number(textOf(offer, 'price')))
      expect(textOf(offer, 'currencyId')).toBe(shop.children.flatMap(currencies)[0])

      const barcode = textOf(offer, 'barcode') ?? ''
      expect(barcode).toMatch(/^(?:46|2)\d+$/)
      expect(isEan13(barcode), barcode).toBe(true)
      const isbn = textOf(offer, 'ISBN')
      if (isbn !== undefined) expect(isEan13(isbn.replaceAll('-', '')), isbn).toBe(true)

      expect(textOf(offer, 'url')?.startsWith(`${seller.shop.url}/`)).toBe(true)
      const pictures = allNamed(offer, 'picture').map(({ text }) => new URL(text).host)
      expect(new Set(pictures)).toEqual(new Set(['cdn.example.com']))
      expect(textOf(offer, 'description')).toMatch(/\p{L}.*[.!?»](?:<\/p>)?$/su)
      expect(Number(textOf(offer, 'weight'))).toBeGreaterThan(0)
      expect(textOf(offer, 'dimensions')).toMatch(/^\d+\.\d\/\d+\.\d\/\d+\.\d$/)

      const units = Number(textOf(offer, 'count'))
      expect(offer.attributes['available']).toBe(String(units > 0))
      const outlets = allNamed(offer, 'outlet').map(({ attributes }) => attributes)
      if (outlets.length > 0) {
        const held = outlets.reduce((sum, { instock }) => sum + Number(instock), 0)
        expect(held).toBe(units)
      }
      const warehouses = seller.warehouses.map(({ externalId }) => externalId)
      expect(warehouses).toEqual(expect.arrayContaining(outlets.map(({ id }) => id)))
    },
  )

  it('has goods on sale, goods that are out of stock and prices with kopecks', () => {
    expect(offers.some((offer) => textOf(offer, 'oldprice') !== undefined)).toBe(true)
    expect(offers.some((offer) => textOf(offer, 'price')?.includes('.'))).toBe(true)
    const soldOut = offers.filter((offer) => textOf(offer, 'count') === '0')
    expect(soldOut.length).toBeGreaterThan(0)
    expect(soldOut.length).toBeLessThan(10)
  })
})

function displayName(offer: XmlElement): string {
  const parts =
    offer.attributes['type'] === 'vendor.model' ? ['typePrefix', 'vendor', 'model'] : ['name']
  return parts.map((part) => textOf(offer, part) ?? `no ${part}`).join(' ')
}

function currencies(element: XmlElement): string[] {
  return allNamed(element, 'currency').map(({ attributes }) => attributes['id'] ?? '')
}

/** Thirteen digits whose weighted sum (1, 3, 1, 3 … from the left) is a multiple of ten. */
function isEan13(digits: string): boolean {
  const sum = [...digits].reduce(
    (total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3),
    0,
  )
  return /^\d{13}$/.test(digits) && sum % 10 === 0
}
