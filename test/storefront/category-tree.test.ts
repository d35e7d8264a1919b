import { expect, it } from 'vitest'
import { categoryTree } from '../../domain/storefront/category-tree.ts'

it('hangs children below their parents, whichever came first', () => {
  expect(
    categoryTree([
      { id: '3', parentId: '2', name: 'Электрические' },
      { id: '1', parentId: null, name: 'Дом' },
      { id: '2', parentId: '1', name: 'Чайники' },
      { id: '4', parentId: null, name: 'Сад' },
      { id: '5', parentId: '1', name: 'Посуда' },
    ]),
  ).toEqual([
    {
      id: '1',
      name: 'Дом',
      children: [
        { id: '2', name: 'Чайники', children: [{ id: '3', name: 'Электрические', children: [] }] },
        { id: '5', name: 'Посуда', children: [] },
      ],
    },
    { id: '4', name: 'Сад', children: [] },
  ])
})
