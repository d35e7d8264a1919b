import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GoogleItem } from '../../../domain/integrations/feeds/google-item.ts'
import { toGoogleItem } from '../../../domain/integrations/feeds/google-item.ts'
import { toYandexOffer } from '../../../domain/integrations/feeds/yandex-offer.ts'
import type { FeedProduct } from '../../../domain/integrations/feeds/product.ts'
import { InvalidFeed, type FeedCheck } from '../../../formats/feed-writer.ts'
import { checkRss, checkTsv } from '../../../formats/google-shopping/check.ts'
import { rssWriter } from '../../../formats/google-shopping/rss.ts'
import { TSV_COLUMNS, tsvWriter } from '../../../formats/google-shopping/tsv.ts'
import { createXmlParser } from '../../../formats/xml/parser.ts'
import { checkYml } from '../../../formats/yml/check.ts'
import { yml } from '../../../formats/yml/index.ts'
import { parentsFirst, ymlWriter } from '../../../formats/yml/write.ts'
import { categories, product } from './products.ts'

const ymlOf = (products: readonly FeedProduct[]) =>
  ymlWriter.head({
    date: '2026-11-23T12:00:00+03:00',
    name: 'Лавка & Ко',
    company: 'ООО «Лавка»',
    url: 'https://shop.example',
    categories: [...categories.values()],
    deliveryOptions: [{ costMinor: 29_950, days: '1-3', orderBefore: 18 }],
    pickupOptions: [{ costMinor: 0, days: '0' }],
  }) +
  ymlWriter.items(products.map(offerOf)) +
  ymlWriter.tail

const offerOf = (one: FeedProduct) => {
  const mapped = toYandexOffer(one, categories)
  if (!('item' in mapped)) throw new Error(JSON.stringify(mapped.reasons))
  return mapped.item
}
const terms = {
  country: 'RU',
  currency: 'RUB',
  shipping: [{ priceMinor: 30_000 }],
  categories,
}
const itemOf = (one: FeedProduct): GoogleItem => {
  const mapped = toGoogleItem(one, terms)
  if (!('item' in mapped)) throw new Error(JSON.stringify(mapped.reasons))
  return mapped.item
}
const channel = { title: 'Лавка', link: 'https://shop.example', description: '-', language: 'ru' }
const rssOf = (items: GoogleItem[]) =>
  rssWriter.head(channel) + rssWriter.items(items) + rssWriter.tail
const tsvOf = (items: GoogleItem[]) =>
  tsvWriter.head(channel) + tsvWriter.items(items) + tsvWriter.tail

const bytesOf = (text: string) => Readable.from([Buffer.from(text)])
const check = (how: FeedCheck, text: string) => how(bytesOf(text))

async function readYml(text: string) {
  const rows = []
  const errors = []
  for await (const batch of yml.read(bytesOf(text), { encoding: 'utf-8' })) {
    rows.push(...batch.rows)
    errors.push(...batch.errors)
  }
  return { rows, errors }
}

/** Whatever somebody may type, paste or break: HTML, quotes, control characters, emoji, halves of characters. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(']]>', '<b>', '&amp;', '&', '"', "'", '\t', '\n', '\r\n', '\0', '\u000b'),
      fc.constantFrom('ж', '«', '😀', '\ud83d', '\ufffe', '\u00a0', '=cmd|', 'a', '<![CDATA['),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** What XML can hold of it. */
const possible = (text: string) =>
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, '')

/** What has accents of its own is composed when it is read. */
const composed = (text: string) => (/[\u0300-\u036f]/.test(text) ? text.normalize('NFC') : text)

describe('YML', () => {
  it('reads back as it was written, whatever the names are', { timeout: 120_000 }, async () => {
    const texts = fc.sample(anyText, 5_000)
    const products = texts.map((text, at) =>
      product({
        externalId: `s-${at}`,
        name: `Товар ${text}`,
        description: text,
        attributes: [{ name: 'Свойство', value: `з${text}` }],
      }),
    )
    const { rows } = await readYml(ymlOf(products))
    expect(rows).toHaveLength(products.length)
    rows.forEach((row, at) => {
      const text = possible(texts[at]!)
      expect(row.name).toBe(composed(`Товар ${text}`).replace(/\s+/g, ' ').trim())
      expect(row.description ?? '').toBe(text.trim())
      expect(composed(row.attributes[0]!.value)).toBe(composed(`з${text}`).trim())
    })
  })

  it('reads back equal in every field that YML carries', async () => {
    const full = product({
      externalId: '00-А/1',
      groupId: '77',
      oldPriceMinor: 150_000,
      model: 'К-1',
      description: '<p>Кипятит & не шумит</p> ]]>',
      attributes: [
        { name: 'Мощность', value: '2', unit: 'кВт' },
        { name: 'Цвет', value: 'синий "металлик"' },
      ],
      barcodes: ['4601234567893', '12345670'],
      pictures: ['https://cdn.example/1.jpg?a=1&b=2', 'https://cdn.example/2.jpg'],
      weightGrams: 1_250,
      lengthMm: 205,
      widthMm: 100,
      heightMm: 7,
      units: 12,
    })
    const typed = product({
      externalId: '2',
      offerType: 'vendor.model',
      model: 'М-2',
      name: 'Чайник Бирюса М-2',
      available: false,
    })
    const titled = product({ externalId: '3', offerType: 'artist.title', name: 'Группа крови' })
    const { rows, errors } = await readYml(ymlOf([full, typed, titled]))
    expect(errors).toEqual([])
    expect(rows.map(toProduct)).toEqual([full, typed, titled])

    function toProduct({ row, line, outlets, categoryExternalId, ...one }: (typeof rows)[number]) {
      expect([row, line, outlets]).toEqual([expect.any(Number), expect.any(Number), []])
      return product({
        ...Object.fromEntries(Object.keys(product()).map((key) => [key, null])),
        ...one,
        shopProductId: '1',
        categoryId: categoryExternalId,
        units: one.units ?? null,
      })
    }
  })

  it('lists categories parents first, in whatever order they come', () => {
    const given = ['4', '3', '2', '1'].map((id) => ({
      id,
      parentId: id === '1' ? null : String(Number(id) - 1),
      name: id,
      path: [],
    }))
    expect(parentsFirst(given).map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
  })

  it('makes a root of a category whose parent is not there, and ends with those that go round', () => {
    const one = (id: string, parentId: string) => ({ id, parentId, name: id, path: [] })
    expect(parentsFirst([one('1', '9')])).toEqual([{ ...one('1', '9'), parentId: null }])
    expect(parentsFirst([one('1', '2'), one('2', '1')])).toHaveLength(2)
  })

  it('says delivery in whole roubles, as Yandex reads it', () => {
    const text = ymlOf([])
    expect(text).toContain('<option cost="300" days="1-3" order-before="18"/>')
    expect(text).toContain('<pickup-options>\n<option cost="0" days="0"/>')
  })
})

describe('RSS for Google', () => {
  it('reads back as it was written, whatever the names are', () => {
    const texts = fc.sample(anyText, 5_000)
    const titles = texts.map((text) => `т${text}`)
    const items = titles.map((title, at) => ({ ...itemOf(product()), id: String(at), title }))
    const read: string[] = []
    let title: string | undefined
    const parser = createXmlParser({
      open: (name) => (title = name === 'g:title' ? '' : undefined),
      text: (text) => void (title !== undefined && (title += text)),
      close: (name) => void (name === 'g:title' && read.push(title!)),
    })
    parser.write(rssOf(items))
    parser.end()
    expect(read).toEqual(titles.map(possible))
  })

  it('nests shipping', () => {
    expect(rssOf([itemOf(product())])).toContain(
      '<g:shipping>\n<g:country>RU</g:country>\n<g:price>300.00 RUB</g:price>\n</g:shipping>',
    )
  })
})

describe('TSV for Google', () => {
  it('has a line per item and a cell per column, whatever the texts are', () => {
    const texts = fc.sample(anyText, 5_000)
    const items = texts.map((text, at) => ({
      ...itemOf(product()),
      id: String(at),
      title: `т${text}`,
    }))
    const lines = tsvOf(items).split('\n')
    expect(lines).toHaveLength(items.length + 2)
    expect(lines.slice(0, -1).every((line) => line.split('\t').length === TSV_COLUMNS.length)).toBe(
      true,
    )
  })

  it('writes pictures and shipping as Google’s lists', () => {
    const pictures = ['https://a.example/1', 'https://a.example/2,3', 'https://a.example/4']
    const [header = '', line = ''] = tsvOf([itemOf(product({ pictures }))]).split('\n')
    const cell = (name: string) => line.split('\t')[header.split('\t').indexOf(name)]
    expect(cell('additional_image_link')).toBe('https://a.example/2%2C3,https://a.example/4')
    expect(cell('shipping')).toBe('RU:::300.00 RUB')
  })
})

describe('the check of a published file', () => {
  const two = [product(), product({ externalId: 'sku-2' })]
  const files: [string, FeedCheck, (products: FeedProduct[]) => string][] = [
    ['YML', checkYml, ymlOf],
    ['RSS', checkRss, (products) => rssOf(products.map(itemOf))],
    ['TSV', checkTsv, (products) => tsvOf(products.map(itemOf))],
  ]

  it.each(files)('counts the items of %s', async (_, how, write) => {
    expect(await check(how, write(two))).toEqual({ items: 2 })
  })

  it.each(files)('refuses %s with an id twice', async (_, how, write) => {
    await expect(check(how, write([product(), product()]))).rejects.toMatchObject({
      code: 'duplicate-id',
      item: 2,
    })
  })

  it.each(files)('refuses %s without a price', async (_, how, write) => {
    const text = write(two).replace(/1290\.50( RUB)?/, '')
    await expect(check(how, text)).rejects.toMatchObject({ code: 'element-missing', item: 1 })
  })

  it.each(files)('refuses %s that was cut off', async (_, how, write) => {
    await expect(check(how, write(two).slice(0, -30))).rejects.toThrow(InvalidFeed)
  })
})

it('a file of nothing is none', async () => {
  await expect(buffer(bytesOf('')).then(() => check(checkTsv, ''))).rejects.toThrow(InvalidFeed)
})
