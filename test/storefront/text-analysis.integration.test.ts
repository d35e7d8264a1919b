import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIndex } from '../../clients/elasticsearch/indices.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { stem } from '../../domain/storefront/text-query/stem.ts'
import { readWords } from '../../domain/storefront/text-query/words.ts'
import { generateCatalogue } from '../relevance/catalogue/generate.ts'
import { forTuning } from '../relevance/judgements/judgements.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'

const server = await freshElasticsearch()
const name = `${server.prefix}goods`
beforeAll(() => createIndex(server.client, shopProductsIndex, { name }))
afterAll(() => server.close())

const terms = async (analyzer: string, text: string) => {
  const { tokens = [] } = await server.client.indices.analyze({ index: name, analyzer, text })
  return tokens.map(({ token }) => token)
}

describe('Russian text', () => {
  it.each([
    ['кроссовки', 'кроссовок'],
    ['чашка', 'чашек'],
    ['кукла', 'кукол'],
    ['полотенце', 'полотенец'],
    ['ёлка', 'елок'],
    ['кресло', 'кресел'],
    ['шуруповёрт', 'ШУРУПОВЕРТЫ'],
    ['беспроводная', 'беспроводными'],
  ])('is one in the forms %s and %s', async (one, other) => {
    expect(await terms('russian_text', one)).toEqual(await terms('russian_text', other))
  })

  it('has the stems that synonyms are looked up by', async () => {
    const words = new Set(
      [
        ...generateCatalogue().flatMap(({ document }) => [
          document.name,
          ...document.category.names,
          document.description ?? '',
        ]),
        ...forTuning.map(({ q }) => q),
        'скорость мощностью новейший прочнейшие стоимости кость возможностями трость ценнейшего',
        'улыбающийся купивший продаваемых нравится сделанные видели',
      ]
        .flatMap(readWords)
        .filter((word) => /^[а-я]+$/.test(word)),
    )
    const differing: string[][] = []
    const all = [...words]
    for (let at = 0; at < all.length; at += 500) {
      const text = all.slice(at, at + 500).join(' ')
      const { tokens = [] } = await server.client.indices.analyze({
        index: name,
        analyzer: 'russian_text',
        text,
      })
      for (const { token, start_offset, end_offset } of tokens) {
        const word = text.slice(start_offset, end_offset)
        if (stem(word) !== token) differing.push([word, token, stem(word)])
      }
    }
    expect(words.size).toBeGreaterThan(1_000)
    expect(differing).toEqual([])
  })
})

describe('names that are no words', () => {
  it('are not stemmed where they are brands', async () => {
    const { tokens = [] } = await server.client.indices.analyze({
      index: name,
      field: 'brand.words',
      text: 'Чёрный Жемчуг',
    })
    expect(tokens.map(({ token }) => token)).toEqual(['черный', 'жемчуг'])
  })

  it.each([
    ['SM-G991B', 'smg991b'],
    ['Galaxy S21', 'galaxys21'],
    ['iPhone 15 Pro', 'iphone15pro'],
    ['MZ-V8P1T0BW', 'mzv8p1t0bw'],
    ['205/55 R16', '20555r16'],
    ['Galaxy – S21', 'galaxys21'],
    ['Ё-12', 'е12'],
    ["L'Or 5", 'lor5'],
  ])('are found joined: %s by %s', async (written, typed) => {
    expect(await terms('joined_codes', written)).toContain(typed)
  })

  it('are found apart: letters and digits are words of their own', async () => {
    expect(await terms('exact_text', 'WH-1000XM5')).toEqual(['wh', '1000', 'xm', '5'])
    expect(await terms('exact_text', 'wh1000 xm5')).toEqual(['wh', '1000', 'xm', '5'])
  })

  it('do not swell the index: words without digits are not joined', async () => {
    expect(await terms('joined_codes', 'Чехол для телефона белый')).toEqual([])
  })
})

it('knows what is sold from what it is for', async () => {
  expect(await terms('head_text', 'Чехол для iPhone 15 Pro')).toEqual(
    await terms('russian_text', 'чехол'),
  )
  expect(await terms('head_text', 'Смартфон iPhone 15')).toEqual(
    await terms('russian_text', 'смартфон iPhone 15'),
  )
})
