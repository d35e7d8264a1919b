import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highlight } from '../../domain/storefront/highlight.ts'

/** What is matched between brackets. */
const marked = (text: string, typed: string) =>
  highlight(text, typed)
    .map((part) => (part.matched ? `[${part.text}]` : part.text))
    .join('')

describe('what was typed', () => {
  it.each([
    ['Беспроводные наушники', 'науш', 'Беспроводные [науш]ники'],
    ['Беспроводные наушники', 'науш бес', '[Бес]проводные [науш]ники'],
    ['Ёлка «Ель» ёлочная', 'елк', '[Ёлк]а «Ель» ёлочная'],
    ['Наушники', 'наушники', '[Наушники]'],
    ['Наушники', 'ушники', 'Наушники'],
    ['Sony WH-1000XM5', 'wh-10', 'Sony [WH]-[10]00XM5'],
    ['iPhone 15 Pro', 'iphone15', '[iPhone] [15] Pro'],
    ['Sony WH-1000XM5', 'wh1000xm', 'Sony [WH]-[1000XM]5'],
    ['Чай_ник', 'ник', 'Чай_[ник]'],
    ['<b>Чай</b>', 'b', '<[b]>Чай</[b]>'],
    ['Чайник', '', 'Чайник'],
    ['İstanbul', 'stan', 'İstanbul'],
  ])('in «%s» by «%s» is %s', (text, typed, expected) => expect(marked(text, typed)).toBe(expected))

  it('leaves the text as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (text, typed) => {
          expect(
            highlight(text, typed)
              .map((part) => part.text)
              .join(''),
          ).toBe(text)
        },
      ),
    )
  })
})
