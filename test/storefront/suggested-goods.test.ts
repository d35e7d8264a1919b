import { describe, expect, it } from 'vitest'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import { bestOf, CANDIDATES, narrowed } from '../../domain/storefront/suggested-goods.ts'
import { typedText } from '../../domain/storefront/typed-text.ts'

const goods = (names: readonly string[]) => names.map((name) => ({ name }) as FoundDocument)
const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`)
const SUGGESTED = bestOf(goods(many(CANDIDATES, 'Чайник'))).length

const left = (names: readonly string[], typed: string) =>
  narrowed(goods(names), typed)?.map(({ name }) => name)

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
    const names = many(CANDIDATES, 'Чайник')
    expect(left(names, 'чайник')).toEqual(names.slice(0, SUGGESTED))
  })
})

describe('goods that were found are not narrowed', () => {
  it('where others may have been left out', () => {
    const few = (count: number) => [
      ...many(SUGGESTED - 1, 'Чайник'),
      ...many(count - SUGGESTED + 1, 'Чашка'),
    ]
    expect(left(few(CANDIDATES), 'чайник')).toBeUndefined()
    expect(left(few(CANDIDATES - 1), 'чайник')).toHaveLength(SUGGESTED - 1)
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
