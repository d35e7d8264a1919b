import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import type { Sampler } from './sampler.ts'
import type { SearchCatalogue } from './search-catalogue.ts'

/** What names begin with and no other text has. */
const isFirstWordAlone = (kind: string) => kind !== 'Наушники' && kind !== 'Чехол'

/** Any filters together, with a word or without: none, one, many, such that nothing is left, values that nothing has. */
export function randomFilters(
  { number, one, some, chance }: Sampler,
  { cities, brands, categories, attributes, kinds }: SearchCatalogue,
): SearchQuestion {
  const city = chance(0.6) ? one(cities) : undefined
  const priceFrom = chance(0.25) ? number(500_000) : undefined
  const names = chance(0.6) ? some(Object.keys(attributes), 3) : []
  return {
    q: chance(0.3) ? one(kinds.filter(isFirstWordAlone)) : undefined,
    city,
    inStock: chance(0.3),
    deliverable: city !== undefined && chance(0.3),
    category: chance(0.4) ? one(categories) : undefined,
    brands: chance(0.4) ? some([...brands.slice(0, 20), ...brands, 'Нет такого'], 4) : [],
    priceFrom,
    priceTo: chance(0.25) ? (priceFrom ?? 0) + number(2_000_000) : undefined,
    attributes: new Map(
      names.map((name) => [name, some([...attributes[name]!, 'нет такого'], 3)] as const),
    ),
    sort: one(['popular', 'price-asc', 'new']),
    limit: 1 + number(30),
  }
}
