import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDecimal, scaleDecimal } from '../../domain/integrations/decimal.ts'
import {
  formatMinor,
  minorDigits,
  parsePrice,
  toCurrency,
} from '../../domain/integrations/money.ts'
import { parseDimensionsCm, parseWeightKg } from '../../domain/integrations/measures.ts'

describe('a price', () => {
  it.each([
    ['1290', 129_000],
    ['1290.50', 129_050],
    ['1290,5', 129_050],
    ['1 290,00 ₽', 129_000],
    ['1\u00a0290,00\u00a0₽', 129_000],
    ['1\u202f290', 129_000],
    ["1'290.00", 129_000],
    ['1,290.00', 129_000],
    ['1.290,00', 129_000],
    ['1,290,000', 129_000_000],
    ['1290 руб.', 129_000],
    ['1290р', 129_000],
    ['$1290', 129_000],
    ['+1290', 129_000],
    ['0001290', 129_000],
    ['1290.5000', 129_050],
    ['0.01', 1],
    ['10000000000', 1_000_000_000_000],
  ])('written %j is exactly %d kopecks', (text, minor) => {
    expect(parsePrice(text, 'RUB')).toBe(minor)
  })

  it.each([
    ['', 'price-invalid'],
    ['NaN', 'price-invalid'],
    ['Infinity', 'price-invalid'],
    ['1e308', 'price-invalid'],
    ['1e3', 'price-invalid'],
    ['0x10', 'price-invalid'],
    ['.5', 'price-invalid'],
    ['12 90', 'price-invalid'],
    ['1.290.00', 'price-invalid'],
    ['от 100', 'price-invalid'],
    ['100-200', 'price-invalid'],
    ['--100', 'price-invalid'],
    ['9'.repeat(41), 'price-invalid'],
    ['1,290', 'price-ambiguous'],
    ['1290.005', 'price-precision'],
    ['0', 'price-not-positive'],
    ['-0', 'price-not-positive'],
    ['-1290', 'price-not-positive'],
    ['\u22121290', 'price-not-positive'],
    ['10000000000.01', 'price-too-large'],
    ['9'.repeat(40), 'price-too-large'],
  ])('written %j is refused as %s', (text, problem) => {
    expect(parsePrice(text, 'RUB')).toBe(problem)
  })

  it('has as many decimals as its currency', () => {
    expect(parsePrice('1290', 'JPY')).toBe(1_290)
    expect(parsePrice('1290.5', 'JPY')).toBe('price-precision')
    expect(parsePrice('1.005', 'KWD')).toBe(1_005)
    expect([minorDigits('RUB'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3])
  })

  it('comes back from what it is written as', () => {
    const minor = fc.integer({ min: 1, max: 1_000_000_000_000 })
    fc.assert(
      fc.property(minor, fc.constantFrom('RUB', 'KZT', 'JPY', 'KWD'), (price, currency) => {
        expect(parsePrice(formatMinor(price, currency), currency)).toBe(price)
      }),
    )
  })

  it('means the same with spaces, with a comma and with words', () => {
    const roubles = fc.integer({ min: 1, max: 9_999_999 })
    fc.assert(
      fc.property(roubles, fc.integer({ min: 0, max: 99 }), (whole, kopecks) => {
        const cents = String(kopecks).padStart(2, '0')
        const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, ' ')
        const prices = [`${whole}.${cents}`, `${grouped},${cents}`, `${grouped}.${cents} руб.`]
        expect(prices.map((price) => parsePrice(price, 'RUB'))).toEqual(
          Array(3).fill(whole * 100 + kopecks),
        )
      }),
    )
  })

  it('never makes anything but a safe positive integer or a reason', () => {
    const numberLike = fc.string({
      unit: fc.constantFrom(...'0123456789.,-+eE \u00a0₽рx∞٣'),
      maxLength: 80,
    })
    fc.assert(
      fc.property(fc.oneof(fc.string(), numberLike), (text) => {
        const price = parsePrice(text, 'RUB')
        if (typeof price === 'string') expect(price).toMatch(/^price-/)
        else expect(Number.isSafeInteger(price) && price > 0).toBe(true)
      }),
    )
  })
})

describe('a currency', () => {
  it.each([
    ['RUR', 'RUB'],
    ['rub', 'RUB'],
    [' руб. ', 'RUB'],
    ['₽', 'RUB'],
    ['643', 'RUB'],
    ['KZT', 'KZT'],
    ['byn', 'BYN'],
  ])('%j is %s', (text, code) => {
    expect(toCurrency(text)).toBe(code)
  })

  it.each(['', 'XXX', 'BYR', 'РУБЛЬ', '__proto__', 'constructor'])('%j is none', (text) => {
    expect(toCurrency(text)).toBeUndefined()
  })
})

describe('a decimal', () => {
  it('keeps every digit', () => {
    expect(parseDecimal('-00123456789012345678.1230')).toEqual({
      ...{ negative: true, integer: '123456789012345678', fraction: '123' },
    })
  })

  it('is rounded half up by its digits, not by a float', () => {
    const scaled = (text: string) => {
      const decimal = parseDecimal(text)
      return typeof decimal === 'object' ? scaleDecimal(decimal, 2, 1e12) : decimal
    }
    expect(scaled('1.005')).toBe(101)
    expect(scaled('0.285')).toBe(29)
    expect(scaled('0.2849999999999999999')).toBe(28)
    expect(scaled('9999999999.999')).toBe(1e12)
    expect(scaled('99999999999')).toBeUndefined()
  })
})

describe('a measure', () => {
  it.each([
    ['0.35', 350],
    ['0,35', 350],
    ['1,250', 1_250],
    ['1.2 кг', 1_200],
    ['2kg', 2_000],
    ['0.0004', 1],
    ['0.0005', 1],
  ])('of %j kilograms is %d grams', (text, grams) => {
    expect(parseWeightKg(text)).toBe(grams)
  })

  it.each(['0', '-1', 'тяжёлый', '350 г', '1e3', '100001', '1'.repeat(50)])(
    'of %j kilograms is none',
    (text) => {
      expect(parseWeightKg(text)).toBeUndefined()
    },
  )

  it('of three centimetres is three millimetres', () => {
    const sizes = { lengthMm: 205, widthMm: 100, heightMm: 53 }
    expect(parseDimensionsCm('20.5/10/5.3')).toEqual(sizes)
    expect(parseDimensionsCm(' 20,5 x 10 х 5,3 ')).toEqual(sizes)
    expect(parseDimensionsCm('20.5*10×5.3')).toEqual(sizes)
  })

  it.each(['20/10', '20/10/5/1', '20/10/0', '20//5', '20/10/-5', 'a/b/c', '100000/1/1'])(
    'of %j is none',
    (text) => {
      expect(parseDimensionsCm(text)).toBeUndefined()
    },
  )
})
