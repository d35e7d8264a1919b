import { describe, expect, it } from 'vitest'
import { readWords } from '../../../domain/storefront/text-query/words.ts'

describe('the words of a query', () => {
  it.each([
    ['Ёлка ЗЕЛЁНАЯ', ['елка', 'зеленая']],
    ['  чай,  кофе!  ', ['чай', 'кофе']],
    ['SM-G991B 205/55 ECAM 22.110', ['sm-g991b', '205/55', 'ecam', '22.110']],
    ["De'Longhi L’Oreal", ['delonghi', 'loreal']],
    ['ｉＰｈｏｎｅ １５', ['iphone', '15']],
    ['й из двух знаков: и\u0306', ['й', 'из', 'двух', 'знаков', 'й']],
    ['name:чай AND (кофе OR *) ~2', ['name', 'чай', 'and', 'кофе', 'or', '2']],
    ['Lego™ Duplo №5, 2 м²', ['lego', 'duplo', '5', '2', 'м']],
    ['Кран 1½, 5 µm, 30 ㎡, часть Ⅱ, 5℃', ['кран', '1', '5', 'µm', '30', 'часть', 'ⅱ', '5']],
    ['за\u0301мок', ['за\u0301мок']],
    ['🎧🎧 \u0000\u0001 -- //', []],
    ['', []],
  ])('of «%s» are %j', (q, words) => {
    expect(readWords(q)).toEqual(words)
  })

  it('are so many and so long at most, however long the query', () => {
    const words = readWords(`${'а'.repeat(5_000)} ${'слово '.repeat(1_000)}`)
    expect(words).toHaveLength(10)
    expect(Math.max(...words.map(({ length }) => length))).toBe(60)
  })
})
