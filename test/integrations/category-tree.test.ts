import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrangeCategories } from '../../domain/integrations/category-tree.ts'
import type { CategoryRow } from '../../domain/integrations/row.ts'

const category = (externalId: string, parentExternalId?: string): CategoryRow => ({
  externalId,
  name: `Категория ${externalId}`,
  ...(parentExternalId === undefined ? {} : { parentExternalId }),
})
const arranged = (...categories: CategoryRow[]) => {
  const { levels, orphans } = arrangeCategories(categories)
  const ids = (of: CategoryRow[]) => of.map(({ externalId }) => externalId)
  return { levels: levels.map(ids), orphans: ids(orphans) }
}

describe('categories in any order', () => {
  it('stand below their parents, siblings as in the file', () => {
    expect(
      arranged(category('3', '2'), category('5', '1'), category('2', '1'), category('1')),
    ).toEqual({ levels: [['1'], ['5', '2'], ['3']], orphans: [] })
  })

  it('are roots with the parent 0 or an empty one, unless there is a category 0', () => {
    expect(arranged(category('1', '0'), category('2', ''))).toEqual({
      levels: [['1', '2']],
      orphans: [],
    })
    expect(arranged(category('1', '0'), category('0'))).toEqual({
      levels: [['0'], ['1']],
      orphans: [],
    })
  })

  it('become roots, and are told of, when their parent is not in the file', () => {
    const { levels, orphans } = arrangeCategories([category('1'), category('6', '66')])
    expect(levels).toEqual([[category('1'), category('6')]])
    expect(orphans).toEqual([category('6', '66')])
  })

  it('that go in a circle are cut at the first', () => {
    expect(
      arranged(category('1', '3'), category('2', '1'), category('3', '2'), category('4', '4')),
    ).toEqual({ levels: [['1', '4'], ['2'], ['3']], orphans: ['1', '4'] })
  })

  it('count once when they come again', () => {
    expect(arranged(category('1'), category('2', '1'), category('2'), category('1', '2'))).toEqual({
      levels: [['1'], ['2']],
      orphans: [],
    })
  })

  it('do not multiply when they come again thousands of times', () => {
    const again = ['1', '2', '3', '4', '5'].flatMap((id) =>
      Array<CategoryRow>(2_000).fill(category(id, String(Number(id) - 1))),
    )
    expect(arranged(...again).levels).toEqual([['1'], ['2'], ['3'], ['4'], ['5']])
  })

  it('a hundred thousand deep stand at most 64 deep', () => {
    const chain = Array.from({ length: 100_000 }, (_, id) => category(`${id}`, `${id - 1}`))
    const { levels } = arrangeCategories(chain)
    expect(levels.map(({ length }) => length)).toEqual([...Array(63).fill(1), 100_000 - 63])
    expect(levels[63]!.at(-1)).toEqual({ ...chain.at(-1)!, parentExternalId: '62' })
  })

  it('a hundred thousand circles are told apart', () => {
    const circles = Array.from({ length: 100_000 }, (_, id) => category(`${id}`, `${id ^ 1}`))
    expect(arrangeCategories(circles).levels.map(({ length }) => length)).toEqual([50_000, 50_000])
  })

  it('each stand in exactly one level, after their parent', () => {
    const id = fc.integer({ min: 0, max: 12 }).map(String)
    const any = fc.array(fc.tuple(id, fc.option(id, { nil: undefined })))
    fc.assert(
      fc.property(any, (pairs) => {
        const { levels } = arrangeCategories(pairs.map(([own, parent]) => category(own, parent)))
        const seen = new Set<string>()
        for (const level of levels) {
          for (const { parentExternalId } of level)
            expect(parentExternalId === undefined || seen.has(parentExternalId)).toBe(true)
          for (const { externalId } of level) {
            expect(seen.has(externalId)).toBe(false)
            seen.add(externalId)
          }
        }
        expect(seen).toEqual(new Set(pairs.map(([own]) => own)))
      }),
    )
  })
})
