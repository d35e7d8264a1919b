import { setTimeout as pause } from 'node:timers/promises'
import { createPageCache, type Loaded } from '../../clients/cache/page-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import { seeded, zipf } from '../generate/random.ts'
import { serveOrders } from './helper-process.ts'

export type SoakOrder = { seconds: number; maxBytes: number; collectEverySeconds: number }
export type SoakReport = {
  reads: number
  pages: number
  loads: number
  /** Greatest of what was noted every second, by the cache's own count. */
  mostCounted: number
  /** Greatest growth of the process since before the first page, after a full collection of garbage. */
  mostGrown: number
  collections: number
}

/** `--expose-gc` */
declare const gc: () => void

const TIMES_THE_MEMORY = 5
const READERS = 4
const [LEAST_BYTES, MOST_BYTES] = [2_000, 60_000]
/** What an entry takes besides its body: the same compressed twice, by a measure of such pages. */
const ENTRY_PER_BODY = 1.5
const KEEP_MS = 60 * 60_000
/** What was given up in one turn is freed in the next ones. */
const SETTLE_MS = 100
const WORDS = [
  'чайник',
  'ёлка',
  'стол',
  'лампа',
  'плед',
  'kettle',
  'table',
  'price',
  'amount',
  'id',
]

if (import.meta.main) {
  const [url] = process.argv.slice(2) as [string]
  const connect = () => connectRedis({ url, commandTimeoutMs: 1_000, patient: true })
  const connections = { redis: connect(), subscriber: connect() }

  serveOrders<SoakOrder, SoakReport>(async ({ seconds, maxBytes, collectEverySeconds }) => {
    const cache = createPageCache({ ...connections, maxBytes, staleOnErrorMs: () => 0 })
    const mean = ((LEAST_BYTES + MOST_BYTES) / 2) * ENTRY_PER_BODY
    const pages = Math.ceil((TIMES_THE_MEMORY * maxBytes) / mean)
    const report = { reads: 0, pages, loads: 0, mostCounted: 0, mostGrown: 0, collections: 0 }
    const endsAt = performance.now() + seconds * 1_000
    const before = await collected()
    let collecting: Promise<number> | undefined

    const reader = async (number: number) => {
      const place = zipf(pages, 1, seeded(number))
      while (performance.now() < endsAt) {
        if (collecting) await collecting
        const page = place()
        await cache.read({ kind: 'listing', scope: `page-${page}`, page: 'all' }, () => load(page))
        report.reads++
        // Pages in memory are given at once, in one turn: the clock and the collector have theirs.
        if (report.reads % 20 === 0) await pause(2)
      }
    }
    const watcher = async () => {
      for (let second = 1; performance.now() < endsAt; second++) {
        await pause(1_000)
        report.mostCounted = Math.max(report.mostCounted, cache.memory.bytes)
        if (second % collectEverySeconds !== 0) continue
        collecting = collected()
        report.mostGrown = Math.max(report.mostGrown, (await collecting) - before)
        collecting = undefined
        report.collections++
      }
    }
    await Promise.all([watcher(), ...Array.from({ length: READERS }, (_, at) => reader(at))])
    report.loads = cache.meter.counts.loads
    return report
  })
}

/** Bytes that are left when what was being read has been read, and all garbage is gone. */
async function collected(): Promise<number> {
  await pause(SETTLE_MS)
  gc()
  await pause(SETTLE_MS)
  gc()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

/** The page of this number, always the same. */
async function load(page: number): Promise<Loaded> {
  const random = seeded(page + 1)
  const bytes = LEAST_BYTES + random() * (MOST_BYTES - LEAST_BYTES)
  const items: object[] = []
  for (let size = 0; size < bytes;) {
    const word = WORDS[Math.floor(random() * WORDS.length)]!
    const item = { id: Math.floor(random() * 1e9), name: `${word} ${random().toString(36)}` }
    items.push(item)
    size += Buffer.byteLength(JSON.stringify(item)) + 1
  }
  const endsAt = Date.now() + KEEP_MS
  return {
    body: JSON.stringify(items),
    lifetime: { refreshAt: endsAt, softAt: endsAt, hardAt: endsAt },
  }
}
