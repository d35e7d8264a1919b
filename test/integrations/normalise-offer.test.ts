import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawOffer } from '../../domain/integrations/raw-offer.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { CatalogRow } from '../../domain/integrations/row.ts'
import { normalised } from './offers.ts'

/** The row and the codes of what was found. */
const accepted = (given: Partial<RawOffer>) => {
  const { row, errors } = normalised(given)
  if (!row) throw new Error(`Rejected: ${JSON.stringify(errors)}`)
  return { row, codes: errors.map(({ code }) => code) }
}
const rejections = (given: Partial<RawOffer>) => {
  const { row, errors } = normalised(given)
  expect(row).toBeUndefined()
  return errors.filter(({ level }) => level === 'error').map(({ code }) => code)
}
const rowOf = (given: Partial<RawOffer>): CatalogRow => accepted(given).row

describe('an offer with no more than it needs', () => {
  it('is a row, with nothing found', () => {
    expect(normalised({})).toEqual({
      row: {
        ...{ row: 3, line: 12, externalId: '1', offerType: 'simplified', name: 'Чайник' },
        ...{ categoryExternalId: '7', priceMinor: 10_000, currency: 'RUB', available: true },
        ...{ pictures: [], barcodes: [], attributes: [], outlets: [] },
      },
      errors: [],
    })
  })

  it('tells of everything that it lacks at once, with row, line and the names of the file', () => {
    const lacking = { id: ' ', name: '\u00a0', price: '', categoryId: undefined }
    expect(normalised(lacking).errors).toEqual(
      [
        { code: 'id-missing', field: 'id' },
        { code: 'name-missing', field: 'name' },
        { code: 'category-missing', field: 'categoryId' },
        { code: 'price-missing', field: 'price' },
      ].map((error) => ({ row: 3, line: 12, level: 'error', ...error })),
    )
  })
})

describe('an id', () => {
  it.each(['007', '0', '00012 345', 'АРТ/12\\(3)=ё', 'x'.repeat(80)])(
    '%j is kept as it is',
    (id) => {
      expect(rowOf({ id: ` ${id}\n` }).externalId).toBe(id)
    },
  )

  it.each([
    ['x'.repeat(81), 'id-too-long'],
    ['1\u200b', 'id-invalid'],
    ['1\u202e2', 'id-invalid'],
    ['1\u00ad', 'id-invalid'],
    ['1\u0000', 'id-invalid'],
    ['1\t2', 'id-invalid'],
    ['1\ud800', 'id-invalid'],
  ])('%j is refused as %s', (id, code) => {
    expect(rejections({ id })).toEqual([code])
  })
})

describe('a name', () => {
  const parts = { typePrefix: 'Смартфон', brand: 'Apple', model: 'iPhone 17', title: 'Альбом' }

  it.each([
    ['vendor.model', { ...parts, name: 'Телефон' }, 'Смартфон Apple iPhone 17'],
    ['vendor.model', { ...parts, name: undefined, typePrefix: '' }, 'Apple iPhone 17'],
    ['vendor.model', { brand: 'Apple', name: 'Телефон' }, 'Телефон'],
    ['vendor.model', { ...parts, model: 'APPLE iPhone 17' }, 'Смартфон APPLE iPhone 17'],
    ['vendor.model', { ...parts, model: 'Applecart' }, 'Смартфон Apple Applecart'],
    ['artist.title', { ...parts, name: 'Диск' }, 'Альбом'],
    ['artist.title', { name: 'Диск' }, 'Диск'],
    ['book', { ...parts, name: 'Война и мир' }, 'Война и мир'],
    ['quantum-ticket', { ...parts, name: 'Телефон' }, 'Телефон'],
    ['quantum-ticket', { ...parts, name: undefined }, 'Альбом'],
    [undefined, { ...parts, title: undefined, name: undefined }, 'Смартфон Apple iPhone 17'],
  ])('of the type %s made of %j is %s', (type, given, name) => {
    expect(rowOf({ type, ...given }).name).toBe(name)
  })

  it('is missing by the field that its type wants', () => {
    const { errors } = normalised({ type: 'vendor.model', name: '', brand: 'Apple' })
    expect(errors).toMatchObject([{ code: 'name-missing', field: 'model' }])
  })

  it('has single spaces and at most 512 characters, none of them halved', () => {
    expect(rowOf({ name: ' Чайник \n\t\u00a0 синий ' }).name).toBe('Чайник синий')
    // As files from macOS have it.
    expect(rowOf({ name: 'Чаи\u0306ник' }).name).toBe('Чайник')
    const { row, codes } = accepted({ name: 'x'.repeat(511) + '😀😀' })
    expect(codes).toEqual(['name-shortened'])
    expect(row.name).toBe('x'.repeat(511))
  })
})

describe('a type', () => {
  it('is kept when nobody knows it, and cut when it is no type at all', () => {
    expect(rowOf({ type: ' quantum-ticket ' }).offerType).toBe('quantum-ticket')
    expect(rowOf({ type: 't'.repeat(5_000) }).offerType).toHaveLength(ROW_LIMITS.codeLength)
  })
})

describe('a price', () => {
  it('is exact', () => {
    expect(rowOf({ price: '1 290,00 ₽' }).priceMinor).toBe(129_000)
    expect(rowOf({ price: '0.29' }).priceMinor).toBe(29)
  })

  it.each([
    ['NaN', 'price-invalid'],
    ['1e308', 'price-invalid'],
    ['-1', 'price-not-positive'],
    ['0', 'price-not-positive'],
    ['1.999', 'price-precision'],
    ['1,290', 'price-ambiguous'],
    ['99999999999', 'price-too-large'],
  ])('%s is refused as %s', (price, code) => {
    expect(rejections({ price })).toEqual([code])
  })
})

describe('an old price', () => {
  it('is kept when it is greater', () => {
    expect(rowOf({ oldPrice: '100.01' }).oldPriceMinor).toBe(10_001)
  })

  it.each([
    ['100', 'old-price-not-greater'],
    ['99', 'old-price-not-greater'],
    ['дорого', 'old-price-invalid'],
    ['-5', 'old-price-invalid'],
  ])('%s is left out as %s', (oldPrice, code) => {
    const { row, codes } = accepted({ oldPrice })
    expect(row).not.toHaveProperty('oldPriceMinor')
    expect(codes).toEqual([code])
  })
})

describe('a currency', () => {
  it('RUR is RUB', () => {
    expect(rowOf({ currency: 'RUR' }).currency).toBe('RUB')
  })

  it('is the one of the file when the offer has none', () => {
    const { row, errors } = normalised({ currency: ' ' }, 'KZT')
    expect(row?.currency).toBe('KZT')
    expect(errors).toMatchObject([
      { code: 'currency-missing', level: 'warning', field: 'currencyId', value: 'KZT' },
    ])
  })

  it('that nobody knows keeps the offer out', () => {
    expect(rejections({ currency: 'золото' })).toEqual(['currency-unknown'])
  })
})

describe('addresses', () => {
  it.each(['https://lavka.example/a?b=1&c=2', 'http://лавка.рф/чайник', 'HTTPS://A.RU'])(
    '%s is one',
    (url) => {
      expect(rowOf({ url: ` ${url} `, pictures: [url] })).toMatchObject({ url, pictures: [url] })
    },
  )

  it.each([
    'javascript:alert(1)',
    '//lavka.example/a',
    '/a',
    'https://',
    'https:///a',
    'ftp://lavka.example',
    'https://lavka.example/a b',
    'https://lavka.example/"><script>',
    `https://lavka.example/${'a'.repeat(2_048)}`,
  ])('%s is none', (url) => {
    const { row, codes } = accepted({ url, pictures: [url] })
    expect(row).not.toHaveProperty('url')
    expect(row.pictures).toEqual([])
    expect(codes.toSorted()).toEqual(['picture-invalid', 'url-invalid'])
  })

  it('of pictures count once, up to thirty', () => {
    const pictures = Array.from({ length: 40 }, (_, at) => `https://cdn.example/${at >> 1}.jpg`)
    expect(rowOf({ pictures }).pictures).toHaveLength(20)
    const many = Array.from({ length: 40 }, (_, at) => `https://cdn.example/${at}.jpg`)
    const { row, codes } = accepted({ pictures: many })
    expect(row.pictures).toEqual(many.slice(0, 30))
    expect(codes).toEqual(['pictures-too-many'])
  })
})

describe('barcodes', () => {
  it('may come in one field or in several, and count once', () => {
    const barcodes = ['4006381333931, 96385074', '036000291452', '4006381333931', ' ']
    expect(accepted({ barcodes })).toMatchObject({
      row: { barcodes: ['4006381333931', '96385074', '036000291452'] },
      codes: [],
    })
  })

  it('with a wrong check digit stay, with a warning', () => {
    expect(accepted({ barcodes: ['4006381333932'] })).toMatchObject({
      row: { barcodes: ['4006381333932'] },
      codes: ['barcode-checksum'],
    })
  })

  it('of another length are left out', () => {
    expect(accepted({ barcodes: ['123', 'ABCDEFGH'] })).toMatchObject({
      row: { barcodes: [] },
      codes: ['barcode-invalid', 'barcode-invalid'],
    })
  })
})

describe('attributes', () => {
  const attribute = (name: string | undefined, value: string, unit?: string) => ({
    ...{ name, value, unit },
  })

  it('keep their units', () => {
    const attributes = [attribute(' Мощность ', ' 1500 ', ' Вт '), attribute('Цвет', 'синий', '')]
    expect(rowOf({ attributes }).attributes).toEqual([
      { name: 'Мощность', value: '1500', unit: 'Вт' },
      { name: 'Цвет', value: 'синий' },
    ])
  })

  it('may be called what objects have', () => {
    const attributes = [attribute('__proto__', '1'), attribute('constructor', '2')]
    expect(rowOf({ attributes }).attributes).toEqual([
      { name: '__proto__', value: '1' },
      { name: 'constructor', value: '2' },
    ])
  })

  it('without a value are passed over, without a name left out, too long ones cut', () => {
    const attributes = [
      attribute('Цвет', ' '),
      attribute(undefined, 'синий'),
      attribute('x'.repeat(257), 'синий'),
      attribute('Повесть', 'я'.repeat(5_000)),
    ]
    const { row, codes } = accepted({ attributes })
    expect(codes).toEqual(['attribute-invalid', 'attribute-invalid', 'attribute-shortened'])
    expect(row.attributes).toEqual([{ name: 'Повесть', value: 'я'.repeat(4_096) }])
  })

  it('are three hundred at most', () => {
    const attributes = Array.from({ length: 301 }, (_, at) => attribute(`п${at}`, '1'))
    const { row, codes } = accepted({ attributes })
    expect(row.attributes).toHaveLength(300)
    expect(codes).toEqual(['attributes-too-many'])
  })
})

describe('sizes', () => {
  it('in kilograms and centimetres are grams and millimetres', () => {
    expect(rowOf({ weightKg: '0,35', dimensionsCm: '20.5/10/5' })).toMatchObject({
      ...{ weightGrams: 350, lengthMm: 205, widthMm: 100, heightMm: 50 },
    })
  })

  it('that cannot be used are left out', () => {
    const { row, codes } = accepted({ weightKg: '0', dimensionsCm: '1/2' })
    expect(codes).toEqual(['weight-invalid', 'dimensions-invalid'])
    expect(Object.keys(row).filter((key) => /Grams|Mm/.test(key))).toEqual([])
  })
})

describe('stock', () => {
  it.each([
    ['0', 0],
    ['15', 15],
    ['15.0', 15],
    ['1 500', 1_500],
  ])('of %j is %d', (units, count) => {
    expect(rowOf({ units }).units).toBe(count)
  })

  it.each(['-1', '1.5', 'много', '1e3', '1000000001'])('of %j is left out', (units) => {
    expect(accepted({ units }).codes).toEqual(['units-invalid'])
  })

  it('of a warehouse is the last that is said of it', () => {
    const outlets = [
      { id: '01', units: '5' },
      { id: 'юг', units: '0' },
      { id: '01', units: '7' },
      { id: '', units: '1' },
      { id: '9', units: undefined },
    ]
    const { row, codes } = accepted({ outlets })
    expect(row.outlets).toEqual([
      { externalId: '01', units: 7 },
      { externalId: 'юг', units: 0 },
    ])
    expect(codes).toEqual(['outlet-invalid', 'outlet-invalid'])
  })
})

describe('availability', () => {
  it.each([
    [undefined, undefined, true],
    ['', '', true],
    ['true', undefined, true],
    ['TRUE', 'false', true],
    ['1', '0', true],
    ['false', undefined, false],
    ['нет', undefined, false],
    ['true', 'true', false],
  ])('of available=%j disabled=%j is %s', (available, disabled, expected) => {
    expect(accepted({ available, disabled })).toMatchObject({
      row: { available: expected },
      codes: [],
    })
  })

  it('that is neither true nor false is none, with a warning', () => {
    expect(accepted({ available: 'unknown' })).toMatchObject({
      row: { available: false },
      codes: ['available-invalid'],
    })
  })
})

describe('what is too much', () => {
  it('a field keeps the offer out, and is not called missing besides', () => {
    expect(rejections({ name: undefined, tooLong: ['name'] })).toEqual(['field-too-long'])
  })

  it('an offer is out for that alone', () => {
    expect(rejections({ name: undefined, price: undefined, tooLarge: true })).toEqual([
      'row-too-large',
    ])
  })

  it('a long description stays, with a warning', () => {
    const description = 'о'.repeat(6_001)
    expect(accepted({ description })).toEqual({
      row: expect.objectContaining({ description }) as unknown,
      codes: ['description-long'],
    })
  })

  it('brand, model, article or group are left out', () => {
    const long = 'я'.repeat(257)
    const { row, codes } = accepted({ brand: long, model: long, vendorCode: long, groupId: long })
    expect(codes).toEqual(Array(4).fill('field-too-long'))
    expect(row).not.toHaveProperty('brand')
  })

  it('complaints are twenty, each quoting two hundred characters', () => {
    const { row, errors } = normalised({
      pictures: Array<string>(99)
        .fill('')
        .map((_, at) => `${at}`.repeat(300)),
    })
    expect(row).toBeDefined()
    expect(errors).toHaveLength(20)
    for (const { value } of errors) expect(value!.length).toBeLessThanOrEqual(200)
  })
})

it('whatever an offer holds, there is a row exactly when nothing is an error', () => {
  const text = fc.option(
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1', 'RUB', 'true', 'https://a.ru'),
    ),
    { nil: undefined },
  )
  const raw = fc.record({
    ...{ id: text, type: text, groupId: text, available: text, disabled: text, name: text },
    ...{ title: text, typePrefix: text, brand: text, model: text, vendorCode: text },
    ...{ categoryId: text, description: text, price: text, oldPrice: text, currency: text },
    ...{ url: text, weightKg: text, dimensionsCm: text, units: text },
    pictures: fc.array(fc.string()),
    barcodes: fc.array(fc.string()),
    attributes: fc.array(fc.record({ name: text, value: fc.string(), unit: text })),
    outlets: fc.array(fc.record({ id: text, units: text })),
  })
  fc.assert(
    fc.property(raw, (given) => {
      const { row, errors } = normalised(given)
      expect(row === undefined).toBe(errors.some(({ level }) => level === 'error'))
      if (!row) return
      expect(Number.isSafeInteger(row.priceMinor) && row.priceMinor > 0).toBe(true)
      expect((row.oldPriceMinor ?? Infinity) > row.priceMinor).toBe(true)
      expect(row.name.length).toBeLessThanOrEqual(ROW_LIMITS.nameLength)
      expect(row.externalId.length).toBeLessThanOrEqual(ROW_LIMITS.idLength)
    }),
  )
})
