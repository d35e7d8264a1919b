import { expect, it } from 'vitest'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import {
  listingQuestion,
  pageKey,
  parsePageKey,
  startOf,
  type ListingPage,
} from '../../domain/storefront/listing-page.ts'

const page: ListingPage = {
  ...{ scope: { city: 'msk', shop: '7', category: undefined }, sort: 'price-asc', limit: 20 },
  cursor: undefined,
}

it('the name of a page tells the page', () => {
  const cursor = encodeCursor(listingQuestion(page), ['100', '5'])
  for (const asked of [page, { ...page, cursor }])
    expect(parsePageKey(pageKey(asked))).toEqual(asked)
  expect(startOf({ ...page, cursor })).toEqual({ key: '100', id: '5' })
  expect(startOf(page)).toBeUndefined()
})

it.each([
  [{ scope: 'msk:-', page: 'popular|20|' }],
  [{ scope: 'msk::-', page: 'popular|20|' }],
  [{ scope: 'msk:-:-', page: 'dearest|20|' }],
  [{ scope: 'msk:-:-', page: 'popular|20' }],
  [{ scope: 'msk:-:-', page: 'popular|many|' }],
])('%j is no name of ours', (key) => {
  expect(parsePageKey(key)).toBeUndefined()
})
