import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { generateCsv } from './generate/csv.ts'
import {
  catalogueHash,
  newestTransaction,
  rowsWrittenAfter,
  untilSearchable,
} from './import-checks.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'
import { importPlainly } from './plain-csv-import.ts'

export type CsvFigures = {
  rows: number
  fileMb: number
  /** Seconds from the upload's first byte to the state `completed`, projection stopped, each into an empty shop. */
  ours: number[]
  /** csv-parse and kysely, in turn with ours, each into an empty shop. */
  peer: number[]
  again: number[]
  /** Tuples and changes written by the same file again. */
  writesAgain: number
  /** Whether both ways leave the same catalogue. */
  sameCatalogue: boolean
  withProjection: number
}

/** Imports a CSV through the product and as one would by hand, by turns, so that both see the same machine. */
export async function measureCsv(
  market: Marketplace,
  rows: number,
  rounds: number,
): Promise<CsvFigures> {
  const file = new Uint8Array(await buffer(Readable.from(generateCsv({ rows }))))
  const system = connectPostgres({
    url: roleUrl(readConfig('worker', market.env), 'system'),
    applicationName: 'bench-peer',
  })
  const parsing = await market.product.startWorker('parsing')
  const upload = async (shop: { shopId: string; apiKey: string }) => {
    const seconds = stopwatch()
    const { id } = await market.api.upload(shop.apiKey, shop.shopId, {
      name: 'goods.csv',
      bytes: file,
    })
    const { state, counts } = await market.api.finished(shop.apiKey, id)
    if (state !== 'completed' || counts.rejected > 0) throw new Error(`The import ended ${state}`)
    return seconds()
  }
  const figures: CsvFigures = {
    rows,
    fileMb: file.length / 1024 ** 2,
    ...{ ours: [], peer: [], again: [], writesAgain: 0, sameCatalogue: true, withProjection: 0 },
  }
  const everything = await market.product.startWorker('storefront', 'integrations')
  figures.withProjection = await upload(await market.openShop())
  await untilSearchable(market)
  await everything.terminate()

  const integrations = await market.product.startWorker('integrations')
  for (let round = 0; round < rounds; round++) {
    const plain = await market.openShop()
    await settle(market)
    const seconds = stopwatch()
    await importPlainly(system.db, plain, file)
    figures.peer.push(seconds())
    console.error(`  round ${round + 1}: peer ${figures.peer.at(-1)!.toFixed(1)} s`)

    const shop = await market.openShop()
    await settle(market)
    figures.ours.push(await upload(shop))
    await settle(market)
    const before = await newestTransaction(market, shop.sellerId)
    figures.again.push(await upload(shop))
    console.error(
      `  ours ${figures.ours.at(-1)!.toFixed(1)} s, again ${figures.again.at(-1)!.toFixed(1)} s`,
    )
    figures.writesAgain += await rowsWrittenAfter(market, shop.sellerId, before)
    figures.sameCatalogue &&=
      (await catalogueHash(market, shop.shopId)) === (await catalogueHash(market, plain.shopId))
  }
  await integrations.terminate()
  await parsing.terminate()
  await system.close()
  return figures
}

/** What autovacuum does within minutes of an import, and would otherwise do beside whatever is measured next. */
const settle = ({ owner }: Marketplace) =>
  owner.pool.query('vacuum analyze product, shop_product, stock, change')

export async function run(rows: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureCsv(market, rows, 3))
  } finally {
    await market.close()
  }
}

function table(figures: CsvFigures): string {
  const { rows, ours, peer, again } = figures
  const rate = (seconds: number) => Math.round(rows / seconds)
  const row = (title: string, seconds: number[]) =>
    `| ${title} | ${median(seconds).toFixed(1)} (${Math.min(...seconds).toFixed(1)}–${Math.max(...seconds).toFixed(1)}) | ${rate(median(seconds))} |`
  return [
    `CSV of ${rows} rows, ${figures.fileMb.toFixed(0)} MB, ${ours.length} rounds by turns, each on vacuumed tables; median (spread).`,
    '',
    '| | s | rows/s |',
    '|---|---:|---:|',
    row('csv-parse + kysely multi-row upsert, projection stopped', peer),
    row('import, end to end, projection stopped', ours),
    row('the same file again', again),
    row('import, end to end, projection running', [figures.withProjection]),
    '',
    `${(median(peer) / median(ours)).toFixed(2)} × the peer; again ${(median(ours) / median(again)).toFixed(2)} × the first; ` +
      `written by the same again: ${figures.writesAgain}; same catalogue both ways: ${figures.sameCatalogue ? 'yes' : 'NO'}`,
  ].join('\n')
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1_000
}
