import { setTimeout as pause } from 'node:timers/promises'
import { issueApiKey } from '../api/issue-api-key.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { fillShop } from '../test/support/catalogue.ts'
import { untilSearchable } from './import-checks.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'
import { openPgsync } from './pgsync.ts'
import { countDifferences, deleteSilently, operate } from './reindex-checks.ts'
import { startSearchLoad, type LoadedGood } from './search-load.ts'

export type ReindexFigures = {
  goods: number
  /** Seconds from the request to the last page written, each into a new index, with nothing else at work. */
  ours: number[]
  /** From the request to searches of the new index: with the parity check and the swap. */
  whole: number[]
  peer: number[]
  underLoad: LoadFigures
  drift: { planted: number; found: number; repaired: number; seconds: number; left: number }
}

export type LoadFigures = {
  /** From the request to the swap, the worker killed on the way. */
  seconds: number
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

const PLANTED = 10
const LOADED_GOODS = 2_000
/** The load goes on for so long before the reindex and after the swap. */
const AROUND_MS = 2_000

/** A marketplace with so many shop products in its search index, and its operator. */
export async function openFilled(goods: number) {
  const market = await openMarketplace()
  await fillShop(market.owner.db, await market.openShop(), goods)
  await market.owner.pool.query('analyze')
  const { key } = await issueApiKey(market.owner.db, {
    ...{ sellerId: null, name: 'bench', scopes: ['admin'] },
  })
  const operator = operate(market, key)
  const workers = { storefront: await market.product.startWorker('storefront', 'integrations') }
  await untilSearchable(market)
  return { market, operator, workers }
}
export type Filled = Awaited<ReturnType<typeof openFilled>>

export async function measureUndisturbed(
  { market, operator }: Filled,
  rounds: number,
): Promise<Pick<ReindexFigures, 'ours' | 'whole' | 'peer'>> {
  const figures: Pick<ReindexFigures, 'ours' | 'whole' | 'peer'> = { ours: [], whole: [], peer: [] }
  const peer = await openPgsync(market.env, shopProductsIndex)
  for (let round = 1; round <= rounds; round++) {
    figures.peer.push(await peer.bootstrap(`peer-${round}`))
    await operator.elasticsearch.indices.delete({ index: `peer-${round}` })
    const seconds = stopwatch()
    const { id } = await operator.begin(0)
    await operator.until(id, ({ state }) => !['queued', 'backfilling'].includes(state))
    figures.ours.push(seconds())
    await operator.until(id, ({ state }) => state === 'completed')
    figures.whole.push(seconds())
    console.error(
      `  round ${round}: peer ${figures.peer.at(-1)!.toFixed(1)} s, ours ${figures.ours.at(-1)!.toFixed(1)} s`,
    )
  }
  return figures
}

/** A reindex under updates and searches, with its worker killed while it fills, and the way back under the same load. */
export async function measureUnderLoad({
  market,
  operator,
  workers,
}: Filled): Promise<LoadFigures> {
  const load = startSearchLoad(market, await readGoods(market))
  await pause(AROUND_MS)
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
  await pause(AROUND_MS)
  await load.stop()
  await untilSearchable(market)
  const { lost, extra } = await countDifferences(market, operator)

  const goingBack = startSearchLoad(market, await readGoods(market))
  await pause(AROUND_MS)
  await operator.rollBack(id)
  await operator.until(id, ({ state }) => state === 'rolled-back')
  await pause(AROUND_MS)
  await goingBack.stop()
  await untilSearchable(market)
  const afterwards = await countDifferences(market, operator)
  return {
    ...{ seconds: took, lost, extra },
    updates: load.updates + goingBack.updates,
    searches: load.searches + goingBack.searches,
    wrong: Object.fromEntries([...load.wrong, ...goingBack.wrong]),
    repairedByParity: live.parity?.repaired ?? 0,
    lostAfterRollback: afterwards.lost,
    extraAfterRollback: afterwards.extra,
  }
}

export async function measureDrift({ market, operator }: Filled): Promise<ReindexFigures['drift']> {
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
    const undisturbed = await measureUndisturbed(filled, 2)
    const drift = await measureDrift(filled)
    const underLoad = await measureUnderLoad(filled)
    return table({ goods, ...undisturbed, drift, underLoad })
  } finally {
    await close(filled)
  }
}

export async function close({ market, operator }: Pick<Filled, 'market' | 'operator'>) {
  await operator.close()
  await market.close()
}

/** Every so-manieth good, by the code that finds it. */
async function readGoods({ owner }: Marketplace): Promise<LoadedGood[]> {
  const { rows } = await owner.pool.query<LoadedGood>(
    `select sp.id, p.vendor_code as "vendorCode", sp.price_minor::float8 as "priceMinor"
    from shop_product sp join product p on p.id = sp.product_id
    order by hashint8(sp.id) limit $1`,
    [LOADED_GOODS],
  )
  return rows
}

function table(figures: ReindexFigures): string {
  const { goods, ours, whole, peer, underLoad, drift } = figures
  const row = (title: string, seconds: number[]) =>
    `| ${title} | ${median(seconds).toFixed(1)} (${Math.min(...seconds).toFixed(1)}–${Math.max(...seconds).toFixed(1)}) | ${Math.round(goods / median(seconds))} |`
  const wrong = Object.entries(underLoad.wrong)
  return [
    `${goods} shop products, ${ours.length} rounds by turns; median (spread). The peer's index has the same settings and ` +
      'analysis and no refresh; its document nests the same rows and has neither the names of the category path nor the cities.',
    '',
    '| | s | documents/s |',
    '|---|---:|---:|',
    row('PGSync, bootstrap (its start-up left out)', peer),
    row('reindex, backfill (from the request on)', ours),
    row('reindex with parity check and swap', whole),
    '',
    `${(median(peer) / median(ours)).toFixed(2)} × the peer.`,
    '',
    `Under 200 updates/s and 50 searches/s, its worker killed once while it filled: swapped after ${underLoad.seconds.toFixed(1)} s; ` +
      `${underLoad.searches} searches, ${wrong.length === 0 ? 'none failed or wrong' : `WRONG: ${wrong.map(([what, count]) => `${count} × ${what}`).join(', ')}`}; ` +
      `${underLoad.updates} updates, ${underLoad.lost} lost, ${underLoad.extra} documents too many; ` +
      `repaired by the parity check: ${underLoad.repairedByParity}; after a rollback under the same load: ` +
      `${underLoad.lostAfterRollback} lost, ${underLoad.extraAfterRollback} too many.`,
    '',
    `${drift.planted} silent deletes: ${drift.found} found and ${drift.repaired} repaired by one drift cycle of ${drift.seconds.toFixed(1)} s; ` +
      `${drift.left} differences left.`,
  ].join('\n')
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1_000
}
