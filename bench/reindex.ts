import { setTimeout as pause } from 'node:timers/promises'
import { issueApiKey } from '../api/issue-api-key.ts'
import { fillShop } from '../test/support/catalogue.ts'
import { untilSearchable } from './import-checks.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'
import { countDifferences, deleteSilently, operate } from './reindex-checks.ts'
import {
  startSearchLoad,
  warmUp,
  type LoadedGood,
  type LoadRates,
  type PassingGoods,
  type Warming,
} from './search-load.ts'

export type LoadFigures = {
  /** From the request to the swap, the worker killed on the way. */
  seconds: number
  /** Of the answers before it, to half the load. */
  wrongWhileWarming: Record<string, number>
  updates: number
  searches: number
  wrong: Record<string, number>
  repairedByParity: number
  lost: number
  extra: number
  /** After a rollback under the same load. */
  lostAfterRollback: number
  extraAfterRollback: number
}

export type DriftFigures = {
  planted: number
  found: number
  repaired: number
  seconds: number
  /** Differences after it. */
  left: number
}

const PLANTED = 10
/** A shop with a category, and a word for its goods, of its own each. */
const GOODS_PER_WORD = 1_000
/** In a shop of their own with the smallest ids, so that a backfill has read them when they go. */
const PASSING = 1_000

/** A marketplace with so many shop products in its search index, and its operator. */
export async function openFilled(goods: number) {
  const market = await openMarketplace()
  const passingShop = await market.openShop()
  await fillShop(market.owner.db, passingShop, PASSING)
  for (let filled = PASSING; filled < goods; filled += GOODS_PER_WORD) {
    const shop = await market.openShop()
    await fillShop(market.owner.db, shop, Math.min(GOODS_PER_WORD, goods - filled))
    await market.owner.pool.query(
      `update product set name = $1 || ' № ' || id where origin_shop_id = $2`,
      [wordOf(filled / GOODS_PER_WORD), shop.shopId],
    )
  }
  await market.owner.pool.query('analyze')
  const { key } = await issueApiKey(market.owner.db, {
    ...{ sellerId: null, name: 'bench', scopes: ['admin'] },
  })
  const operator = operate(market, key)
  const workers = { storefront: await market.product.startWorker('storefront', 'integrations') }
  await untilSearchable(market)
  const { shopId } = passingShop
  const passing = { shopId, ids: await readIds(market, shopId) }
  return { market, operator, workers, passing }
}
export type Filled = Awaited<ReturnType<typeof openFilled>>

/** A reindex under updates and searches, with its worker killed while it fills, and the way back under the same load. */
export async function measureUnderLoad(
  { market, operator, workers, passing }: Filled,
  {
    warming,
    aroundMs,
    ...rates
  }: LoadRates & {
    warming: Warming
    /** The load goes on for so long before the reindex and after the swap. */
    aroundMs: number
  },
): Promise<LoadFigures> {
  const wrongWhileWarming = await warmUp(market, await readGoods(market, passing), passing, {
    ...rates,
    ...warming,
  })
  await untilSearchable(market)
  const load = startSearchLoad(market, await readGoods(market, passing), passing, rates)
  await pause(aroundMs)
  const seconds = stopwatch()
  const { id } = await operator.begin(60)
  await operator.until(
    id,
    ({ state, progress: { read, total } }) => read > total / 4 || state === 'verifying',
    10,
  )
  await workers.storefront.kill9()
  workers.storefront = await market.product.startWorker('storefront', 'integrations')
  const live = await operator.until(id, ({ state }) => state === 'live')
  const took = seconds()
  console.error(`  ${new Date().toISOString()}  swapped`)
  await pause(aroundMs)
  await load.stop()
  await untilSearchable(market)
  const { lost, extra } = await countDifferences(market, operator)

  const goingBack = startSearchLoad(market, await readGoods(market, passing), passing, rates)
  await pause(aroundMs)
  await operator.order(id, 'rollback')
  await operator.until(id, ({ state }) => state === 'rolled-back')
  await pause(aroundMs)
  await goingBack.stop()
  await untilSearchable(market)
  const afterwards = await countDifferences(market, operator)
  return {
    ...{ seconds: took, lost, extra },
    updates: load.updates + goingBack.updates,
    searches: load.searches + goingBack.searches,
    wrongWhileWarming: Object.fromEntries(wrongWhileWarming),
    wrong: Object.fromEntries([...load.wrong, ...goingBack.wrong]),
    repairedByParity: live.parity?.repaired ?? 0,
    lostAfterRollback: afterwards.lost,
    extraAfterRollback: afterwards.extra,
  }
}

export async function measureDrift({ market, operator }: Filled): Promise<DriftFigures> {
  const { rows } = await market.owner.pool.query<{ id: string }>(
    'select id from shop_product order by random() limit $1',
    [PLANTED],
  )
  const ids = rows.map(({ id }) => id)
  await deleteSilently(operator, ids)
  const { drift: found, repaired, seconds } = await operator.checkDrift()
  await untilSearchable(market)
  const { lost, extra } = await countDifferences(market, operator)
  return { planted: PLANTED, found, repaired, seconds, left: lost + extra }
}

export async function run(goods: number): Promise<string> {
  const filled = await openFilled(goods)
  try {
    const drift = await measureDrift(filled)
    const underLoad = await measureUnderLoad(filled, {
      ...{ updatesPerSecond: 200, searchesPerSecond: 50 },
      warming: { searches: 1_000, forMs: 180_000 },
      aroundMs: 2_000,
    })
    const report = describe(goods, underLoad, drift)
    if (isWrong(underLoad) || drift.left > 0) throw new Error(`Not as it should be:\n${report}`)
    return report
  } finally {
    await close(filled)
  }
}

/** Nothing is tampered with here: what the parity check had to repair went wrong before. */
const isWrong = ({ wrong, repairedByParity, ...counts }: LoadFigures) =>
  Object.keys(wrong).length > 0 ||
  repairedByParity + counts.lost + counts.extra > 0 ||
  counts.lostAfterRollback + counts.extraAfterRollback > 0

export async function close({ market, operator }: Pick<Filled, 'market' | 'operator'>) {
  await operator.close()
  await market.close()
}

/** No two are of one stem, or so near to each other that one could be a slip of the fingers for the other. */
const wordOf = (shop: number) =>
  String(shop)
    .padStart(4, '0')
    .replace(/\d/g, (digit) => SYLLABLES[Number(digit)]!) + 'тор'
const SYLLABLES = ['ба', 'ве', 'ги', 'до', 'жу', 'зы', 'ки', 'лю', 'мо', 'не']

/** Without those that come and go. */
async function readGoods({ owner }: Marketplace, { shopId }: PassingGoods): Promise<LoadedGood[]> {
  const { rows } = await owner.pool.query<LoadedGood>(
    `select sp.id, split_part(p.name, ' ', 1) as word, sp.price_minor::float8 as "priceMinor"
    from shop_product sp join product p on p.id = sp.product_id where sp.shop_id <> $1 order by sp.id`,
    [shopId],
  )
  return rows
}

async function readIds({ owner }: Marketplace, shopId: string): Promise<string[]> {
  const { rows } = await owner.pool.query<{ id: string }>(
    'select id from shop_product where shop_id = $1 order by id',
    [shopId],
  )
  return rows.map(({ id }) => id)
}

function describe(goods: number, underLoad: LoadFigures, drift: DriftFigures): string {
  return [
    `${goods} shop products; 200 updates/s (prices, stock, goods that come and go) and 50 searches/s; the worker is killed (-9) once while it fills. Before it the market was under half of that load for three minutes.`,
    '',
    '| | |',
    '|---|---:|',
    `| from the request to the swap, s | ${underLoad.seconds.toFixed(1)} |`,
    `| searches | ${underLoad.searches} |`,
    `| failed, or neither old nor new | ${listed(underLoad.wrong)} |`,
    `| of those of the three minutes before | ${listed(underLoad.wrongWhileWarming)} |`,
    `| updates | ${underLoad.updates} |`,
    `| lost | ${underLoad.lost} |`,
    `| documents too many | ${underLoad.extra} |`,
    `| repaired by the parity check | ${underLoad.repairedByParity} |`,
    `| lost after a rollback under the same load | ${underLoad.lostAfterRollback} |`,
    `| too many after it | ${underLoad.extraAfterRollback} |`,
    `| silent deletes planted, found, repaired | ${drift.planted}, ${drift.found}, ${drift.repaired} |`,
    `| differences left after one cycle | ${drift.left} |`,
    `| the cycle, s | ${drift.seconds.toFixed(1)} |`,
  ].join('\n')
}

const listed = (wrong: Record<string, number>) =>
  Object.entries(wrong)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ') || '0'

export function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1_000
}
