import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { createSuggestionsActivities } from '../activities/storefront/suggestions.ts'
import type { SuggestionCounts } from '../contracts/storefront.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { suggestionsIndex } from '../domain/storefront/suggest-index.ts'
import { goodsRequest, type SuggestQuestion } from '../domain/storefront/suggested-goods.ts'
import { startHelper } from './cache/helper-process.ts'
import { answeredAtRate, percentile, spreadOf, type Answered, type Latencies } from './latencies.ts'
import { byPhrase, fromGoods, wholeWords } from './phrase-prefix.ts'
import type { PhraseOrder, PhraseReport } from './phrase-server.ts'
import { openSearchMarket, type SearchMarket } from './search-market.ts'
import { openTyping, TYPED_QUERIES } from './typing.ts'

const PER_SECOND = 20
const SECONDS = 15
const SERVED_SECONDS = 40
const AGAIN_SECONDS = 5
const ROUNDS = 5
const QUERIES = 30_000

/** Each asked for {@link SECONDS} in a round. */
const OTHERS = ['peer', 'phrase', 'asked', 'goodsAlone'] as const

type Figures = Record<(typeof OTHERS)[number] | 'served' | 'kept' | 'made', Latencies>

export async function run(size: number): Promise<string> {
  const market = await openSearchMarket(size)
  try {
    await fillSearchCounts(market)
    const counts = await rebuild(market, suggestionsIndex)
    await rebuild(market, wholeWords)
    const peer = await startHelper<PhraseOrder, PhraseReport>('../phrase-server.ts')
    try {
      const { url } = await peer.ask({ elasticsearchUrl: market.env['ELASTICSEARCH_URL']! })
      return table(await race(market, url), counts)
    } finally {
      await peer.end()
    }
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

async function race(market: SearchMarket, peerUrl: string): Promise<Figures> {
  const { elasticsearch } = market
  // As the client of Elasticsearch does: `fetch` alone takes longer than the API.
  const [api, peer] = [market.url, peerUrl].map((url) => new Pool(new URL(url).origin))
  const type = await openTyping(market.owner.db, market.catalogue.cities)
  const askAll = async (searches: object[]): Promise<Goods> => {
    const { responses } = await elasticsearch.msearch({ searches })
    const last = responses.at(-1)!
    if (!('hits' in last)) throw new Error(JSON.stringify(last))
    return { goods: last.hits.hits.length }
  }
  const send = {
    peer: (question: SuggestQuestion) => askServer(peer!, question),
    phrase: (question: SuggestQuestion) => askAll(byPhrase(question)),
    asked: async (question: SuggestQuestion): Promise<Goods> => {
      const request = { index: shopProductsIndex.alias, ...goodsRequest(question) }
      return { goods: (await elasticsearch.search(request)).hits.hits.length }
    },
    goodsAlone: (question: SuggestQuestion) => askAll(fromGoods(question)),
  }
  const figures: Figures = {
    ...{ peer: [], phrase: [], asked: [], goodsAlone: [] },
    ...{ served: [], kept: [], made: [] },
  }
  for (let round = 0; round <= ROUNDS; round++) {
    const isWarmUp = round === 0
    for (const name of OTHERS) {
      const answered = await answeredAtRate(PER_SECOND, type(PER_SECOND * SECONDS), send[name])
      checkFound(name, answered)
      if (!isWarmUp) figures[name].push(...answered.map(({ ms }) => ms))
    }
    // Buyers do not stop typing while others are asked: what grew old meanwhile is read again first.
    await answeredAtRate(PER_SECOND, type(PER_SECOND * AGAIN_SECONDS), (q) => askServer(api!, q))
    const typed = type(PER_SECOND * SERVED_SECONDS)
    const served = await answeredAtRate(PER_SECOND, typed, (question) => askServer(api!, question))
    checkFound('the API', served)
    if (isWarmUp) continue
    for (const { answer, ms } of served) {
      figures.served.push(ms)
      figures[answer.from].push(ms)
    }
  }
  await Promise.all([api!.close(), peer!.close()])
  for (const latencies of Object.values(figures)) latencies.sort((a, b) => a - b)
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
async function askServer(
  server: Pool,
  { q, city }: SuggestQuestion,
): Promise<Goods & { from: 'kept' | 'made' }> {
  const query = new URLSearchParams({ q, ...(city && { city }) })
  const path = `/v1/suggest?${query}`
  const { statusCode, headers, body } = await server.request({ path, method: 'GET' })
  if (statusCode !== 200) throw new Error(`${statusCode} ${await body.text()}`)
  const { items } = (await body.json()) as { items: object[] }
  const from = String(headers['cache-status']).includes('hit') ? 'kept' : 'made'
  return { goods: items.length, from }
}

function table(
  { peer, phrase, asked, goodsAlone, served, kept, made }: Figures,
  { queries, brands, categories }: SuggestionCounts,
): string {
  const ratios = (ours: Latencies, theirs: Latencies) =>
    [50, 95, 99]
      .map((of) => `${(percentile(ours, of) / percentile(theirs, of)).toFixed(2)} at p${of}`)
      .join(', ')
  const share = (count: number) => `${((100 * count) / served.length).toFixed(1)} %`
  return [
    '| at 20 letters/s | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|',
    `| \`GET /v1/suggest\` | ${spreadOf(served)} |`,
    `| of these, ${share(kept.length)} that were kept | ${spreadOf(kept)} |`,
    `| and ${share(made.length)} that were made for who asked | ${spreadOf(made)} |`,
    `| peer: \`match_phrase_prefix\` on the same two indices, in a bare route | ${spreadOf(peer)} |`,
    `| the same, asked of Elasticsearch directly | ${spreadOf(phrase)} |`,
    `| \`match_phrase_prefix\` on goods, brands and categories counted from them, directly | ${spreadOf(goodsAlone)} |`,
    `| our question for goods alone, directly, for every letter | ${spreadOf(asked)} |`,
    '',
    `\`GET /v1/suggest\` takes ${ratios(served, peer)} of the time of the peer in its route, and ${ratios(served, phrase)} ` +
      `of what no buyer can ask directly. ` +
      `Buyers type ${TYPED_QUERIES} queries by Zipf's law, each to its end. ` +
      `Suggested are ${queries} queries, ${brands} brands, ${categories} categories and all goods; ` +
      `${ROUNDS} rounds of ${SECONDS} s each, of ${SERVED_SECONDS} s through the API after ${AGAIN_SECONDS} s that do not count, in turn on one node, latencies from when a ` +
      `letter was due.`,
  ].join('\n')
}
