import { sql } from 'kysely'
import { createWriteStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { generateYml } from './generate/yml.ts'
import { historyLength } from './import-checks.ts'
import { openMarketplace, watchMemory, type Marketplace } from './marketplace.ts'

/** Of a generated offer; it is a little more. */
const BYTES_OF_AN_OFFER = 600
/** Shares of the rows after which the peak is told, so that it shows whether it grows with them. */
const SHARES = [0.1, 0.25, 0.5, 1]

export type LargeFileFigures = {
  offers: number
  fileMb: number
  uploadSeconds: number
  /** From the upload's first byte to the state `completed`. */
  seconds: number
  created: number
  apiGrowthMb: number
  /** Peaks after each share of the rows was read, and applied. */
  parsingGrowthMb: number[]
  workerGrowthMb: number[]
  historyEvents: number
}

/** Imports a generated YML of so many MB by workers that have done nothing before, projection stopped. */
export async function measureLargeFile(
  market: Marketplace,
  megabytes: number,
): Promise<LargeFileFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-large-'))
  const [worker, parsing] = await Promise.all([
    market.product.startWorker('integrations'),
    market.product.startWorker('parsing'),
  ])
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
    const peaks = await watchPeaks(market, id, { offers, parser: parser!, importer: importer! })
    const { state, counts } = await market.api.finished(shop.apiKey, id)
    if (state !== 'completed') throw new Error(`The import ended ${state}`)
    return {
      offers,
      fileMb: size / 1024 ** 2,
      uploadSeconds,
      seconds: secondsSince(startedAt),
      created: counts.created,
      apiGrowthMb: await api!.growthMb(),
      parsingGrowthMb: peaks.parser,
      workerGrowthMb: peaks.importer,
      historyEvents: await historyLength(market, id),
    }
  } finally {
    await Promise.all([worker.terminate(), parsing.terminate()])
    await rm(folder, { recursive: true, force: true })
  }
}

type Watched = Awaited<ReturnType<typeof watchMemory>>

/** Until the import has ended. */
async function watchPeaks(
  { owner }: Marketplace,
  importId: string,
  { offers, parser, importer }: { offers: number; parser: Watched; importer: Watched },
): Promise<{ parser: number[]; importer: number[] }> {
  const peaks = { parser: [] as number[], importer: [] as number[] }
  const note = async (of: keyof typeof peaks, rows: number, watched: Watched) => {
    while (peaks[of].length < SHARES.length - 1 && rows >= SHARES[peaks[of].length]! * offers)
      peaks[of].push(await watched.growthMb())
  }
  for (;;) {
    const { rows } = await sql<{ read: string; applied: string; ended: boolean }>`
      select rows_read as read, created_count + updated_count + unchanged_count as applied,
        finished_at is not null as ended from import where id = ${importId}`.execute(owner.db)
    const { read, applied, ended } = rows[0]!
    await note('parser', Number(read), parser)
    await note('importer', Number(applied), importer)
    if (ended) break
    await pause(200)
  }
  peaks.parser.push(await parser.growthMb())
  peaks.importer.push(await importer.growthMb())
  return peaks
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
    [
      `peak growth of the parsing worker, MB: ${shares} of the rows read`,
      (run) => told(run.parsingGrowthMb),
    ],
    [
      `peak growth of the import worker, MB: ${shares} of the rows applied`,
      (run) => told(run.workerGrowthMb),
    ],
    ['peak growth of the API, MB', (run) => String(run.apiGrowthMb)],
    ['workflow history, events', (run) => String(run.historyEvents)],
  ]
  const lines = rows.map(([title, value]) => `| ${title} | ${runs.map(value).join(' | ')} |`)
  return ['| | a tenth | full |', '|---|---:|---:|', ...lines].join('\n')
}

const shares = SHARES.map((share) => `${share * 100} %`).join(', ')
const told = (peaks: readonly number[]) => peaks.join(', ')

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000
