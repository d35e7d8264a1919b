import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { FoundTable, TableMapping } from '../../domain/integrations/table/mapping.ts'
import { csv } from '../../formats/csv/index.ts'
import { MappingNeeded, type SourcePiece } from '../../formats/format.ts'
import { yml } from '../../formats/yml/index.ts'
import { inPieces, piecesOf } from './pieces.ts'
import { readFile, readText, tableOf } from './tables.ts'

const HEADER = 'id;name;price;category'
const goods = (...rows: string[]) => [HEADER, ...rows].join('\n')
const kettle = '1;Чайник;100;Посуда'

async function sourceOf(text: string, format = csv): Promise<SourcePiece> {
  const whole: SourcePiece = { headers: [], rows: [] }
  const bytes = inPieces([Buffer.from(text)])
  for await (const { headers, rows } of format.readSource(bytes, { encoding: 'utf-8' })) {
    whole.headers = headers
    whole.rows.push(...rows)
  }
  return whole
}

describe('goods are read', () => {
  it.each<[string, string]>([
    ['commas', 'id,name,price,category\n1,Чайник,100,Посуда\n'],
    ['tabs', goods(kettle).replaceAll(';', '\t')],
    ['bars', goods(kettle).replaceAll(';', '|')],
    [
      'the delimiter that the first line names',
      'sep=|\r\nid|name|price|category\r\n1|Чайник|100|Посуда',
    ],
    ['a byte order mark', `\uFEFF${goods(kettle)}`],
    ['a byte order mark below blank lines', `\n\t\n\uFEFF${goods(kettle)}`],
    ['delimiters at the ends', 'id;name;price;category;;\n1;Чайник;100;Посуда;;\n'],
    ['blank lines between', goods('', ';;;', kettle, '')],
    ['the header repeated', goods(HEADER, kettle, HEADER)],
    [
      'titles above',
      `ООО «Ромашка»;;;\nЦены действительны, пока есть товар;;;\n\n${goods(kettle)}`,
    ],
    ['lone carriage returns', goods(kettle).replaceAll('\n', '\r')],
    ['quotes around everything', tableOf([HEADER.split(';'), kettle.split(';')], ';')],
  ])('with %s', async (_, text) => {
    const { rows, errors, problem } = await readText(text)
    expect({ problem, errors }).toEqual({ problem: undefined, errors: [] })
    expect(rows).toMatchObject([
      { row: 1, externalId: '1', name: 'Чайник', priceMinor: 10_000, categoryExternalId: 'Посуда' },
    ])
  })

  it.each(['utf-8', 'windows-1251', 'utf-16le', 'utf-16be'])('in %s', async (encoding) => {
    const text = goods(kettle, '2;Ёлка — «пышная»;200;Праздник')
    const { rows, batches } = await readFile(
      iconv.encode(text, encoding, { addBOM: encoding.startsWith('utf-16') }),
    )
    expect(rows.map(({ name }) => name)).toEqual(['Чайник', 'Ёлка — «пышная»'])
    expect(batches[0]!.progress).toMatchObject({ encoding, delimiter: ';', rowsRead: 2 })
  })

  it.each<[string, number, string]>([
    ['1290,50', 129_050, 'RUB'],
    ['1 290,00 ₽', 129_000, 'RUB'],
    ['12 900 руб.', 1_290_000, 'RUB'],
    ['$15.99', 1_599, 'USD'],
    ['5000 тенге', 500_000, 'KZT'],
  ])('for %s', async (price, priceMinor, currency) => {
    const { rows, errors } = await readText(goods(`1;Чайник;${price};Посуда`))
    expect(errors).toEqual([])
    expect(rows).toMatchObject([{ priceMinor, currency }])
  })

  it('the same, however the bytes are cut', async () => {
    const text = goods(
      ...Array.from(
        { length: 200 },
        (_, at) => `${at};"Товар ""№ ${at}""\r\nновый";${at + 1};Раздел ${at % 7}`,
      ),
    )
    const bytes = Buffer.from(text)
    const whole = await readFile(bytes, { batchSize: 30 })
    expect(whole.rows).toHaveLength(200)
    const content = (read: typeof whole) =>
      read.batches.map(({ progress: { rowsRead }, ...rest }) => ({ ...rest, rowsRead }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(300), { minLength: 1, maxLength: 5 }), async (lengths) => {
        const cut = await readFile(bytes, { batchSize: 30 }, piecesOf(bytes, lengths))
        expect(content(cut)).toEqual(content(whole))
      }),
      { numRuns: 40 },
    )
  })
})

describe('categories', () => {
  it('are made of paths, parents first', async () => {
    const { categories, rows } = await readText(
      goods('1;а;1;Дом > Кухня', '2;б;1;Дом>Кухня > Ножи', '3;в;1;Чай/кофе', '4;г;1;Дом / Сад'),
    )
    expect(categories).toEqual([
      { externalId: 'Дом', name: 'Дом' },
      { externalId: 'Дом > Кухня', name: 'Кухня', parentExternalId: 'Дом' },
      { externalId: 'Дом > Кухня > Ножи', name: 'Ножи', parentExternalId: 'Дом > Кухня' },
      { externalId: 'Чай/кофе', name: 'Чай/кофе' },
      { externalId: 'Дом > Сад', name: 'Сад', parentExternalId: 'Дом' },
    ])
    expect(rows[1]!.categoryExternalId).toBe('Дом > Кухня > Ножи')
  })

  it('are the section rows above goods where no column tells them', async () => {
    const { rows, errors } = await readText(
      'Код;Название;Цена\n*****ПОСУДА*****;;\n1;Чайник;100\n;Мебель;\n2;Стул;200\n',
    )
    expect(errors).toEqual([])
    expect(rows.map(({ row, categoryExternalId }) => [row, categoryExternalId])).toEqual([
      [1, 'ПОСУДА'],
      [2, 'Мебель'],
    ])
  })

  it('are one for all goods of none, and that is said once', async () => {
    const { rows, errors, categories } = await readText('id;name;price\n1;а;1\n2;б;1\n')
    expect(rows.map(({ categoryExternalId }) => categoryExternalId)).toEqual(
      Array(2).fill('Без категории'),
    )
    expect(categories).toHaveLength(1)
    expect(errors).toEqual([
      {
        ...{ row: 0, field: 'category', code: 'category-defaulted', level: 'warning' },
        value: 'Без категории',
      },
    ])
  })

  it('have ids that fit, whatever their paths', async () => {
    const path = (end: string) => `${'Очень длинный раздел '.repeat(20)} > ${end}`
    const { rows, errors } = await readText(goods(`1;а;1;${path('а')}`, `2;б;1;${path('б')}`))
    expect(errors).toEqual([])
    const ids = rows.map(({ categoryExternalId }) => categoryExternalId)
    expect(new Set(ids).size).toBe(2)
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThanOrEqual(256)
  })
})

describe('a row', () => {
  it('with more values than columns is not guessed at', async () => {
    const { rows, errors } = await readText(goods('1;Чайник; большой;100;Посуда', kettle))
    expect(rows).toMatchObject([{ row: 2 }])
    expect(errors).toMatchObject([
      { row: 1, line: 2, code: 'row-misaligned', level: 'error', value: 'Посуда', externalId: '1' },
    ])
  })

  it('is told by the headers of the file what is wrong with it', async () => {
    const { errors } = await readText('Код;Наименование;Цена, руб.\n1;Чайник;сто\n;Чашка;5')
    expect(errors).toMatchObject([
      { row: 1, line: 2, field: 'Цена, руб.', code: 'price-invalid' },
      { row: 2, line: 3, field: 'Код', code: 'id-missing' },
    ])
  })

  it('has units in warehouses, sizes, barcodes and pictures', async () => {
    const { rows, errors } = await readText(
      tableOf([
        [
          'id',
          'name',
          'price',
          'category',
          'Остаток: msk',
          'Длина, мм',
          'Ширина, мм',
          'Высота, мм',
          'EAN',
          'Фото',
        ],
        [
          '1',
          'Чайник',
          '1',
          'Дом',
          '5',
          '200',
          '100',
          '50',
          '4600051000057',
          'https://a.example/1.jpg;https://a.example/2.jpg',
        ],
      ]),
    )
    expect(errors).toEqual([])
    expect(rows).toMatchObject([
      {
        ...{ lengthMm: 200, widthMm: 100, heightMm: 50, barcodes: ['4600051000057'] },
        outlets: [{ externalId: 'msk', units: 5 }],
        pictures: ['https://a.example/1.jpg', 'https://a.example/2.jpg'],
      },
    ])
  })
})

describe('the mapping', () => {
  const unknown = 'Alpha;Beta;Gamma\nA-1;Чайник;100\nA-2;Чашка;50\n'
  const given: TableMapping = {
    ...{ preset: 'plain', currency: 'RUB', defaultCategory: 'Дом > Кухня' },
    columns: { Alpha: 'id', Beta: 'name', Gamma: 'price' },
  }

  it('is chosen by who reads, who is shown headers and samples', async () => {
    const found: FoundTable[] = []
    const { rows } = await readText(unknown, {
      chooseMapping: async (table) => {
        found.push(table)
        return given
      },
    })
    expect(found).toMatchObject([
      {
        headers: ['Alpha', 'Beta', 'Gamma'],
        isCertain: false,
        samples: [['A-1', 'Чайник', '100'], {}],
      },
    ])
    expect(rows.map(({ categoryExternalId }) => categoryExternalId)).toEqual(
      Array(2).fill('Дом > Кухня'),
    )
  })

  it('stops the reading when the seller must be asked', async () => {
    const ask = async (table: FoundTable) => {
      throw new MappingNeeded(table)
    }
    await expect(readText(unknown, { chooseMapping: ask })).rejects.toThrow(MappingNeeded)
  })

  it('that does not fit refuses the file and names the column', async () => {
    const columns = { ...given.columns, Delta: 'brand' as const }
    const { problem } = await readText(unknown, {
      chooseMapping: async () => ({ ...given, columns }),
    })
    expect(problem).toMatchObject({ code: 'mapping-mismatch', params: { column: 'Delta' } })
  })

  it('cannot be made where no row names the columns', async () => {
    const { problem } = await readText('1;2;3\n4;5;6\n')
    expect(problem).toMatchObject({ code: 'no-header' })
  })
})

describe('the source of a table', () => {
  it('has the rows of the seller under the ordinals of the offers', async () => {
    const { headers, rows } = await sourceOf(
      `Прайс;;\n${goods(kettle, '', '2;"Чашка\nбелая";x;Посуда')}`,
    )
    expect(headers).toEqual(['id', 'name', 'price', 'category'])
    expect(rows).toEqual([
      { row: 1, line: 3, cells: ['1', 'Чайник', '100', 'Посуда'] },
      { row: 2, line: 5, cells: ['2', 'Чашка\nбелая', 'x', 'Посуда'] },
    ])
  })

  it('keeps the section that a row stands under', async () => {
    const { headers, rows } = await sourceOf('Код;Название;Цена\nПосуда;;\n1;Чайник;100\n')
    expect(headers).toEqual(['Код', 'Название', 'Цена', 'Категория'])
    expect(rows).toEqual([{ row: 1, line: 3, cells: ['1', 'Чайник', '100', 'Посуда'] }])
  })

  it('of a feed is a table that can be read again, equal in every field', async () => {
    const feed = `<yml_catalog><shop><categories><category id="1">Техника</category>
<category id="2" parentId="1">Чайники</category></categories><offers>
<offer id="15" type="vendor.model" available="false" group_id="g"><typePrefix>Чайник</typePrefix>
<vendor>Бирюса</vendor><model>X (2)</model><vendorCode>B-1</vendorCode><price>1290.50</price>
<oldprice>1500</oldprice><currencyId>RUR</currencyId><categoryId>2</categoryId>
<url>https://f.example/15</url><picture>https://f.example/a,b.jpg</picture><picture>https://f.example/2.jpg</picture>
<barcode>4600051000057</barcode><description>Первый, «лучший»; "да"</description>
<weight>0.35</weight><dimensions>20/10/5</dimensions><count>3</count>
<param name="Диагональ" unit="дюйм">6.1</param><param name="Размер (EU)">42</param>
<outlets><outlet id="msk" instock="2"/></outlets></offer></offers></shop></yml_catalog>`
    const source = await sourceOf(feed, yml)
    const before = await readFile(Buffer.from(feed), {}, undefined, yml)
    const after = await readText(
      tableOf([source.headers, ...source.rows.map(({ cells }) => cells)]),
    )
    const fields = ({ rows: [row] }: typeof before) => ({ ...row, line: 0, categoryExternalId: '' })
    expect(after.errors).toEqual([])
    expect(fields(after)).toEqual(fields(before))
    expect(after.rows[0]!.categoryExternalId).toBe('Техника > Чайники')
  })
})
