import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currencyInPrice } from '../../domain/integrations/money.ts'
import { readAvailability } from '../../domain/integrations/table/availability.ts'
import { splitCategoryPath } from '../../domain/integrations/table/category-path.ts'
import { formatAttributes, parseAttributes } from '../../domain/integrations/table/cell-lists.ts'

describe('a cell', () => {
  it.each([
    ['в наличии', { available: 'true' }],
    ['Нет в наличии', { available: 'false' }],
    ['12', { available: 'true', units: '12' }],
    ['0', { available: 'false' }],
    ['draft', { available: 'false' }],
    ['когда-нибудь', { available: 'когда-нибудь' }],
  ])('of availability, %j', (text, told) => {
    expect(readAvailability(text)).toEqual(told)
  })

  it.each([
    ['$10', 'USD'],
    ['10 €', 'EUR'],
    ['1 290 руб.', 'RUB'],
    ['1290р', 'RUB'],
    ['500 тенге', 'KZT'],
    ['1290.50', undefined],
    ['-5', undefined],
    ['сто', undefined],
  ])('of a price, %j, is in %s', (text, currency) => {
    expect(currencyInPrice(text)).toBe(currency)
  })

  it.each<[string, string[]]>([
    ['Дом > Кухня', ['Дом', 'Кухня']],
    ['Дом/Сад', ['Дом/Сад']],
    ['Дом / Сад', ['Дом', 'Сад']],
    ['Дом | Сад |', ['Дом', 'Сад']],
    [' > ', []],
  ])('of a category, %j', (text, levels) => {
    expect(splitCategoryPath(text)).toEqual(levels)
  })

  it('of characteristics is read as it was written', () => {
    const word = fc
      .string({ unit: fc.constantFrom('а', 'Б', '1', ' ', '(', ')', ',', ':'), minLength: 1 })
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => text !== '')
    const unit = fc.option(fc.constantFrom('см', 'дюйм', 'кг'), { nil: undefined })
    fc.assert(
      fc.property(fc.array(fc.record({ name: word, value: word, unit })), (attributes) => {
        expect(parseAttributes(formatAttributes(attributes))).toEqual(attributes)
      }),
    )
  })
})
