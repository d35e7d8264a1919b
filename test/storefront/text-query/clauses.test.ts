import { describe, expect, it } from 'vitest'
import { textClauses } from '../../../domain/storefront/text-query/clauses.ts'
import { indexSynonyms } from '../../../domain/storefront/text-query/synonyms.ts'

const leaves = (clause: unknown): number =>
  clause !== null && typeof clause === 'object'
    ? Object.entries(clause).reduce(
        (sum, [name, value]) =>
          sum + (/^(match|match_phrase|term)$/.test(name) ? 1 : leaves(value)),
        0,
      )
    : 0

describe('the clauses of a query', () => {
  it('are none without a query', () => {
    expect(textClauses(undefined)).toEqual({ must: [], should: [] })
  })

  it.each(['и в на', '🎧', '\u0000\u0001', '+-&&||'])('find nothing by «%s»', (q) => {
    expect(textClauses(q)).toEqual({ must: [{ match_none: {} }], should: [] })
  })

  it('hand over words alone, so that nothing in a query is an operator', () => {
    const text = JSON.stringify(textClauses('name:* AND "чай" ~2 /.*/'))
    expect(text).not.toMatch(/\*|~|query_string/)
  })

  it('do not ask of a good what stop words say', () => {
    const [found] = textClauses('чехол для телефона').must
    expect(JSON.stringify(found)).not.toContain('"everything":"для"')
  })

  it('are so many at most, whatever is typed', () => {
    const group = Array.from({ length: 50 }, (_, i) => `а${i} б${i} в${i} г${i}`)
    const synonyms = indexSynonyms([{ terms: ['слово', ...group], means: [] }])
    const { must, should } = textClauses('слово x1 '.repeat(2_000), synonyms)
    expect(leaves([must, should])).toBeLessThan(1_024)
  })
})
