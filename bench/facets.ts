import { isDeepStrictEqual } from 'node:util'
import { findShopProducts } from '../api/storefront/find-shop-products.ts'
import { indexViews } from '../api/storefront/index-view.ts'
import { listSellersDeliveringTo } from '../db/storefront/delivery-cities.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import type { SearchAnswer } from '../domain/storefront/search-answer.ts'
import type { SearchQuestion } from '../domain/storefront/search-query.ts'
import { differencesFromSql, flattenGoods } from '../test/support/facets-by-sql.ts'
import { randomFilters } from '../test/support/filter-sets.ts'
import { sampler, type Sampler } from '../test/support/sampler.ts'
import type { SearchCatalogue } from '../test/support/search-catalogue.ts'
import { COLOUR, searchFacetByFacet } from './facet-by-facet.ts'
import { atRate, percentile, sorted, spreadOf, timed, type Latencies } from './latencies.ts'
import { openSearchMarket, type SearchMarket } from './search-market.ts'

const RACED = 200
const PER_SECOND = 20
const SECONDS = 30
const FILTER_SETS = 500

type Figures = {
  ours: Latencies
  /** The peer's requests sent together, and one after another. */
  together: Latencies
  inTurn: Latencies
  served: Latencies
  differing: number
}

export async function run(size: number): Promise<string> {
  const market = await openSearchMarket(size)
  try {
    const draw = sampler(7)
    const questions = (count: number) =>
      Array.from({ length: count }, () => threeOfSix(draw, market.catalogue))
    await race(market, questions(RACED / 4))
    const raced = await race(market, questions(RACED))
    const served = await serve(market, questions(PER_SECOND * SECONDS))
    return table({ ...raced, served, differing: await countDiffering(market) })
  } finally {
    await market.close()
  }
}

/** Of six facets: category, brand, price, in stock, colour and all other attributes. */
function threeOfSix(
  { one, some, chance, number }: Sampler,
  { cities, brands, categories, attributes, kinds }: SearchCatalogue,
): SearchQuestion {
  const chosen = new Set<string>()
  while (chosen.size < 3) chosen.add(one(['category', 'brand', 'price', 'in stock', COLOUR]))
  const priceFrom = 10_000 + number(300_000)
  return {
    q: chance(0.3) ? one(kinds).toLowerCase() : undefined,
    city: one(cities),
    inStock: chosen.has('in stock'),
    deliverable: false,
    // Departments and sections: what people begin with.
    category: chosen.has('category') ? one(categories.slice(0, 56)) : undefined,
    brands: chosen.has('brand') ? some(brands.slice(0, 40), 4) : [],
    ...(chosen.has('price') && { priceFrom, priceTo: priceFrom * 5 }),
    attributes: new Map(chosen.has(COLOUR) ? [[COLOUR, some(attributes[COLOUR]!, 3)]] : []),
    sort: 'popular',
    limit: 20,
  }
}

/** In turn, from this process, on the same node and data; both must say the same. */
async function race(
  { elasticsearch }: SearchMarket,
  questions: readonly SearchQuestion[],
): Promise<Pick<Figures, 'ours' | 'together' | 'inTurn'>> {
  const views = indexViews(elasticsearch, shopProductsIndex.alias)
  const times = { ours: [] as Latencies, together: [] as Latencies, inTurn: [] as Latencies }
  for (const question of questions) {
    const answers: object[] = []
    const ours = async () => {
      const found = await findShopProducts({ search: elasticsearch, views }, question)
      answers.push(compared(found))
    }
    const peer = async (inTurn: boolean) =>
      answers.push(await searchFacetByFacet(elasticsearch, question, inTurn))
    times.ours.push(await timed(ours))
    times.together.push(await timed(() => peer(false)))
    times.inTurn.push(await timed(() => peer(true)))
    if (!answers.every((answer) => isDeepStrictEqual(answer, answers[0])))
      throw new Error(`answers differ: ${JSON.stringify(answers)}`)
  }
  return {
    ours: sorted(times.ours),
    together: sorted(times.together),
    inTurn: sorted(times.inTurn),
  }
}

const compared = ({ total, facets }: SearchAnswer) => ({
  total,
  brands: facets.brand.filter(({ count }) => count > 0).length,
  categories: facets.category.filter(({ count }) => count > 0).length,
  inStock: facets.inStock[0]!.count,
  least: facets.price.min,
})

/** Through the API, at a pace of its own. */
const serve = ({ url }: SearchMarket, questions: readonly SearchQuestion[]): Promise<Latencies> =>
  atRate(PER_SECOND, questions, async (question) => {
    const { q, city, category, brands, inStock, priceFrom, priceTo, attributes } = question
    const query = new URLSearchParams({ city: city!, sort: 'popular', inStock: String(inStock) })
    if (q) query.set('q', q)
    if (category) query.set('category', category)
    if (priceFrom !== undefined) query.set('priceFrom', String(priceFrom))
    if (priceTo !== undefined) query.set('priceTo', String(priceTo))
    for (const brand of brands) query.append('brand', brand)
    for (const [name, values] of attributes)
      for (const value of values) query.append(`attr.${name}`, value)
    const response = await fetch(new URL(`/v1/search?${query}`, url))
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    await response.json()
  })

async function countDiffering({ owner, elasticsearch, catalogue }: SearchMarket): Promise<number> {
  await flattenGoods(owner.db)
  const views = indexViews(elasticsearch, shopProductsIndex.alias)
  const draw = sampler(500)
  let differing = 0
  for (let set = 0; set < FILTER_SETS; set++) {
    const filters = randomFilters(draw, catalogue)
    const { city } = filters
    const sellers = city === undefined ? undefined : await listSellersDeliveringTo(owner.db, city)
    const question = { ...filters, sellers }
    const found = await findShopProducts({ search: elasticsearch, views }, question)
    const differences = await differencesFromSql(owner.db, question, found)
    if (differences.length === 0) continue
    differing++
    console.error(`  filter set ${set}: ${differences.join('; ')}`)
  }
  return differing
}

function table({ ours, together, inTurn, served, differing }: Figures): string {
  const ratio = (peer: Latencies) => (percentile(ours, 95) / percentile(peer, 95)).toFixed(2)
  const rows = [
    ['six facets, three chosen, in one request', spreadOf(ours)],
    ['a request per facet and one for the goods, sent together', spreadOf(together)],
    ['the same, one after another', spreadOf(inTurn)],
    [`through the API at ${PER_SECOND} requests/s for ${SECONDS} s`, spreadOf(served)],
  ]
  return [
    '| | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `p95 is ${ratio(together)} of a request per facet sent together, ${ratio(inTurn)} of those sent one after another ` +
      `(${ours.length} questions, in turn on one node). Of ${FILTER_SETS} random filter sets, ` +
      `${FILTER_SETS - differing} have exactly the counts of PostgreSQL, in every facet.`,
  ].join('\n')
}
