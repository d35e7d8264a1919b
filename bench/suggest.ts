import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { createSuggestionsActivities } from '../activities/storefront/suggestions.ts'
import type { SuggestionCounts } from '../contracts/storefront.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { suggestionsIndex } from '../domain/storefront/suggest-index.ts'
import {
  suggestRequest,
  SUGGESTION_KINDS,
  type SuggestQuestion,
} from '../domain/storefront/suggest-query.ts'
import { sampler, type Sampler } from '../test/support/sampler.ts'
import type { SearchCatalogue } from '../test/support/search-catalogue.ts'
import { atRate, percentile, sorted, spreadOf, type Latencies } from './latencies.ts'
import { openSearchMarket, type SearchMarket } from './search-market.ts'

const PER_SECOND = 20
const SECONDS = 20
const ROUNDS = 2
const QUERIES = 30_000

/** The same suggestions in whole words, as the peer needs them. */
const wholeWords = {
  ...suggestionsIndex,
  alias: 'whole-words',
  mappings: {
    ...suggestionsIndex.mappings,
    properties: {
      ...(suggestionsIndex.mappings['properties'] as object),
      text: { type: 'text', analyzer: 'exact_text' },
    },
  },
}

type Figures = Record<'ours' | 'peer' | 'goodsAlone' | 'served', Latencies>

export async function run(size: number): Promise<string> {
  const market = await openSearchMarket(size)
  try {
    await fillSearchCounts(market)
    const counts = await rebuild(market, suggestionsIndex)
    await rebuild(market, wholeWords)
    return table(await race(market), counts)
  } finally {
    await market.close()
  }
}

/** Two or three words of the catalogue each, some in one city and some in all. */
const fillSearchCounts = ({ owner }: SearchMarket) =>
  sql`
    insert into search_count
    select current_date, lower(split_part(name, ' М-', 1) || ' ' || coalesce(brand, '')) as text,
      'city-' || 1 + min(id) % 12, sum(5 + id % 500), 0, 0, 20
    from (select * from product order by id limit ${QUERIES}) p
    group by 2`.execute(owner.db)

function rebuild(
  { system, elasticsearch }: SearchMarket,
  suggestions: typeof suggestionsIndex,
): Promise<SuggestionCounts> {
  const activities = createSuggestionsActivities({ system: system.db, elasticsearch, suggestions })
  return new MockActivityEnvironment().run(() => activities.rebuildSuggestions())
}

/** What people type, letter by letter from the second on: the kind with a word of the name, or a brand. */
function typing(
  { one, chance }: Sampler,
  { kinds, brands, cities }: SearchCatalogue,
  letters: number,
): SuggestQuestion[] {
  const typed: SuggestQuestion[] = []
  while (typed.length < letters) {
    const text = chance(0.3) ? one(brands) : `${one(kinds)} ${one(TRAITS)}`
    const city = chance(0.8) ? one(cities) : undefined
    for (let length = 2; length <= text.length; length++)
      typed.push({ q: text.slice(0, length).toLowerCase(), city })
  }
  return typed.slice(0, letters)
}

const TRAITS = ['для дома', 'зимний', 'детский', 'лёгкий']

async function race(market: SearchMarket): Promise<Figures> {
  const { elasticsearch, url } = market
  const draw = sampler(3)
  const questions = () => typing(draw, market.catalogue, PER_SECOND * SECONDS)
  const indices = { suggestions: suggestionsIndex.alias, goods: shopProductsIndex.alias }
  const send = {
    ours: (question: SuggestQuestion) =>
      elasticsearch.msearch({ searches: suggestRequest(question, indices) }),
    peer: (question: SuggestQuestion) => elasticsearch.msearch({ searches: byPhrase(question) }),
    goodsAlone: (question: SuggestQuestion) =>
      elasticsearch.msearch({ searches: fromGoods(question) }),
    async served({ q, city }: SuggestQuestion) {
      const query = new URLSearchParams({ q, ...(city && { city }) })
      const response = await fetch(new URL(`/v1/suggest?${query}`, url))
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
      await response.json()
    },
  }
  const names = ['ours', 'peer', 'goodsAlone', 'served'] as const
  const figures: Figures = { ours: [], peer: [], goodsAlone: [], served: [] }
  for (const name of names) await atRate(PER_SECOND, questions(), send[name])
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names)
      figures[name].push(...(await atRate(PER_SECOND, questions(), send[name])))
  return {
    ours: sorted(figures.ours),
    peer: sorted(figures.peer),
    goodsAlone: sorted(figures.goodsAlone),
    served: sorted(figures.served),
  }
}

/** The peer: the same four lists with the same filters, their words found by `match_phrase_prefix`. */
const byPhrase = ({ q, city }: SuggestQuestion): object[] => {
  const here = city === undefined ? [] : [{ term: { cities: city } }]
  return [
    ...SUGGESTION_KINDS.flatMap((kind) => [
      { index: wholeWords.alias },
      {
        size: 8,
        track_total_hits: false,
        query: {
          bool: {
            filter: [{ term: { kind } }, phrase('text', q), ...(kind === 'query' ? [] : here)],
          },
        },
        sort: [{ weight: 'desc' }],
      },
    ]),
    { index: shopProductsIndex.alias },
    {
      size: 6,
      track_total_hits: false,
      _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
      query: { bool: { filter: [{ match_phrase_prefix: { name: q } }, ...here] } },
      sort: [{ popularity: 'desc' }, { id: 'asc' }],
    },
  ]
}

/** The peer without suggestions of its own: brands and categories are those of the goods that match. */
const fromGoods = ({ q, city }: SuggestQuestion): object[] => [
  { index: wholeWords.alias },
  {
    size: 8,
    query: { bool: { filter: [{ term: { kind: 'query' } }], must: [phrase('text', q)] } },
  },
  { index: shopProductsIndex.alias },
  {
    size: 6,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: {
      bool: {
        must: [phrase('name.exact', q)],
        filter: city === undefined ? [] : [{ term: { cities: city } }],
      },
    },
    aggs: {
      brands: { terms: { field: 'brand', size: 5 } },
      categories: { terms: { field: 'category.id', size: 5 } },
    },
  },
]

const phrase = (field: string, q: string) => ({ match_phrase_prefix: { [field]: q } })

function table(
  { ours, peer, goodsAlone, served }: Figures,
  { queries, brands, categories }: SuggestionCounts,
): string {
  const ratio = (to: Latencies, of: number) =>
    (percentile(ours, of) / percentile(to, of)).toFixed(2)
  return [
    '| at 20 requests/s | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|',
    `| begun words | ${spreadOf(ours)} |`,
    `| \`match_phrase_prefix\` on the same two indices | ${spreadOf(peer)} |`,
    `| \`match_phrase_prefix\` on goods, brands and categories counted from them | ${spreadOf(goodsAlone)} |`,
    `| \`GET /v1/suggest\`, through the API | ${spreadOf(served)} |`,
    '',
    `Begun words take ${ratio(peer, 99)} of the time of \`match_phrase_prefix\` on the same indices at p99 ` +
      `(${ratio(peer, 50)} at p50), ${ratio(goodsAlone, 99)} of that on goods alone. ` +
      `Suggested are ${queries} queries, ${brands} brands, ${categories} categories and all goods; ` +
      `${ROUNDS} rounds of ${SECONDS} s each, in turn on one node, latencies from when a request was due.`,
  ].join('\n')
}
