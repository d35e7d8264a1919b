import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Suggestion } from '../../domain/storefront/suggest-index.ts'
import { createSuggestionList } from '../../domain/storefront/suggestion-list.ts'

type Kind = Suggestion['kind']
const suggestion = (kind: Kind, text: string, cities: string[] = []): Suggestion => ({
  ...{ kind, text, cities, weight: 1, categoryId: null, parent: null },
})

/** The weightiest first. */
function listOf(suggestions: readonly Suggestion[]) {
  const list = createSuggestionList()
  for (const suggestion of suggestions) list.add(suggestion)
  return list
}
const textsOf = (suggestions: readonly Suggestion[]) => suggestions.map(({ text }) => text)

describe('suggestions in memory', () => {
  const queries = ['наушники детские', 'беспроводные наушники', 'наушники', 'ёлка'].map((text) =>
    suggestion('query', text),
  )
  it.each([
    ['н', ['наушники детские', 'беспроводные наушники', 'наушники']],
    ['наушники д', ['наушники детские']],
    ['дет науш', ['наушники детские']],
    ['наушникиш', []],
    ['елк', ['ёлка']],
    ['Ёлка ', ['ёлка']],
    ['науш+бес', ['беспроводные наушники']],
    ['🎧', []],
    ['', []],
  ])('are for «%s» %j, in the order of their weight', (typed, texts) =>
    expect(textsOf(listOf(queries).begunBy(typed).query)).toEqual(texts),
  )

  it.each(['iphone15', 'iphone 15', 'iphone15pro', '15 iph'])(
    'are found by «%s», joined and split as goods are',
    (typed) => {
      const queries = ['iphone 15 pro', 'iphone14'].map((text) => suggestion('query', text))
      expect(textsOf(listOf(queries).begunBy(typed).query)).toEqual(['iphone 15 pro'])
    },
  )

  it('are in a city what is there, and queries of elsewhere after those of the city', () => {
    const list = listOf([
      suggestion('query', 'нож', ['spb']),
      suggestion('brand', 'Нордвик', ['spb']),
      suggestion('query', 'ножницы', ['msk']),
      suggestion('brand', 'Нептун', ['msk']),
    ])
    const { query, brand } = list.begunBy('н', 'msk')
    expect(textsOf(query)).toEqual(['ножницы', 'нож'])
    expect(textsOf(brand)).toEqual(['Нептун'])
  })

  it('are what looking at every one of them gives', () => {
    const word = fc.string({ unit: fc.constantFrom('а', 'б'), minLength: 1, maxLength: 5 })
    const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
    const city = fc.constantFrom('msk', 'spb')
    const any = fc.tuple(
      fc.constantFrom<Kind>('query', 'category', 'brand'),
      text,
      fc.uniqueArray(city),
    )
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), text, fc.option(city), (all, typed, city) => {
        const suggestions = all.map((some) => suggestion(...some))
        expect(listOf(suggestions).begunBy(typed, city ?? undefined)).toEqual(
          oneByOne(suggestions, typed, city),
        )
      }),
    )
  })
})

function oneByOne(suggestions: readonly Suggestion[], typed: string, city: string | null) {
  const begun = suggestions.filter(({ text }) =>
    typed.split(' ').every((word) => text.split(' ').some((own) => own.startsWith(word))),
  )
  const isHere = ({ cities }: Suggestion) => city === null || cities.includes(city)
  const of = (kind: Kind) => begun.filter((some) => some.kind === kind && isHere(some))
  const elsewhere = begun.filter((some) => some.kind === 'query' && !isHere(some))
  return {
    query: [...of('query'), ...elsewhere].slice(0, 8),
    category: of('category').slice(0, 5),
    brand: of('brand').slice(0, 5),
  }
}
