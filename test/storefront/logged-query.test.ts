import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loggedQuery } from '../../domain/storefront/logged-query.ts'

describe('a query as it is counted', () => {
  it.each([
    ['  Чайник   ЭЛЕКТРИЧЕСКИЙ ', 'чайник электрический'],
    ['Ёлка', 'елка'],
    ['SM-G991B', 'sm-g991b'],
    ['iPhone 15 pro (256 Гб)', 'iphone 15 pro 256 гб'],
    ['чай\u0000ник\u202e', 'чай ник'],
    ['худи', 'худи'],
    ['хохлома', 'хохлома'],
    ['хлебница', 'хлебница'],
    ['рубашка бляшки', 'рубашка бляшки'],
    ['страхующий трос', 'страхующий трос'],
    ['смазка в сухую погоду', 'смазка в сухую погоду'],
    ['похудей за месяц', 'похудей за месяц'],
    ['лапидарный', 'лапидарный'],
    ['колба 1,5 л', 'колба 1,5 л'],
    ['Кран ½', 'кран ½'],
    ['Lego™', 'lego'],
    ['ｌｅｇｏ', 'lego'],
  ])('«%s» is «%s»', (q, text) => expect(loggedQuery(q)).toBe(text))

  it.each([
    'ivan.petrov@example.com',
    'чайник для ivan @ example',
    '+7 912 345-67-89',
    '8(912)3456789',
    '89123456789',
    '４２７６ ３８００ １１１１ ２２２２',
    '4510 123456789',
    'https://example.com/x',
    'www.example.com',
    'хуёвый чайник',
    'ｆｕｃｋ',
    '𝐟𝐮𝐜𝐤',
    'сука',
    'чайник, ебать',
    'cука',
    'иди нахуй',
    'охуенный чайник',
    'похую',
    'распиздяй',
    'выблядок',
    'долбоёб',
    'съеблан',
    'fuck',
    'а'.repeat(65),
    'я',
    '12345',
    '🎧🎧',
    '+-=&&||',
    '',
  ])('«%s» is not kept', (q) => expect(loggedQuery(q)).toBeUndefined())

  it('is kept as what it is when it is asked again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (q) => {
        const text = loggedQuery(q)
        if (text !== undefined) expect(loggedQuery(text)).toBe(text)
      }),
    )
  })

  it('never holds nine digits in a row, however they are parted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('1', '9', ' ', '-', '(', ')', '.', 'ч', 'т', ','), {
          maxLength: 40,
        }),
        (letters) => {
          expect(loggedQuery(letters.join('')) ?? '').not.toMatch(/\d(?:[ .-]*\d){8}/)
        },
      ),
    )
  })
})
