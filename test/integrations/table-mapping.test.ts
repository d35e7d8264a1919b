import { describe, expect, it } from 'vitest'
import { findHeader } from '../../domain/integrations/table/find-header.ts'
import { fingerprintOf } from '../../domain/integrations/table/fingerprint.ts'
import type { TableMapping } from '../../domain/integrations/table/mapping.ts'
import { checkMapping, parseMapping } from '../../domain/integrations/table/parse-mapping.ts'
import { proposeMapping } from '../../domain/integrations/table/propose-mapping.ts'

const proposed = (...headers: string[]) => proposeMapping(headers).proposal.columns

describe('a mapping is proposed', () => {
  it.each<[string[], Record<string, string>]>([
    [
      ['Код', 'Артикул', 'Наименование'],
      { Код: 'id', Артикул: 'vendorCode', Наименование: 'name' },
    ],
    [
      ['Артикул', 'Название', 'Цена, руб.'],
      { Артикул: 'id', Название: 'name', 'Цена, руб.': 'price' },
    ],
    [
      ['SKU', 'Product Name', 'Price (USD)'],
      { SKU: 'id', 'Product Name': 'name', 'Price (USD)': 'price' },
    ],
    [['ИД', 'ВЕС (КГ)', 'Вес, г'], { ИД: 'id', 'ВЕС (КГ)': 'weightKg', 'Вес, г': 'weightGrams' }],
    [['Weight (lbs)', 'Ширина, мм'], { 'Weight (lbs)': 'weightPounds', 'Ширина, мм': 'widthMm' }],
    [
      ['Фото 1', 'Фото 2', 'Штрих-код'],
      { 'Фото 1': 'picture', 'Фото 2': 'picture', 'Штрих-код': 'barcode' },
    ],
    [
      ['Цвет', 'Параметр: Диагональ (дюйм)'],
      { Цвет: 'attribute:Цвет', 'Параметр: Диагональ (дюйм)': 'attribute:Диагональ' },
    ],
    [['Остаток: Москва', 'Остаток'], { 'Остаток: Москва': 'outlet:Москва', Остаток: 'units' }],
    [
      ['old_price', 'currencyId', 'Производитель*'],
      { old_price: 'oldPrice', currencyId: 'currency', 'Производитель*': 'brand' },
    ],
    [['Категория', '', 'Заметки менеджера'], { Категория: 'categoryPath' }],
    [['__proto__', 'constructor', 'id'], { id: 'id' }],
  ])('from %j', (headers, columns) => {
    expect(proposed(...headers)).toEqual(columns)
  })

  it('for certain when id, name and price are named', () => {
    expect(proposeMapping(['Артикул', 'Название', 'Цена']).isCertain).toBe(true)
    expect(proposeMapping(['№', 'Название', 'Цена']).isCertain).toBe(false)
    expect(proposeMapping(['Артикул', 'Название', 'Опт']).isCertain).toBe(false)
    expect(proposeMapping(['Артикул', 'Название']).isCertain).toBe(false)
  })

  it('with the currency that the price is headed by', () => {
    expect(proposeMapping(['id', 'name', 'Price (USD)']).proposal.currency).toBe('USD')
    expect(proposeMapping(['id', 'name', 'Цена, руб.']).proposal.currency).toBe('RUB')
  })

  it('for one fingerprint, whatever the order and the case of the headers', () => {
    expect(fingerprintOf(['Цена, руб', 'ИД', 'Имя'])).toBe(
      fingerprintOf(['имя', 'ид', 'ЦЕНА (руб)']),
    )
    expect(fingerprintOf(['Цена', 'ИД'])).not.toBe(fingerprintOf(['Цена', 'ИД', 'Имя']))
    expect(fingerprintOf(['Цена'])).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('a mapping that a seller gives', () => {
  const columns = { Код: 'id', Имя: 'name', Цена: 'price' }
  const problemsOf = (given: unknown, headers?: string[]) => {
    const parsed = parseMapping(given, headers)
    return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message.en}`)
  }

  it('is plain and in roubles unless it says otherwise', () => {
    expect(parseMapping({ columns })).toEqual({
      ok: true,
      mapping: { preset: 'plain', columns, currency: 'RUB' },
    })
    const given = { preset: 'bitrix', columns, currency: 'kzt', defaultCategory: 'Дом > Кухня' }
    expect(parseMapping(given)).toEqual({ ok: true, mapping: { ...given, currency: 'KZT' } })
  })

  it.each<[unknown, string]>([
    [null, ': must be a JSON object'],
    [{ columns: { ...columns, Вес: 'weight' } }, 'columns.Вес: no such field: weight'],
    [{ columns: { ...columns, Вес: 7 } }, 'columns.Вес: no such field: 7'],
    [{ columns: { Код: 'id', Имя: 'name' } }, 'columns: no column is the field price'],
    [{ columns, sheet: 1 }, 'sheet: is not a known field'],
    [{ columns, currency: 'XXX' }, 'currency: must be an ISO 4217 code'],
    [{ columns: [] }, 'columns: must be an object of column: field'],
    [{ columns, preset: '1c' }, 'preset: must be one of plain, bitrix'],
    [
      { columns: { ...columns, __proto__x: 'categoryLevel:0' } },
      'columns.__proto__x: no such field',
    ],
  ])('%j is refused: %s', (given, problem) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(problem)])
  })

  it('is refused for a column that the file does not have', () => {
    expect(problemsOf({ columns }, ['Код', 'Имя', 'Стоимость'])).toEqual([
      'columns.Цена: the file has no column “Цена”',
    ])
    expect(problemsOf({ columns }, ['КОД', 'имя', 'цена '])).toEqual([])
  })

  it('needs what its preset needs', () => {
    const mapping: TableMapping = { preset: 'shopify', columns: { a: 'price' }, currency: 'RUB' }
    expect(checkMapping(mapping).map(({ field }) => field)).toEqual(['shopify:handle', 'name'])
  })
})

describe('the header is found', () => {
  const rows = (text: string) => text.split('\n').map((line) => line.split(';'))
  it.each([
    [
      'below titles',
      'ООО «Ромашка»;;\nПрайс-лист на 01.11;;\n;;\nКод;Название;Цена\n1;Чайник;100',
      3,
      1,
    ],
    ['in the first row', 'id;name;price\n1;Чайник;100', 0, 1],
    [
      'above goods that are called like columns',
      'id;name;price\n1;Название;Цена\n2;Модель;Описание',
      0,
      1,
    ],
  ])('%s', (_, text, at, height) => {
    expect(findHeader(rows(text))).toMatchObject({ at, height, isRecognised: true })
  })

  it('in two rows of merged cells', () => {
    const text =
      'Артикул;Наименование;Цена;;Остаток;\n;;Розничная;Оптовая;Москва;Казань\nА-1;Чайник;100;90;5;6'
    expect(findHeader(rows(text))).toMatchObject({
      ...{ at: 0, height: 2 },
      headers: [
        'Артикул',
        'Наименование',
        'Цена Розничная',
        'Цена Оптовая',
        'Остаток Москва',
        'Остаток Казань',
      ],
    })
  })

  it('but not recognised, where nothing is known of its names', () => {
    expect(findHeader(rows('Alpha;Beta\n1;2'))).toMatchObject({ at: 0, isRecognised: false })
  })

  it('nowhere in rows of numbers or in sentences', () => {
    expect(findHeader(rows('1;2\n3;4'))).toBeUndefined()
    expect(findHeader(rows('Заполните лист «Товары»\nСохраните файл'))).toBeUndefined()
  })
})
