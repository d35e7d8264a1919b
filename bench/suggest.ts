import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { createSuggestionsActivities } from '../activities/storefront/suggestions.ts'
import type { SuggestionCounts } from '../contracts/storefront.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { suggestionsIndex } from '../domain/storefront/suggest-index.ts'
import { goodsRequest, type SuggestQuestion } from '../domain/storefront/suggested-goods.ts'
import { answeredAtRate, percentile, spreadOf, type Answered, type Latencies } from './latencies.ts'
import { openSearchMarket, type SearchMarket } from './search-market.ts'
import { openTyping, TYPED_QUERIES } from './typing.ts'

const PER_SECOND = 20
const SECONDS = 15
const SERVED_SECONDS = 40
const ROUNDS = 5
const QUERIES = 30_000

/** The same suggestions in whole words, as the peer needs them. */
const wholeWords = {
  ...suggestionsIndex,
  alias: 'whole-words',
  settings: {
    ...suggestionsIndex.settings,
    analysis: {
      char_filter: { yo: { type: 'mapping', mappings: ['ё => е', 'Ё => Е'] } },
      analyzer: {
        exact_text: {
          type: 'custom',
          char_filter: ['yo'],
          tokenizer: 'standard',
          filter: ['lowercase'],
        },
      },
    },
  },
  mappings: {
    ...suggestionsIndex.mappings,
    properties: {
      ...(suggestionsIndex.mappings['properties'] as object),
      kind: { type: 'keyword' },
      cities: { type: 'keyword' },
      text: { type: 'text', analyzer: 'exact_text' },
    },
  },
}

type Figures = Record<'asked' | 'peer' | 'goodsAlone' | 'served' | 'kept' | 'made', Latencies> & {
  /** Of Elasticsearch, for what was served. */
  questions: number
}

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
      (day, text, city_id, searches, callers, finders, zero_results, slow, slowest_ms)
    select current_date, text, city_id, searches, searches, searches, 0, 0, 20
    from (
      select lower(split_part(name, ' М-', 1) || ' ' || coalesce(brand, '')) as text,
        'city-' || 1 + min(id) % 12 as city_id, sum(5 + id % 500) as searches
      from (select * from product order by id limit ${QUERIES}) p
      group by 1
    ) searched`.execute(owner.db)

function rebuild(
  { system, elasticsearch }: SearchMarket,
  suggestions: typeof suggestionsIndex,
): Promise<SuggestionCounts> {
  const activities = createSuggestionsActivities({ system: system.db, elasticsearch, suggestions })
  return new MockActivityEnvironment().run(() => activities.rebuildSuggestions())
}

async function race(market: SearchMarket): Promise<Figures> {
  const { elasticsearch } = market
  // As the client of Elasticsearch does: `fetch` alone takes longer than the API.
  const api = new Pool(new URL(market.url).origin)
  const type = await openTyping(market.owner.db, market.catalogue.cities)
  const askAll = async (searches: object[]): Promise<Goods> => {
    const { responses } = await elasticsearch.msearch({ searches })
    const last = responses.at(-1)!
    if (!('hits' in last)) throw new Error(JSON.stringify(last))
    return { goods: last.hits.hits.length }
  }
  const send = {
    asked: async (question: SuggestQuestion): Promise<Goods> => {
      const request = { index: shopProductsIndex.alias, ...goodsRequest(question) }
      return { goods: (await elasticsearch.search(request)).hits.hits.length }
    },
    peer: (question: SuggestQuestion) => askAll(byPhrase(question)),
    goodsAlone: (question: SuggestQuestion) => askAll(fromGoods(question)),
  }
  const figures: Figures = {
    ...{ asked: [], peer: [], goodsAlone: [] },
    ...{ served: [], kept: [], made: [], questions: 0 },
  }
  for (let round = 0; round <= ROUNDS; round++) {
    const isWarmUp = round === 0
    for (const name of ['peer', 'asked', 'goodsAlone'] as const) {
      const answered = await answeredAtRate(PER_SECOND, type(PER_SECOND * SECONDS), send[name])
      checkFound(name, answered)
      if (!isWarmUp) figures[name].push(...answered.map(({ ms }) => ms))
    }
    const before = await countQuestions(elasticsearch)
    const typed = type(PER_SECOND * SERVED_SECONDS)
    const served = await answeredAtRate(PER_SECOND, typed, (question) => askApi(api, question))
    checkFound('the API', served)
    if (isWarmUp) continue
    figures.questions += (await countQuestions(elasticsearch)) - before
    for (const { answer, ms } of served) {
      figures.served.push(ms)
      figures[answer.from].push(ms)
    }
  }
  await api.close()
  for (const latencies of Object.values(figures))
    if (Array.isArray(latencies)) latencies.sort((a, b) => a - b)
  return figures
}

/** How many goods are suggested. */
type Goods = { goods: number }

/** @throws when an answer that is as quick as that is mostly an empty one */
function checkFound(name: string, answered: readonly Answered<Goods>[]): void {
  const some = answered.filter(({ answer }) => answer.goods > 0).length
  if (some < answered.length / 2)
    throw new Error(`${name} has goods for ${some} of ${answered.length} letters only`)
}

/** Whether the answer was kept, or made for who asked. */
async function askApi(
  api: Pool,
  { q, city }: SuggestQuestion,
): Promise<Goods & { from: 'kept' | 'made' }> {
  const query = new URLSearchParams({ q, ...(city && { city }) })
  const path = `/v1/suggest?${query}`
  const { statusCode, headers, body } = await api.request({ path, method: 'GET' })
  if (statusCode !== 200) throw new Error(`${statusCode} ${await body.text()}`)
  const { items } = (await body.json()) as { items: object[] }
  const from = String(headers['cache-status']).includes('hit') ? 'kept' : 'made'
  return { goods: items.length, from }
}

/** How often Elasticsearch was asked for goods, until now. */
async function countQuestions(elasticsearch: SearchMarket['elasticsearch']): Promise<number> {
  const index = shopProductsIndex.alias
  const { _all } = await elasticsearch.indices.stats({ index, metric: 'search' })
  return _all.primaries!.search!.query_total!
}

/** The peer: the same four lists with the same filters, their words found by `match_phrase_prefix`. */
const byPhrase = ({ q, city }: SuggestQuestion): object[] => {
  const here = city === undefined ? [] : [{ term: { cities: city } }]
  return [
    ...['query', 'category', 'brand'].flatMap((kind) => [
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
        must: [phrase('name', q)],
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
  { asked, peer, goodsAlone, served, kept, made, questions }: Figures,
  { queries, brands, categories }: SuggestionCounts,
): string {
  const ratio = (ours: Latencies, of: number) =>
    (percentile(ours, of) / percentile(peer, of)).toFixed(2)
  const share = (count: number) => `${((100 * count) / served.length).toFixed(1)} %`
  return [
    '| at 20 letters/s | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|',
    `| \`GET /v1/suggest\`, through the API | ${spreadOf(served)} |`,
    `| of these, ${share(kept.length)} that were kept | ${spreadOf(kept)} |`,
    `| and ${share(made.length)} that were made for who asked | ${spreadOf(made)} |`,
    `| goods asked of Elasticsearch for every letter | ${spreadOf(asked)} |`,
    `| peer: \`match_phrase_prefix\` on the same two indices | ${spreadOf(peer)} |`,
    `| \`match_phrase_prefix\` on goods, brands and categories counted from them | ${spreadOf(goodsAlone)} |`,
    '',
    `\`GET /v1/suggest\` takes ${ratio(served, 50)} of the time of the peer at p50, ${ratio(served, 95)} at p95, ${ratio(served, 99)} at p99; what is made ` +
      `for who asked ${ratio(made, 50)} and ${ratio(made, 99)}. Elasticsearch was asked for ${share(questions)} of the letters. ` +
      `Buyers type ${TYPED_QUERIES} queries by Zipf's law, each to its end. ` +
      `Suggested are ${queries} queries, ${brands} brands, ${categories} categories and all goods; ` +
      `${ROUNDS} rounds of ${SECONDS} s each, of ${SERVED_SECONDS} s through the API, in turn on one node, latencies from when a ` +
      `letter was due.`,
  ].join('\n')
}
