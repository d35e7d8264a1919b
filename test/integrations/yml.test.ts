import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { MalformedFile, type Batch } from '../../formats/format.ts'
import { yml } from '../../formats/yml/index.ts'
import { inPieces, piecesOf } from './pieces.ts'

type Read = { batches: Batch[]; problem?: FileProblem }

async function read(
  bytes: Iterable<Uint8Array>,
  options: { encoding?: Encoding; batchSize?: number } = {},
): Promise<Read> {
  const batches: Batch[] = []
  try {
    for await (const batch of yml.read(inPieces(bytes), { encoding: 'utf-8', ...options }))
      batches.push(batch)
  } catch (error) {
    if (error instanceof MalformedFile) return { batches, problem: error.problem }
    throw error
  }
  return { batches }
}

const feed = (offers: string, categories = '<category id="1">Всё</category>') =>
  `<yml_catalog date="2026-11-23"><shop><currencies><currency id="RUR" rate="1"/></currencies>
<categories>${categories}</categories>
<offers>${offers}</offers></shop></yml_catalog>`

const NEEDED = '<price>100</price><currencyId>RUR</currencyId><categoryId>1</categoryId>'
const offer = (inner: string, attributes = 'id="1"') =>
  `<offer ${attributes}>${NEEDED}${inner}</offer>`
const named = (id: number | string, more = '') =>
  offer(`<name>Товар ${id}</name>${more}`, `id="${id}"`)

async function allOf(text: string) {
  const { batches, problem } = await read([Buffer.from(text)])
  if (problem) throw new MalformedFile(problem)
  return {
    categories: batches.flatMap((batch) => batch.categories),
    rows: batches.flatMap((batch) => batch.rows),
    errors: batches.flatMap((batch) => batch.errors),
  }
}
const rowOf = async (inner: string, attributes?: string) => {
  const { rows, errors } = await allOf(feed(offer(inner, attributes)))
  expect(errors).toEqual([])
  return rows[0]!
}

describe('an offer of the type', () => {
  it.each([
    ['simplified', '', '<name>Чайник</name><vendor>Бирюса</vendor>', 'Чайник', {}],
    [
      'vendor.model',
      'type="vendor.model"',
      '<typePrefix>Смартфон</typePrefix><vendor>Apple</vendor><model>iPhone 17</model>',
      'Смартфон Apple iPhone 17',
      {},
    ],
    [
      'book',
      'type="book"',
      '<name>Война и мир</name><author>Толстой</author><ISBN>5-94878-004-5</ISBN><page_extent>1300</page_extent>',
      'Война и мир',
      { Автор: 'Толстой', ISBN: '5-94878-004-5', 'Количество страниц': '1300' },
    ],
    [
      'audiobook',
      'type="audiobook"',
      '<name>Идиот</name><performed_by>Герасимов</performed_by><recording_length>45m23s</recording_length>',
      'Идиот',
      { Исполнитель: 'Герасимов', 'Время звучания': '45m23s' },
    ],
    [
      'artist.title',
      'type="artist.title"',
      '<title>Группа крови</title><artist>Кино</artist><year>1988</year><media>LP</media>',
      'Группа крови',
      { Исполнитель: 'Кино', Год: '1988', Носитель: 'LP' },
    ],
    [
      'medicine',
      'type="medicine"',
      '<name>Аспирин</name><delivery>false</delivery><pickup>true</pickup>',
      'Аспирин',
      {},
    ],
    [
      'event-ticket',
      'type="event-ticket"',
      '<name>Щелкунчик</name><place>Большой театр</place><date>2026-12-31 19:00</date><is_kids>0</is_kids>',
      'Щелкунчик',
      { 'Место проведения': 'Большой театр', Дата: '2026-12-31 19:00', 'Детское мероприятие': '0' },
    ],
    [
      'tour',
      'type="tour"',
      '<name>Анталья</name><days>7</days><included>перелёт</included><transport>Авиа</transport>',
      'Анталья',
      { 'Количество дней': '7', 'Что включено': 'перелёт', Транспорт: 'Авиа' },
    ],
    [
      'alco',
      'type="alco"',
      '<name>Кагор</name><param name="Крепость" unit="%">16</param>',
      'Кагор',
      { Крепость: '16' },
    ],
    ['teleport', 'type="teleport"', '<name>Телепорт</name><power>9000</power>', 'Телепорт', {}],
  ])('%s has its name and its attributes', async (type, attribute, inner, name, attributes) => {
    const row = await rowOf(inner, `id="007" ${attribute}`)
    expect(row).toMatchObject({
      offerType: type,
      externalId: '007',
      name,
      priceMinor: 10_000,
      currency: 'RUB',
    })
    expect(Object.fromEntries(row.attributes.map((known) => [known.name, known.value]))).toEqual(
      attributes,
    )
  })
})

describe('an offer', () => {
  it('has all that YML can say of it', async () => {
    const inner = `<name>Чай&amp;ник &quot;№1&#34; &mdash; &#x44F;</name><url>https://a.ru/?a=1&amp;b=2</url>
      <oldprice>120</oldprice><picture>https://a.ru/1.jpg</picture><picture> https://a.ru/2.jpg </picture>
      <vendor>Бирюса</vendor><vendorCode>B-1</vendorCode><description><![CDATA[<p>Тёплый & <b>синий</b></p>]]></description>
      <barcode>4006381333931</barcode><param name="Мощность" unit="Вт">1500</param>
      <weight>1.25</weight><dimensions>20/15.5/30</dimensions><count>7</count><age unit="year">6</age>
      <outlets><outlet id="01" instock="5"/><outlet id="юг" instock="0"></outlet></outlets>`
    expect(await rowOf(inner, 'id="0012" available="false" group_id="9"')).toEqual({
      ...{ row: 1, line: 3, externalId: '0012', groupId: '9', offerType: 'simplified' },
      ...{ name: 'Чай&ник "№1" — я', brand: 'Бирюса', vendorCode: 'B-1', categoryExternalId: '1' },
      ...{ description: '<p>Тёплый & <b>синий</b></p>', url: 'https://a.ru/?a=1&b=2' },
      ...{ priceMinor: 10_000, oldPriceMinor: 12_000, currency: 'RUB', available: false, units: 7 },
      ...{ pictures: ['https://a.ru/1.jpg', 'https://a.ru/2.jpg'], barcodes: ['4006381333931'] },
      ...{ weightGrams: 1_250, lengthMm: 200, widthMm: 155, heightMm: 300 },
      attributes: [
        { name: 'Мощность', value: '1500', unit: 'Вт' },
        { name: 'Возраст', value: '6', unit: 'year' },
      ],
      outlets: [
        { externalId: '01', units: 5 },
        { externalId: 'юг', units: 0 },
      ],
    })
  })

  it('of used goods tells of its condition', async () => {
    const condition =
      '<condition type="preowned"><quality>excellent</quality><reason>Царапина</reason></condition>'
    expect((await rowOf(`<name>Телефон</name>${condition}`)).attributes).toEqual([
      { name: 'Состояние', value: 'excellent' },
      { name: 'О состоянии', value: 'Царапина' },
    ])
  })

  it('has an attribute once that it gives as an element and as a param', async () => {
    const param = '<param name="Автор">Лев Толстой</param>'
    for (const inner of [`<author>Толстой</author>${param}`, `${param}<author>Толстой</author>`])
      expect((await rowOf(`<name>Анна Каренина</name>${inner}`)).attributes).toEqual([
        { name: 'Автор', value: 'Лев Толстой' },
      ])
  })

  it('takes nothing from what stands inside its unknown elements', async () => {
    const inner =
      '<name>Чайник</name><delivery-options><option cost="1"/><name>Доставка</name></delivery-options>' +
      '<offer id="2"><price>1</price></offer><price-list><oldprice>999</oldprice></price-list>'
    const row = await rowOf(inner)
    expect(row).toMatchObject({ externalId: '1', name: 'Чайник', priceMinor: 10_000 })
    expect(row).not.toHaveProperty('oldPriceMinor')
  })

  it('keeps the text of a description whose HTML was not escaped', async () => {
    const inner =
      '<name>Чайник</name><description>Хороший <description>и</description> <b>синий</b>.</description>'
    expect((await rowOf(inner)).description).toBe('Хороший и синий.')
  })

  it('counts only the first of what it repeats', async () => {
    expect((await rowOf('<name/><name>Первое</name><name>Второе</name>')).name).toBe('Первое')
  })
})

describe('what stands around the offers', () => {
  it('may stand in any order, categories behind the offers and children before parents', async () => {
    const text = `<yml_catalog><shop><offers>${named(1)}</offers><categories>
<category id="3" parentId="2">Внук</category><category id="2" parentId="0">Сын</category></categories></shop></yml_catalog>`
    expect(await allOf(text)).toMatchObject({
      rows: [{ externalId: '1' }],
      categories: [
        { externalId: '3', parentExternalId: '2', name: 'Внук' },
        { externalId: '2', parentExternalId: '0', name: 'Сын' },
      ],
      errors: [],
    })
  })

  it('promotions, gifts and collections, is passed over', async () => {
    const around = `<gifts><gift id="g"><name>Подарок</name></gift></gifts>
<promos><promo id="p"><purchase><product offer-id="1"/></purchase><promo-gifts><promo-gift gift-id="g"/></promo-gifts></promo></promos>
<collections><collection id="c"><name>Подборка</name></collection></collections>`
    const text = feed(named(1))
      .replace('<offers>', `${around}<offers>`)
      .replace('</shop>', `${around}</shop>`)
    const { rows, categories, errors } = await allOf(text)
    expect([rows.length, categories.length, errors]).toEqual([1, 1, []])
  })

  it.each([
    ['<currency id="USD" rate="90"/><currency id="KZT" rate="1"/>', 'KZT'],
    ['<currency id="KZT"/>', 'KZT'],
    ['<currency id="RUR" rate="1"/><currency id="USD" rate="1"/>', 'RUB'],
    ['<currency id="USD" rate="CBRF"/>', 'RUB'],
  ])('currencies: with %s a price without a currency is in %s', async (currencies, currency) => {
    const text = feed(named(1).replace('<currencyId>RUR</currencyId>', ''))
    const { rows, errors } = await allOf(text.replace('<currency id="RUR" rate="1"/>', currencies))
    expect(rows).toMatchObject([{ currency }])
    expect(errors).toMatchObject([{ code: 'currency-missing', value: currency }])
  })

  it('a category without a name is called by its id; one without an id is none', async () => {
    const { categories, errors } = await allOf(
      feed(named(1), '<category id="1"> </category>\n<category>Дом</category>'),
    )
    expect(categories).toEqual([{ externalId: '1', name: '1' }])
    expect(errors).toEqual([
      {
        row: 0,
        line: 2,
        field: 'category',
        code: 'category-name-missing',
        level: 'warning',
        value: '1',
      },
      { row: 0, line: 3, field: 'id', code: 'category-invalid', level: 'warning', value: '' },
    ])
  })

  it('a category whose parent has an impossible id is a root', async () => {
    const parent = '9'.repeat(500)
    const { categories, errors } = await allOf(
      feed('', `<category id="1" parentId="${parent}">Дом</category>`),
    )
    expect(categories).toEqual([{ externalId: '1', name: 'Дом' }])
    expect(errors).toMatchObject([{ code: 'category-parent-unknown', field: 'parentId' }])
  })

  it('another root is refused', async () => {
    expect(await read([Buffer.from('\n<rss/>')])).toEqual({
      batches: [],
      problem: { code: 'unexpected-root', params: { root: 'rss' }, line: 2, row: 0 },
    })
  })
})

describe('batches', () => {
  const shape = ({ batches }: Read) =>
    batches.map(({ categories, rows, errors, progress }) => [
      ...[categories.length, rows.length, errors.length, progress.rowsRead],
    ])
  const offers = (count: number) => Array.from({ length: count }, (_, at) => named(at + 1)).join('')

  it('are cut after exactly so many items, categories too', async () => {
    const text = feed(offers(7), '<category id="1">А</category><category id="2">Б</category>')
    expect(shape(await read([Buffer.from(text)], { batchSize: 3 }))).toEqual([
      [2, 1, 0, 1],
      [0, 3, 0, 4],
      [0, 3, 0, 7],
    ])
    expect(shape(await read([Buffer.from(text)], { batchSize: 9 }))).toEqual([[2, 7, 0, 7]])
  })

  it('keep a row and what is said of it together, and hold no more than they may', async () => {
    const poor = named(2, '<url>нет</url><weight>много</weight>')
    const text = feed(`${named(1)}${poor}${named(3)}<offer/>`, '')
    expect(shape(await read([Buffer.from(text)], { batchSize: 3 }))).toEqual([
      [0, 1, 0, 1],
      [0, 1, 2, 2],
      [0, 1, 0, 3],
      [0, 0, 5, 4],
    ])
  })

  it('hold fewer offers where offers are large', async () => {
    const description = `<description>${'д'.repeat(60_000)}</description>`
    const text = feed(Array.from({ length: 40 }, (_, at) => named(at, description)).join(''))
    const found = shape(await read([Buffer.from(text)], { batchSize: 100_000 }))
    expect(found.map(([, rows]) => rows)).toEqual([17, 17, 6])
  })

  it('come as soon as they are full', async () => {
    let given = 0
    const slow = function* () {
      yield Buffer.from(feed('|').split('|')[0]!)
      for (; ; given += 1) yield Buffer.from(named(given))
    }
    for await (const batch of yml.read(inPieces(slow()), { encoding: 'utf-8', batchSize: 10 })) {
      expect([batch.categories.length, batch.rows.length, batch.progress.rowsRead]).toEqual([
        1, 9, 9,
      ])
      break
    }
    expect(given).toBe(9)
  })

  it('tell how far the file is read', async () => {
    const bytes = Buffer.from(feed(offers(5)))
    const { batches } = await read(piecesOf(bytes, [100]), { batchSize: 2 })
    const positions = batches.map(({ progress }) => progress.bytesRead)
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    expect(batches.at(-1)!.progress).toEqual({
      bytesRead: bytes.length,
      rowsRead: 5,
      encoding: 'utf-8',
    })
  })
})

describe('however the bytes are cut', () => {
  const rich = `<?xml version="1.0"?>\r\n${feed(
    [
      named(
        '01',
        '<vendor>Сигма &amp; Ко — &#1103;</vendor><description><![CDATA[<p>]] > ы</p>]]></description>',
      ),
      named('02', '<url>нет</url><!-- - -->'),
      '<offer id="03"/>',
      named('04', '\r\n<param name="Цвет"\r\n unit="&quot;">жёл\r\nтый</param>\r'),
      named(
        '05',
        '<picture>https://a.ru/1.jpg</picture><outlets><outlet id="1" instock="x"/></outlets>',
      ),
      named('06', '<name>😀</name>'.replaceAll('name', 'model')),
    ].join('\r\n'),
    '<category id="1">Дом и сад</category><category id="2" parentId="1">Сад</category><category/>',
  )}\r\n`
  const encodings = [
    ['utf-8', 'utf-8', rich],
    ['windows-1251', 'win1251', rich.replace('😀', 'ё')],
    ['utf-16le', 'utf-16le', rich],
  ] as const
  /** Only where a batch ends in the bytes depends on how they come. */
  const content = ({ batches, problem }: Read) => ({
    batches: batches.map(({ progress: { rowsRead }, ...batch }) => ({ ...batch, rowsRead })),
    problem,
  })
  const cuts = fc.array(fc.nat(60), { minLength: 1, maxLength: 20 })
  const size = fc.integer({ min: 1, max: 12 })

  it.each(encodings)('%s makes the same batches', async (encoding, name, text) => {
    const bytes = iconv.encode(text, name)
    await fc.assert(
      fc.asyncProperty(cuts, size, async (lengths, batchSize) => {
        const whole = content(await read([bytes], { encoding, batchSize }))
        expect(whole.batches.flatMap(({ rows }) => rows)).toHaveLength(5)
        const pieces = piecesOf(bytes, lengths)
        expect(content(await read(pieces, { encoding, batchSize }))).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  const breaks = [
    ['</offers>', '</offer>'],
    ['id="03"', 'id="03" id="3"'],
    ['<offer id="03"/>', '<offer id="03"><name>A & B</name></offer>'],
    ['<offer id="03"/>', 'a & b'],
    ['<offer id="03"/>', '&nobody;'],
    ['<offer id="03"/>', '<?php echo 1 ?>'],
    ['<offer id="03"/>', '<!-- a -- b -->'],
    ['<offer id="03"/>', '\u0001'],
    ['<offer id="03"/>', '&#0;'],
    ['<offer id="03"/>', `<a ${'b'.repeat(300)}="1"/>`],
    ['<offer id="03"/>', '<a>'.repeat(70)],
    ['</yml_catalog>', ''],
    ['</yml_catalog>', '</yml_catalog>.'],
  ] as const

  it.each(breaks)(
    'a file with %j made %j has the same batches and breaks at the same place',
    async (good, bad) => {
      const bytes = Buffer.from(rich.replace(good, bad))
      await fc.assert(
        fc.asyncProperty(cuts, size, async (lengths, batchSize) => {
          const whole = content(await read([bytes], { batchSize }))
          expect(whole.problem).toMatchObject({
            line: expect.any(Number),
            column: expect.any(Number),
          })
          expect(content(await read(piecesOf(bytes, lengths), { batchSize }))).toEqual(whole)
        }),
        { numRuns: 20 },
      )
    },
  )

  it('any damage to any byte gives the same batches', async () => {
    const good = Buffer.from(rich)
    const damage = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(damage, cuts, async ({ at, byte }, lengths) => {
        const bytes = Buffer.from(good)
        bytes[at] = byte
        const whole = content(await read([bytes], { batchSize: 2 }))
        const cut = content(await read(piecesOf(bytes, lengths), { batchSize: 2 }))
        expect(cut.batches).toEqual(whole.batches)
        expect(cut.problem?.code).toBe(whole.problem?.code)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a file that breaks', () => {
  it('gives the batches before, then line, column and the offer in which it broke', async () => {
    const text = feed(
      `\n${named(1)}\n${named(2)}\n<offer id="3"><name>А</nam></offer>\n${named(4)}`,
    )
    const { batches, problem } = await read([Buffer.from(text)], { batchSize: 2 })
    expect(batches.map(({ rows }) => rows.map(({ externalId }) => externalId))).toEqual([
      ['1'],
      ['2'],
    ])
    expect(problem).toEqual({
      ...{ code: 'malformed-xml', params: { defect: 'mismatched-tag', text: 'name' } },
      ...{ line: 6, column: 27, row: 3 },
    })
  })

  it('in its encoding gives the batches before, and the offset', async () => {
    const bytes = Buffer.concat([
      Buffer.from(feed(named(1)).replace('</offers></shop></yml_catalog>', ' '.repeat(70_000))),
      Buffer.of(0xff),
    ])
    const { batches, problem } = await read([bytes])
    expect(batches).toMatchObject([{ rows: [{ externalId: '1' }] }])
    expect(problem).toEqual({
      ...{ code: 'invalid-encoding', row: 1 },
      params: { encoding: 'utf-8', offset: bytes.length - 1 },
    })
  })
})
