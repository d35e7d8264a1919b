import { describe, expect, it } from 'vitest'
import { categoryFacet } from '../../domain/storefront/category-facet.ts'

const known = new Map(
  [
    ['1', null, 'Электроника'],
    ['2', '1', 'Наушники'],
    ['3', '1', 'Смартфоны'],
    ['4', '2', 'Вкладыши'],
    ['5', null, 'Игрушки'],
  ].map(([id, parentId, name]) => [id!, { id: id!, parentId: parentId!, name: name! }]),
)
const value = (id: string, count: number, selected = false) => ({ value: id, count, selected })

describe('the facet of categories', () => {
  it('is read as a tree: a parent, then what is below it, the fullest first', () => {
    const values = [value('1', 9), value('3', 6), value('5', 4), value('2', 3), value('4', 1, true)]
    expect(categoryFacet(values, known)).toEqual([
      { value: '1', count: 9, selected: false, name: 'Электроника', parentId: null },
      { value: '3', count: 6, selected: false, name: 'Смартфоны', parentId: '1' },
      { value: '2', count: 3, selected: false, name: 'Наушники', parentId: '1' },
      { value: '4', count: 1, selected: true, name: 'Вкладыши', parentId: '2' },
      { value: '5', count: 4, selected: false, name: 'Игрушки', parentId: null },
    ])
  })

  it('shows at its root what is chosen, though nothing is left above it', () => {
    expect(categoryFacet([value('5', 4), value('4', 0, true)], known)).toMatchObject([
      { value: '5' },
      { value: '4', parentId: '2' },
    ])
  })

  it('leaves out what is gone', () => {
    expect(categoryFacet([value('99', 4)], known)).toEqual([])
  })
})
