import { createWriteStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { generateYml } from './generate/yml.ts'
import { historyLength } from './import-checks.ts'
import { openMarketplace, watchMemory, type Marketplace } from './marketplace.ts'

/** Of a generated offer; it is a little more. */
const BYTES_OF_AN_OFFER = 600

export type LargeFileFigures = {
  offers: number
  fileMb: number
  uploadSeconds: number
  /** From the upload's first byte to the state `completed`. */
  seconds: number
  created: number
  apiGrowthMb: number
  parsingGrowthMb: number
  workerGrowthMb: number
  historyEvents: number
}

/** Imports a generated YML of so many MB by workers that have done nothing before, projection stopped. */
export async function measureLargeFile(
  market: Marketplace,
  megabytes: number,
): Promise<LargeFileFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-large-'))
  const worker = await market.product.startWorker('integrations')
  const parsing = await market.product.startWorker('parsing')
  try {
    const file = join(folder, 'feed.xml')
    const offers = Math.ceil((megabytes * 1024 ** 2) / BYTES_OF_AN_OFFER)
    await pipeline(generateYml({ offers }), createWriteStream(file))
    const { size } = await stat(file)
    const shop = await market.openShop()
    const [api, parser, importer] = await Promise.all([market, parsing, worker].map(watchMemory))
    const startedAt = performance.now()
    const { id } = await market.api.upload(shop.apiKey, shop.shopId, {
      name: 'feed.xml',
      bytes: await openAsBlob(file),
    })
    const uploadSeconds = secondsSince(startedAt)
    const { state, counts } = await market.api.finished(shop.apiKey, id)
    if (state !== 'completed') throw new Error(`The import ended ${state}`)
    return {
      offers,
      fileMb: size / 1024 ** 2,
      uploadSeconds,
      seconds: secondsSince(startedAt),
      created: counts.created,
      apiGrowthMb: await api!.growthMb(),
      parsingGrowthMb: await parser!.growthMb(),
      workerGrowthMb: await importer!.growthMb(),
      historyEvents: await historyLength(market, id),
    }
  } finally {
    await Promise.all([worker.terminate(), parsing.terminate()])
    await rm(folder, { recursive: true, force: true })
  }
}

export async function run(megabytes: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const small = await measureLargeFile(market, megabytes / 10)
    console.error(JSON.stringify(small))
    const large = await measureLargeFile(market, megabytes)
    return table([small, large])
  } finally {
    await market.close()
  }
}

function table(runs: LargeFileFigures[]): string {
  const rows: [string, (run: LargeFileFigures) => string][] = [
    ['file, MB', ({ fileMb }) => fileMb.toFixed(0)],
    ['offers', ({ offers }) => String(offers)],
    ['created', ({ created }) => String(created)],
    ['upload, s', ({ uploadSeconds }) => uploadSeconds.toFixed(1)],
    ['upload to completed, projection stopped, s', ({ seconds }) => seconds.toFixed(1)],
    ['rows/s', ({ offers, seconds }) => (offers / seconds).toFixed(0)],
    ['peak growth of the parsing worker, MB', (run) => String(run.parsingGrowthMb)],
    ['peak growth of the import worker, MB', (run) => String(run.workerGrowthMb)],
    ['peak growth of the API, MB', (run) => String(run.apiGrowthMb)],
    ['workflow history, events', (run) => String(run.historyEvents)],
  ]
  const lines = rows.map(([title, value]) => `| ${title} | ${runs.map(value).join(' | ')} |`)
  return ['| | a tenth | full |', '|---|---:|---:|', ...lines].join('\n')
}

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000
