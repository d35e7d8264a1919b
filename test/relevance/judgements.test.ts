import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateCatalogue } from './catalogue/generate.ts'
import { gradeOf, KINDS } from './judgements/judgement.ts'
import { forTuning, heldOut } from './judgements/judgements.ts'
import { ndcg } from './ndcg.ts'

const catalogue = generateCatalogue()
const judgements = [...forTuning, ...heldOut]
const digest = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

describe('the catalogue', () => {
  it('is the same goods every time', () => {
    expect(catalogue).toHaveLength(6034)
    expect(
      digest(
        catalogue.map(({ document: { name, brand, category } }) => [name, brand, category.names]),
      ),
    ).toBe('98846982fc4c853d')
  })
})

describe('the judgements', () => {
  it('are as they were made before anything was tuned', () => {
    expect([digest(forTuning), digest(heldOut)]).toEqual(['7e5347db5abca01e', '845f0a06c30edc00'])
  })

  it('hold out half of every kind', () => {
    for (const kind of KINDS) {
      const ofKind = (half: typeof judgements) => half.filter((one) => one.kind === kind).length
      expect(ofKind(heldOut)).toBeGreaterThanOrEqual(12)
      expect(ofKind(heldOut) - ofKind(forTuning)).toBeOneOf([0, 1])
    }
  })

  it('each ask for something that there is', () => {
    const vain = judgements.filter((judgement) =>
      catalogue.every((good) => gradeOf(judgement, good) < 2),
    )
    expect(vain.map(({ q }) => q)).toEqual([])
  })

  it('are of different queries', () => {
    expect(new Set(judgements.map(({ q }) => q)).size).toBe(judgements.length)
  })
})

describe('nDCG', () => {
  it('is 1 for the best order and less for others', () => {
    expect(ndcg([3, 2, 0], [0, 2, 3, 0])).toBe(1)
    expect(ndcg([2, 3], [3, 2])).toBeLessThan(1)
    expect(ndcg([0, 0, 3], [3])).toBeCloseTo(0.5)
    expect(ndcg([], [3])).toBe(0)
  })
})
