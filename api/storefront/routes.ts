import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import type { Database } from '../../db/database.ts'
import { shopProductsIndex, type SearchIndex } from '../../domain/storefront/search-index.ts'
import { suggestionsIndex } from '../../domain/storefront/suggest-index.ts'
import { createRouter } from '../openapi.ts'
import type { AnsweredBefore } from './answered-before.ts'
import { categories } from './categories.ts'
import { cities } from './cities.ts'
import type { HitLog } from './hit-log.ts'
import { listings } from './listings.ts'
import { knownCategories } from './known-categories.ts'
import { scopeFinder } from './scope.ts'
import { search } from './search.ts'
import type { SearchLog } from './search-log.ts'
import { shopProducts } from './shop-products.ts'
import { suggest } from './suggest.ts'

export type StorefrontDeps = {
  /** Connected as the role `storefront`. */
  storefront: Kysely<Database>
  cache: PageCache
  search: Elasticsearch
  /** What is searched; the shop products unless said otherwise. */
  index?: Pick<SearchIndex, 'alias'>
  /** What is suggested besides goods. */
  suggestions?: Pick<SearchIndex, 'alias'>
  /** Where searches are counted; nowhere unless given. */
  searchLog?: Pick<SearchLog, 'note'>
  /** In CIDR form: who may say for whom a search is. */
  trustedProxies?: readonly string[]
  /** Where reads of first pages and of cards are counted; nowhere unless given. */
  hitLog?: Pick<HitLog, 'note'>
  /** Is told which addresses of listings were right. */
  before?: Pick<AnsweredBefore, 'note'>
}

/** What everybody may read. To be served below `/v1`. */
export function storefrontRoutes(deps: StorefrontDeps) {
  const known = knownCategories(deps.storefront)
  const findScope = scopeFinder(deps.storefront, known)
  return createRouter()
    .route('/', cities(deps))
    .route('/', categories(deps))
    .route('/', listings({ ...deps, findScope }))
    .route('/', shopProducts({ ...deps, findScope }))
    .route('/', search({ ...INDICES, ...deps, findScope, categories: known }))
    .route('/', suggest({ ...INDICES, ...deps, findScope }))
}

const INDICES = { index: shopProductsIndex, suggestions: suggestionsIndex }
