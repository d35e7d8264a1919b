import { decodeCursor, encodeCursor } from './cursor.ts'
import {
  LISTING_SORTS,
  parseScopeKey,
  scopeKey,
  type ListingScope,
  type ListingSort,
} from './listing.ts'
import { toShopProduct, type ShopProductRow } from './shown-shop-product.ts'

/** A page of a listing as it is asked for. */
export type ListingPage = {
  scope: ListingScope
  sort: ListingSort
  limit: number
  cursor: string | undefined
}

/** What a cursor of this listing is bound to. */
export const listingQuestion = ({ sort, scope }: Pick<ListingPage, 'sort' | 'scope'>): string =>
  `listing ${sort} ${scopeKey(scope)}`

/** Under which name the cache keeps it. */
export const pageKey = ({ scope, sort, limit, cursor }: ListingPage) => ({
  kind: 'listing',
  scope: scopeKey(scope),
  page: `${sort}|${limit}|${cursor ?? ''}`,
})

/** Whether {@link pageKey} named a page without a cursor. */
export const isFirstPage = ({ page }: { page: string }): boolean => page.endsWith('|')

/** The page of this name; `undefined` when we give no such names. */
export function parsePageKey(key: { scope: string; page: string }): ListingPage | undefined {
  const scope = parseScopeKey(key.scope)
  const [, sort, limit, cursor] = /^([a-z-]+)\|(\d{1,3})\|([\w-]*)$/.exec(key.page) ?? []
  const known = LISTING_SORTS.find((name) => name === sort)
  if (!scope || !known) return undefined
  return { scope, sort: known, limit: Number(limit), cursor: cursor || undefined }
}

/** Where the page begins that was named by {@link pageKey}. */
export function startOf(page: ListingPage): { key: string; id: string } | undefined {
  const position = page.cursor && decodeCursor(listingQuestion(page), page.cursor)
  return position ? { key: String(position[0]), id: String(position[1]) } : undefined
}

/** Which part of the listing the page shows: what is beyond it decides only whether there is another page. */
export const rangeOf = (
  page: Pick<ListingPage, 'sort'>,
  { after, next }: { after: Standing | undefined; next: Standing | undefined },
) => ({
  sort: page.sort,
  ascending: page.sort === 'price-asc',
  after: after ? { key: after.key, id: after.id } : null,
  upTo: next ? { key: next.key, id: next.id } : null,
})

type Standing = { key: string; id: string }

/** The page as it is answered and kept. */
export function listingBody(
  page: Pick<ListingPage, 'sort' | 'scope'>,
  { items, next }: { items: readonly (ShopProductRow & { key: string })[]; next: unknown },
): string {
  const last = next ? items.at(-1) : undefined
  return JSON.stringify({
    items: items.map(toShopProduct),
    nextCursor: last ? encodeCursor(listingQuestion(page), [last.key, last.id]) : null,
  })
}
