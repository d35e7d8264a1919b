import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../test/support/until.ts'
import { percentile, sorted, spreadOf, type Latencies } from '../latencies.ts'
import type { Receipt } from './receiver-process.ts'
import { openScene, type Scene, type Target } from './scene.ts'

const TARGETS = 50
const HANGING_SHARE = 0.2
const PER_SECOND = 200
const TICK_MS = 100

export type HangFigures = {
  /** Of the endpoints that are healthy in both runs, from event to receipt, in ms. */
  allHealthy: Latencies
  someHang: Latencies
  ratio: number
  hanging: number
  targets: number
}

/** The same endpoints, once while all answer at once and once while a fifth of all keeps silent. */
export async function measureHang(
  scene: Scene,
  { seconds, warmUpSeconds }: { seconds: number; warmUpSeconds: number },
): Promise<HangFigures> {
  const healthy: Target[] = []
  const hanging: Target[] = []
  const restored: Target[] = []
  for (let n = 0; n < TARGETS; n++)
    if (n < TARGETS * HANGING_SHARE) {
      hanging.push(await scene.addTarget({ path: `/hang-${n}` }))
      restored.push(await scene.addTarget({ path: `/well-${n}` }))
    } else healthy.push(await scene.addTarget())
  const worker = await scene.startWorker()
  const measured = async (others: readonly Target[]): Promise<Latencies> => {
    const answering = new Set(others === hanging ? healthy : [...healthy, ...others])
    const targets = [...healthy, ...others].toSorted((a, b) => (a.path < b.path ? -1 : 1))
    const once = async (seconds: number) => {
      const sent = await feed(scene, targets, seconds)
      return received(scene, answering, (sent * answering.size) / targets.length)
    }
    // Connections are opened and code is compiled before anything is measured.
    await once(warmUpSeconds)
    const paths = new Set(healthy.map(({ path }) => path))
    return sorted((await once(seconds)).flatMap(({ path, ms }) => (paths.has(path) ? [ms] : [])))
  }
  const allHealthy = await measured(restored)
  const someHang = await measured(hanging)
  // Those that hang would be waited for.
  await worker.kill9()
  const ratio = percentile(someHang, 99) / percentile(allHealthy, 99)
  return { allHealthy, someHang, ratio, hanging: hanging.length, targets: TARGETS }
}

async function feed(scene: Scene, targets: readonly Target[], seconds: number): Promise<number> {
  const each = Math.round((PER_SECOND * TICK_MS) / 1_000)
  const startedAt = performance.now()
  let from = 0
  for (let tick = 1; tick <= (seconds * 1_000) / TICK_MS; tick++, from += each) {
    await scene.append(targets, { from, count: each, orders: 100 })
    await pause(Math.max(0, startedAt + tick * TICK_MS - performance.now()))
  }
  return Math.floor(from / targets.length) * targets.length
}

/** As many receipts as there must be at those who answer. */
async function received(
  scene: Scene,
  answering: ReadonlySet<Target>,
  wanted: number,
): Promise<Receipt[]> {
  const paths = new Set([...answering].map(({ path }) => path))
  const receipts: Receipt[] = []
  await until(
    async () => {
      receipts.push(...(await scene.receiver.receipts()).filter(({ path }) => paths.has(path)))
      return receipts.length >= wanted
    },
    { deadlineMs: 60_000, what: `${wanted} receipts` },
  )
  return receipts
}

export async function run(seconds: number): Promise<string> {
  const scene = await openScene()
  try {
    const { allHealthy, someHang, ratio, hanging, targets } = await measureHang(scene, {
      ...{ seconds, warmUpSeconds: 2 },
    })
    return [
      `${targets} endpoints, ${PER_SECOND} events/s; from event to receipt at those that are healthy in both runs, in ms.`,
      '',
      '| | receipts | p50 / p95 / p99 / greatest |',
      '|---|---:|---|',
      `| all answer | ${allHealthy.length} | ${spreadOf(allHealthy)} |`,
      `| ${hanging} of ${targets} hang for 30 s | ${someHang.length} | ${spreadOf(someHang)} |`,
      '',
      `p99 against all answering: ${ratio.toFixed(2)} ×.`,
    ].join('\n')
  } finally {
    await scene.close()
  }
}
