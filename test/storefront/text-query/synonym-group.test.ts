import { describe, expect, it } from 'vitest'
import {
  findClash,
  speaksOf,
  termFlaws,
} from '../../../domain/storefront/text-query/synonym-group.ts'
import type { SynonymGroup } from '../../../domain/storefront/text-query/synonyms.ts'

const group = (terms: string, means = ''): SynonymGroup => ({
  terms: terms.split(', '),
  means: means ? means.split(', ') : [],
})
const kept = (...groups: SynonymGroup[]) =>
  groups.map((one, at) => ({ ...one, id: String(at + 1) }))

describe('terms of a group', () => {
  it('that search knows are without flaw, stop words or not', () => {
    expect(termFlaws(group('детское кресло в машину, автокресло'))).toEqual([])
  })

  it.each([
    ['!!!, ухват', [{ list: 'terms', at: 0, flaw: 'wordless' }]],
    ['ухват, для под', [{ list: 'terms', at: 1, flaw: 'wordless' }]],
    ['ухват, один два три четыре пять', [{ list: 'terms', at: 1, flaw: 'long' }]],
    ['ухват, рогач, Ухваты', [{ list: 'terms', at: 2, flaw: 'repeated' }]],
    ['ёлка, елки', [{ list: 'terms', at: 1, flaw: 'repeated' }]],
  ])('«%s»', (terms, flaws) => {
    expect(termFlaws(group(terms))).toEqual(flaws)
  })

  it('do not mean themselves', () => {
    expect(termFlaws(group('ухват', 'рогач, ухватом'))).toEqual([
      { list: 'means', at: 1, flaw: 'repeated' },
    ])
  })
})

describe('a group beside others', () => {
  it('may share one term with them', () => {
    expect(findClash(group('ухват, рогач'), kept(group('ухват, вилы')))).toBeUndefined()
  })

  it('repeats no pair of theirs, in any form and order', () => {
    const others = kept(group('кочерга, клюка'), group('рогачи, вилы, ухваты'))
    expect(findClash(group('чугун, ухват, рогач'), others)).toEqual({
      ...{ kind: 'pair-exists', at: 1, other: 'рогач', groupId: '2' },
    })
  })

  it('may say the other way round what they say in one direction', () => {
    const others = kept(group('ухват', 'рогач'))
    expect(findClash(group('рогач', 'ухват'), others)).toBeUndefined()
    expect(findClash(group('рогач, ухват'), others)).toMatchObject({ at: 1, groupId: '1' })
    expect(findClash(group('ухватами', 'рогач'), others)).toMatchObject({ at: 0, groupId: '1' })
  })

  it('gives no term more than is looked at', () => {
    const others = kept(group('посуда', 'тарелка, кастрюля, сковорода'))
    expect(findClash(group('посуда', 'чугунок, ложка'), others)).toBeUndefined()
    expect(findClash(group('утварь, посуда', 'чугунок, ложка, ковш'), others)).toEqual({
      ...{ kind: 'means-too-much', at: 1 },
    })
  })
})

it('a group speaks of a word in any form, and of several when one term has them', () => {
  const phones = group('мобильный телефон, сотовый телефон', 'смартфон')
  expect(
    ['телефонами', 'Мобильного телефона', 'смартфоны'].map((one) => speaksOf(phones, one)),
  ).toEqual([true, true, true])
  expect(['мобильный сотовый', 'теле', '!'].map((one) => speaksOf(phones, one))).toEqual([
    false,
    false,
    false,
  ])
})
