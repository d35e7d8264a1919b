import type { Loaded } from '../../clients/cache/page-cache.ts'
import { lifetimeOf, type CacheKind } from '../../domain/storefront/cache-policies.ts'

/** Of a route that gives a kept page: the answer to whoever has it already. */
export const NOT_MODIFIED = { 304: { description: 'It is as you know it' } }

/** What is made to be kept as long as things of its kind are. */
export const loadedAs = (kind: CacheKind, body: string): Loaded => ({
  body,
  lifetime: lifetimeOf(kind, Date.now(), Math.random()),
})
