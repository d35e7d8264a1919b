import { inspect, isDeepStrictEqual } from 'node:util'
import { findShopProducts } from '../api/storefront/find-shop-products.ts'
import { indexViews } from '../api/storefront/index-view.ts'
import { listSellersDeliveringTo } from '../db/storefront/delivery-cities.ts'
import { attributePair } from '../domain/storefront/document.ts'
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

const COMPARED = 60
const PER_SECOND = 20
const WARM_UP_SECONDS = 15
const SECONDS = 5
const ROUNDS = 6
const ASKED_ALONE = 600
const FILTER_SETS = 500

type Figures = {
  ours: Latencies
  /** The peer's requests sent together, and one after another. */
  together: Latencies
  inTurn: Latencies
  served: Latencies
  /** One question after another, as soon as the last is answered. */
  alone: { ours: Latencies; inTurn: Latencies }
  differing: number
}

export async function run(size: number): Promise<string> {
  const market = await openSearchMarket(size)
  try {
    const draw = sampler(7)
    const questions = (count: number) =>
      Array.from({ length: count }, () => threeOfSix(draw, market.catalogue))
    await compare(market, questions(COMPARED))
    const raced = await race(market, questions)
    const alone = await raceAlone(market, questions(ASKED_ALONE))
    return table({ ...raced, alone, differing: await countDiffering(market) })
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

/** @throws when the two do not say the same */
async function compare(
  { elasticsearch }: SearchMarket,
  questions: readonly SearchQuestion[],
): Promise<void> {
  const views = indexViews(elasticsearch, shopProductsIndex.alias)
  for (const question of questions) {
    const answer = await findShopProducts({ search: elasticsearch, views }, question)
    const peer = await searchFacetByFacet(elasticsearch, question, true)
    const ours = compared(answer, peer.brand)
    if (!isDeepStrictEqual(ours, peer))
      throw new Error(`answers differ: ${inspect([ours, peer], { depth: null })}`)
  }
}

/**
 * Each at the same pace, in short turns on one node, whose order is reversed with every round: from this process, and through
 * the API. No question is asked twice.
 */
async function race(
  market: SearchMarket,
  questions: (count: number) => SearchQuestion[],
): Promise<Omit<Figures, 'differing' | 'alone'>> {
  const { elasticsearch } = market
  const views = indexViews(elasticsearch, shopProductsIndex.alias)
  const send = {
    ours: (question: SearchQuestion) =>
      findShopProducts({ search: elasticsearch, views }, question),
    together: (question: SearchQuestion) => searchFacetByFacet(elasticsearch, question, false),
    inTurn: (question: SearchQuestion) => searchFacetByFacet(elasticsearch, question, true),
    served: (question: SearchQuestion) => askApi(market, question),
  }
  const names = ['ours', 'together', 'inTurn', 'served'] as const
  const figures = { ours: [], together: [], inTurn: [], served: [] } as Record<
    (typeof names)[number],
    Latencies
  >
  for (const name of names)
    await atRate(PER_SECOND, questions(PER_SECOND * WARM_UP_SECONDS), send[name])
  for (let round = 0; round < ROUNDS; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const latencies = await atRate(PER_SECOND, questions(PER_SECOND * SECONDS), send[name])
      figures[name].push(...latencies)
    }
  return {
    ours: sorted(figures.ours),
    together: sorted(figures.together),
    inTurn: sorted(figures.inTurn),
    served: sorted(figures.served),
  }
}

/** Each question by both, who goes first in turn. */
async function raceAlone(
  { elasticsearch }: SearchMarket,
  questions: readonly SearchQuestion[],
): Promise<Figures['alone']> {
  const views = indexViews(elasticsearch, shopProductsIndex.alias)
  const [ours, inTurn]: [Latencies, Latencies] = [[], []]
  const askOurs = async (question: SearchQuestion) =>
    ours.push(await timed(() => findShopProducts({ search: elasticsearch, views }, question)))
  const askPeer = async (question: SearchQuestion) =>
    inTurn.push(await timed(() => searchFacetByFacet(elasticsearch, question, true)))
  for (const [n, question] of questions.entries())
    for (const ask of n % 2 === 0 ? [askOurs, askPeer] : [askPeer, askOurs]) await ask(question)
  return { ours: sorted(ours), inTurn: sorted(inTurn) }
}

/** As the peer tells it, who does not list a chosen brand that is seldom. */
function compared({ total, facets }: SearchAnswer, brands: ReadonlyMap<string, number>) {
  const byValue = (values: readonly { value: string; count: number }[]) =>
    new Map(values.filter(({ count }) => count > 0).map(({ value, count }) => [value, count]))
  const { min, max, histogram } = facets.price
  return {
    total,
    brand: byValue(facets.brand.filter(({ value, selected }) => !selected || brands.has(value))),
    category: byValue(facets.category),
    attributes: byValue(
      facets.attributes.map(({ name, value, count }) => ({
        value: attributePair(name, value),
        count,
      })),
    ),
    inStock: facets.inStock[0]!.count,
    prices: { min, max },
    histogram: new Map(
      histogram.filter(({ count }) => count > 0).map(({ from, count }) => [from, count]),
    ),
  }
}

async function askApi({ url }: SearchMarket, question: SearchQuestion): Promise<void> {
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
}

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

function table({ ours, together, inTurn, served, alone, differing }: Figures): string {
  const ratio = (peer: Latencies, us = ours) =>
    (percentile(us, 95) / percentile(peer, 95)).toFixed(2)
  const rows = [
    ['six facets, three chosen, in one request', spreadOf(ours)],
    ['a request per facet and one for the goods, sent together', spreadOf(together)],
    ['the same, one after another', spreadOf(inTurn)],
    ['`GET /v1/search`, through the API', spreadOf(served)],
    ['one question at a time: in one request', spreadOf(alone.ours)],
    ['and a request per facet, one after another', spreadOf(alone.inTurn)],
  ]
  return [
    `| at ${PER_SECOND} questions/s | p50 / p95 / p99 / greatest, ms |`,
    '|---|---:|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `p95 is ${ratio(together)} of a request per facet sent together, ${ratio(inTurn)} of those sent one after another; ` +
      `with one question at a time (${ASKED_ALONE} of them, by both in turn) ${ratio(alone.inTurn, alone.ours)}. ` +
      `(${ours.length} questions each, in turns of ${SECONDS} s on one node, latencies from when a question was due.) Of ${FILTER_SETS} random filter sets, ` +
      `${FILTER_SETS - differing} have exactly the counts of PostgreSQL, in every facet.`,
  ].join('\n')
}
