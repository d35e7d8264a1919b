import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookingAlike, onOtherLayout } from '../../../domain/storefront/text-query/letters.ts'
import { transliterate } from '../../../domain/storefront/text-query/transliterate.ts'

describe('the other layout of the keyboard', () => {
  it.each([
    ['yfeiybrb', 'наушники'],
    ['[jkjlbkmybr', 'холодильник'],
    ['rjat d p`hyf[', 'кофе в зёрнах'],
    ['ыфьыгтп', 'samsung'],
    ['шзрщту 15', 'iphone 15'],
    ['{jkjlbkmybr', 'холодильник'],
  ])('makes «%s» «%s»', (typed, meant) => {
    expect(onOtherLayout(typed)).toBe(meant)
  })

  it('twice is where one was', () => {
    const withoutShift = fc.string().map((text) => text.replace(/[{}:"<>~]/g, ''))
    fc.assert(fc.property(withoutShift, (text) => onOtherLayout(onOtherLayout(text)) === text))
  })
})

describe('letters that look alike', () => {
  it('are exchanged when all of them do', () => {
    expect(lookingAlike('xm')).toBe('хм')
    expect(lookingAlike('хм4012')).toBe('xm4012')
    expect(lookingAlike('sm')).toBeUndefined()
    expect(lookingAlike('4012')).toBeUndefined()
  })
})

describe('transliteration', () => {
  it.each([
    ['naushniki', 'наушники'],
    ['krossovki', 'кроссовки'],
    ['pylesos', 'пылесос'],
    ['chainik', 'чайник'],
    ['utyug', 'утюг'],
    ['zimnyaya', 'зимняя'],
    ['interskol', 'интерскол'],
    ['макита', 'makita'],
    ['бош', 'bosch'],
    ['филипс', 'philips'],
    ['самсунг', 'samsung'],
    ['канон', 'canon'],
  ])('may make «%s» «%s»', (word, meant) => {
    expect(transliterate(word)).toContain(meant)
  })

  it('leaves alone what is of both alphabets or of neither', () => {
    for (const word of ['sмартфон', 'wh1000', '15', 'çay']) expect(transliterate(word)).toEqual([])
  })

  it('gives few words, all of the other alphabet', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,30}$/), (word) => {
        const spelt = transliterate(word)
        return spelt.length <= 6 && spelt.every((one) => /^[а-я]+$/.test(one))
      }),
    )
  })
})
