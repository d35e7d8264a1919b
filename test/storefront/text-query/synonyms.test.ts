import { describe, expect, it } from 'vitest'
import { indexSynonyms, unitsOf } from '../../../domain/storefront/text-query/synonyms.ts'
import { readWords } from '../../../domain/storefront/text-query/words.ts'

const synonyms = indexSynonyms([
  { terms: ['смартфон', 'мобильный телефон', 'мобильник'], means: [] },
  { terms: ['резина'], means: ['шина'] },
  { terms: ['резина', 'покрышка'], means: [] },
])
const alternatives = (q: string) =>
  unitsOf(readWords(q), synonyms).map(({ words, alternatives }) => [
    words.join(' '),
    ...alternatives,
  ])

describe('synonyms', () => {
  it('mean each other, in any form', () => {
    expect(alternatives('мобильников')).toEqual([['мобильников', 'смартфон', 'мобильный телефон']])
    expect(alternatives('смартфоны')).toEqual([['смартфоны', 'мобильный телефон', 'мобильник']])
  })

  it('of several words are one unit of the query, the longest first', () => {
    expect(alternatives('чехол для мобильного телефона xiaomi')).toEqual([
      ['чехол'],
      ['для'],
      ['мобильного телефона', 'смартфон', 'мобильник'],
      ['xiaomi'],
    ])
    expect(alternatives('телефона мобильного')).toEqual([['телефона'], ['мобильного']])
  })

  it('may hold in one direction alone, and of several groups', () => {
    expect(alternatives('зимняя резина')).toEqual([['зимняя'], ['резина', 'шина', 'покрышка']])
    expect(alternatives('шина')).toEqual([['шина']])
  })

  it('are found whatever stop words they have, and none is made of stop words alone', () => {
    const seat = indexSynonyms([
      { terms: ['автокресло', 'детское кресло в машину', 'для !'], means: [] },
    ])
    expect(unitsOf(['детского', 'кресла', 'машину'], seat)).toEqual([
      { words: ['детского', 'кресла', 'машину'], alternatives: ['автокресло'] },
    ])
    expect(unitsOf(['автокресло'], seat)[0]?.alternatives).toEqual(['детское кресло в машину'])
  })

  it('are so many at most', () => {
    const terms = Array.from({ length: 100 }, (_, i) => `слово${i}`)
    const many = indexSynonyms([{ terms, means: [] }])
    expect(unitsOf(['слово1'], many)[0]?.alternatives).toHaveLength(5)
  })
})
