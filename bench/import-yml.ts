import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { generateYml } from './generate/yml.ts'
import {
  catalogueHash,
  historyLength,
  newestTransaction,
  rowsWrittenAfter,
  untilRow,
  untilSearchable,
} from './import-checks.ts'
import { openMarketplace, watchMemory, type Marketplace } from './marketplace.ts'
import type { Import } from '../scripts/demo/api.ts'

export type ImportFigures = {
  offers: number
  fileMb: number
  /** From the upload's first byte to the state `completed`. */
  seconds: number
  rowsPerSecond: number
  parsingGrowthMb: number
  workerGrowthMb: number
  historyEvents: number
  counts: Import['counts']
}

export type ImportRun = {
  first: ImportFigures
  again: ImportFigures
  /** Rows of the seller's tables whose bytes were written by the second import. */
  writesAgain: number
  disturbed: { kills: number; seconds: number; counts: Import['counts'] }
  /** Whether the catalogue after the kills equals, value by value, the one of the undisturbed import. */
  sameCatalogue: boolean
  /** Until every document of both shops is in Elasticsearch at its newest version. */
  searchableAfterSeconds: number
}

/** Imports a generated feed undisturbed, again, and into another shop with the workers killed three times on the way. */
export async function measureImport(market: Marketplace, offers: number): Promise<ImportRun> {
  const file = await buffer(Readable.from(generateYml({ offers })))
  let [worker, parsing] = await Promise.all([
    market.product.startWorker('storefront', 'integrations'),
    market.product.startWorker('parsing'),
  ])

  const shop = await market.openShop()
  const importOnce = async (): Promise<ImportFigures> => {
    const watched = { parsing: await watchMemory(parsing), worker: await watchMemory(worker) }
    const startedAt = performance.now()
    const { id } = await upload(shop)
    const { state, counts } = await market.api.finished(shop.apiKey, id)
    const seconds = (performance.now() - startedAt) / 1_000
    if (state !== 'completed') throw new Error(`The import ended ${state}`)
    return {
      offers,
      fileMb: file.length / 1024 ** 2,
      seconds,
      rowsPerSecond: offers / seconds,
      parsingGrowthMb: await watched.parsing.growthMb(),
      workerGrowthMb: await watched.worker.growthMb(),
      historyEvents: await historyLength(market, id),
      counts,
    }
  }
  const upload = (to: { shopId: string; apiKey: string }) =>
    market.api.upload(to.apiKey, to.shopId, { name: 'bench.xml', bytes: new Uint8Array(file) })

  const first = await importOnce()
  const before = await newestTransaction(market, shop.sellerId)
  const again = await importOnce()
  const writesAgain = await rowsWrittenAfter(market, shop.sellerId, before)

  const other = await market.openShop()
  const startedAt = performance.now()
  const { id } = await upload(other)
  await untilRow(market, id, 'rows_read', offers * 0.4)
  await parsing.kill9()
  parsing = await market.product.startWorker('parsing')
  await untilRow(market, id, 'applied', offers * 0.2)
  await worker.kill9()
  worker = await market.product.startWorker('storefront', 'integrations')
  await untilRow(market, id, 'applied', offers * 0.7)
  await worker.kill9()
  worker = await market.product.startWorker('storefront', 'integrations')
  const { counts } = await market.api.finished(other.apiKey, id)
  const disturbed = { kills: 3, seconds: (performance.now() - startedAt) / 1_000, counts }

  const searchableAfterSeconds = await untilSearchable(market)
  const sameCatalogue =
    (await catalogueHash(market, shop.shopId)) === (await catalogueHash(market, other.shopId))
  await Promise.all([worker.terminate(), parsing.terminate()])
  return { first, again, writesAgain, disturbed, sameCatalogue, searchableAfterSeconds }
}

export async function run(offers: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const small = await measureImport(market, Math.round(offers / 10))
    const full = await measureImport(market, offers)
    return table([small, full])
  } finally {
    await market.close()
  }
}

function table(runs: ImportRun[]): string {
  const rows: [string, (run: ImportRun) => string][] = [
    ['offers', ({ first }) => String(first.offers)],
    ['file, MB', ({ first }) => first.fileMb.toFixed(0)],
    ['first import, s', ({ first }) => first.seconds.toFixed(1)],
    ['first import, rows/s', ({ first }) => first.rowsPerSecond.toFixed(0)],
    ['the same again, rows/s', ({ again }) => again.rowsPerSecond.toFixed(0)],
    ['rows written by the same again', ({ writesAgain }) => String(writesAgain)],
    ['peak growth of the parsing worker, MB', ({ first }) => String(first.parsingGrowthMb)],
    ['peak growth of the import worker, MB', ({ first }) => String(first.workerGrowthMb)],
    ['workflow history, events', ({ first }) => String(first.historyEvents)],
    ['with 3 × kill -9, s', ({ disturbed }) => disturbed.seconds.toFixed(1)],
    ['with 3 × kill -9, rows created', ({ disturbed }) => String(disturbed.counts.created)],
    ['same catalogue after the kills', ({ sameCatalogue }) => (sameCatalogue ? 'yes' : 'NO')],
    ['searchable after, s', (run) => run.searchableAfterSeconds.toFixed(1)],
  ]
  const lines = rows.map(([title, value]) => `| ${title} | ${runs.map(value).join(' | ')} |`)
  return ['| | small | full |', '|---|---:|---:|', ...lines].join('\n')
}
