import { describe, expect, it } from 'vitest'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import { bestOf, narrowed, toCandidate } from '../../domain/storefront/suggested-goods.ts'
import { typedText } from '../../domain/storefront/typed-text.ts'

const candidate = (name: string, ...cities: string[]) =>
  toCandidate({
    name,
    units: { total: 9, byCity: Object.fromEntries(cities.map((city) => [city, 1])) },
  } as FoundDocument)
const goods = (names: readonly string[]) => names.map((name) => candidate(name))
const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`)
const SUGGESTED = bestOf(goods(many(30, 'Чайник'))).length

/** Of those that were found for another text, in all cities. */
const left = (names: readonly string[], typed: string, { isWhole = true } = {}) =>
  narrowed({ question: { q: '*' }, candidates: goods(names), isWhole }, { q: typed })?.map(
    ({ name }) => name,
  )

describe('goods that were found are narrowed', () => {
  it.each([
    ['чайн', ['Чайник Bosch', 'Чайная пара'], ['Чайник Bosch', 'Чайная пара']],
    ['чайник', ['Чайник Bosch', 'Чайная пара'], ['Чайник Bosch']],
    ['чай bo', ['Чайник Bosch', 'Чайная пара'], ['Чайник Bosch']],
    ['bo чай', ['Чайник Bosch', 'Чайная пара'], ['Чайник Bosch']],
    ['елка', ['Ёлка (зелёная)', 'Еда'], ['Ёлка (зелёная)']],
    ['айник', ['Чайник'], []],
    ['iphone 15', ['iPhone15 Pro', 'iPhone 14'], ['iPhone15 Pro']],
    ['iphone15', ['iPhone 15', 'iPhone 14'], ['iPhone 15']],
  ])('to those with words that begin by «%s»', (typed, names, those) =>
    expect(left(names, typed)).toEqual(those),
  )

  it('to as many as are suggested, in their order', () => {
    const names = many(30, 'Чайник')
    expect(left(names, 'чайник', { isWhole: false })).toEqual(names.slice(0, SUGGESTED))
  })
})

describe('goods that were found in all cities are narrowed', () => {
  const inCity = (of: readonly ReturnType<typeof candidate>[], isWhole: boolean, q = 'чай') =>
    narrowed({ question: { q: 'чай' }, candidates: of, isWhole }, { q, city: 'spb' })?.map(
      ({ name }) => name,
    )
  const of = [candidate('Чайник', 'msk'), candidate("Чай d'Or", 'spb'), candidate('Чай')]

  it('to those in stock in the city, whatever their names', () =>
    expect(inCity(of, true)).toEqual(["Чай d'Or"]))

  it('unless others there may have been left out', () => {
    const there = many(SUGGESTED, 'Чай').map((name) => candidate(name, 'msk', 'spb'))
    expect(inCity([...of, ...there.slice(2)], false)).toBeUndefined()
    expect(inCity([...of, ...there], false)).toHaveLength(SUGGESTED)
  })

  it('where names elsewhere are not sure to be cut as the index cuts them', () =>
    expect(
      inCity([candidate("Чай d'Or", 'msk'), candidate('Чайник', 'spb')], true, 'чайн'),
    ).toEqual(['Чайник']))
})

describe('goods that were found are not narrowed', () => {
  it('where others may have been left out', () => {
    const few = [...many(SUGGESTED - 1, 'Чайник'), ...many(30, 'Чашка')]
    expect(left(few, 'чайник', { isWhole: false })).toBeUndefined()
    expect(left(few, 'чайник')).toHaveLength(SUGGESTED - 1)
  })

  it.each(["д'арт", 'wh-1000', '🎧', 'ъ'.repeat(21), ''])(
    'by «%s», whose words the index may see in another way',
    (typed) => expect(left(['Чайник'], typed)).toBeUndefined(),
  )

  it.each(["De'Longhi", 'Чай_ник', 'İstanbul', 'Чайник 🎧', '茶'])(
    'where «%s» is among them',
    (name) => expect(left([name], 'чай')).toBeUndefined(),
  )
})

describe('what was typed', () => {
  it.each([
    ['  Чай   Ёж ', 'чай еж'],
    ['чаи\u0306', 'чай'],
    ['ЧАЙ\t\nдля', 'чай для'],
    ['   ', ''],
  ])('«%s» is the same as «%s»', (q, same) => expect(typedText(q)).toBe(same))
})
