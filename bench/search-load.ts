import { setTimeout as pause } from 'node:timers/promises'
import type { Marketplace } from './marketplace.ts'

/** `word` is what finds it, among others. */
export type LoadedGood = { id: string; word: string; priceMinor: number }

export type SearchLoad = {
  updates: number
  searches: number
  /** Of the answers: status, or what was wrong with the good that was found. */
  wrong: Map<string, number>
  stop(): Promise<void>
}

export type LoadRates = {
  updatesPerSecond: number
  searchesPerSecond: number
}

/** Before the load begins. */
export type Warming = {
  /** One at a time. */
  searches: number
  /** Then so long at half the load. */
  forMs: number
}

/** What comes and goes during the load; nobody searches for it. `ids` are those on sale. */
export type PassingGoods = { shopId: string; ids: string[] }

const changeStock = ({ owner }: Marketplace, id: string) =>
  owner.pool.query('update stock set units = units + 1 where shop_product_id = $1', [id])

/** One like the others of its shop. */
async function putOnSale({ owner }: Marketplace, { shopId, ids }: PassingGoods): Promise<void> {
  const { rows } = await owner.pool.query<{ id: string }>(
    `with made as (
      insert into product (seller_id, origin_shop_id, external_id, offer_type, name, category_id, attributes)
      select seller_id, origin_shop_id, gen_random_uuid(), offer_type, name, category_id, attributes
      from product where origin_shop_id = $1 order by id desc limit 1
      returning id, seller_id, origin_shop_id, external_id
    )
    insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, currency, available)
    select seller_id, origin_shop_id, id, external_id, 100000, 'RUB', true from made returning id`,
    [shopId],
  )
  ids.push(rows[0]!.id)
}

/** An old one, or the newest. */
async function takeOffSale({ owner }: Marketplace, { ids }: PassingGoods): Promise<void> {
  const id = Math.random() < 0.5 ? ids.shift() : ids.pop()
  if (id) await owner.pool.query('delete from shop_product where id = $1', [id])
}

type Found = { items: { id: string; price: { amount: number } }[]; total: number }

/**
 * Searches one at a time and as fast as answers come, then half the load: as a market has been used before somebody reindexes
 * it. A node that just began compiles its code on the first thousands of searches and writes, and needs ten times as long
 * for each.
 * @returns what was wrong with the answers to the half load
 */
export async function warmUp(
  market: Marketplace,
  goods: readonly LoadedGood[],
  passing: PassingGoods,
  { searches, forMs, ...full }: Warming & LoadRates,
): Promise<SearchLoad['wrong']> {
  const words = [...new Set(goods.map(({ word }) => word))]
  for (let turn = 0; turn < searches; turn++) {
    const response = await fetch(searchFor(market, words[turn % words.length]!))
    await response.arrayBuffer()
  }
  const half = startSearchLoad(market, goods, passing, {
    updatesPerSecond: full.updatesPerSecond / 2,
    searchesPerSecond: full.searchesPerSecond / 2,
  })
  await pause(forMs)
  await half.stop()
  return half.wrong
}

const searchFor = ({ url }: Marketplace, word: string) =>
  new URL(`/v1/search?q=${encodeURIComponent(word)}&limit=20`, url)

/**
 * Raises the price of one of these goods after the other, a kopeck at a time, changes the stock of others, takes goods of
 * the passing shop off sale for good and puts new ones on sale there, and searches one word after the other. An answer is
 * right when it counts every good of that word, and shows each at a price that it has had since
 * the load began: of the index of before or of the new one.
 */
export function startSearchLoad(
  market: Marketplace,
  goods: readonly LoadedGood[],
  passing: PassingGoods,
  { updatesPerSecond, searchesPerSecond }: LoadRates,
): SearchLoad {
  const first = new Map(goods.map(({ id, priceMinor }) => [id, priceMinor]))
  const newest = new Map(first)
  const sizes = new Map<string, number>()
  for (const { word } of goods) sizes.set(word, (sizes.get(word) ?? 0) + 1)
  const words = [...sizes.keys()]
  const load = { updates: 0, searches: 0, wrong: new Map<string, number>() }
  const note = (what: string, sentAt: number) => {
    load.wrong.set(what, (load.wrong.get(what) ?? 0) + 1)
    const tookMs = Math.round(performance.now() - sentAt)
    console.error(`  ${new Date().toISOString()}  ${what} after ${tookMs} ms`)
  }

  const raisePrice = (id: string) => {
    newest.set(id, newest.get(id)! + 1)
    return market.owner.pool.query(
      'update shop_product set price_minor = price_minor + 1 where id = $1',
      [id],
    )
  }
  const update = async (turn: number) => {
    const { id } = goods[(turn * 7_919) % goods.length]!
    const kind = turn % 6
    if (kind === 0) await changeStock(market, id)
    else if (kind === 1) await putOnSale(market, passing)
    else if (kind === 2) await takeOffSale(market, passing)
    else await raisePrice(id)
    load.updates++
  }
  const search = async (turn: number) => {
    const word = words[turn % words.length]!
    load.searches++
    const sentAt = performance.now()
    const response = await fetch(searchFor(market, word)).catch(() => undefined)
    if (response?.status !== 200) return note(`status ${response?.status ?? 'none'}`, sentAt)
    const { items, total } = (await response.json()) as Found
    if (total !== sizes.get(word)) note('not all found', sentAt)
    for (const { id, price } of items)
      if (price.amount < first.get(id)! || price.amount > newest.get(id)!)
        note('neither old nor new', sentAt)
  }

  let stopped = false
  const repeat = async (perSecond: number, act: (turn: number) => Promise<void>) => {
    const running = new Set<Promise<void>>()
    const startedAt = performance.now()
    for (let turn = 0; !stopped; turn++) {
      const wait = (turn * 1_000) / perSecond - (performance.now() - startedAt)
      if (wait > 0) await pause(wait)
      const sentAt = performance.now()
      const acting = act(turn)
        .catch((error: unknown) => note(String(error), sentAt))
        .finally(() => running.delete(acting))
      running.add(acting)
    }
    await Promise.all(running)
  }
  const running = [repeat(updatesPerSecond, update), repeat(searchesPerSecond, search)]
  return Object.assign(load, {
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  })
}
