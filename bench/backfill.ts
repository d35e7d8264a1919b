import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { openPgsync } from './pgsync.ts'
import { close, openFilled, stopwatch, type Filled } from './reindex.ts'

export type BackfillFigures = {
  /** Seconds from the request to the last page written, each time into a new index. */
  ours: number[]
  /** From the request to searches of the new index: with the parity check and the swap. */
  whole: number[]
  peer: number[]
}

/** Builds the index through the product and through PGSync by turns, so that both see the same machine. */
export async function measureBackfill(
  { market, operator }: Filled,
  rounds: number,
): Promise<BackfillFigures> {
  const figures: BackfillFigures = { ours: [], whole: [], peer: [] }
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
    const [took, tookPeer] = [figures.ours.at(-1)!, figures.peer.at(-1)!]
    console.error(`  round ${round}: peer ${tookPeer.toFixed(1)} s, ours ${took.toFixed(1)} s`)
  }
  return figures
}

export async function run(goods: number): Promise<string> {
  const filled = await openFilled(goods)
  try {
    return table(goods, await measureBackfill(filled, 3))
  } finally {
    await close(filled)
  }
}

function table(goods: number, { ours, whole, peer }: BackfillFigures): string {
  const row = (title: string, seconds: number[]) =>
    `| ${title} | ${median(seconds).toFixed(1)} (${Math.min(...seconds).toFixed(1)}–${Math.max(...seconds).toFixed(1)}) | ${Math.round(goods / median(seconds))} |`
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
  ].join('\n')
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
