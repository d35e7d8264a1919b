import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../test/support/until.ts'
import { sorted, spreadOf, type Latencies } from '../latencies.ts'
import { openScene, type Scene, type Target } from './scene.ts'

const PER_SECOND = 200
const TICK_MS = 50

/**
 * From the beginning of the transaction that makes an event to its first attempt's arrival, in ms. Endpoints sleep first,
 * so that they have to be woken.
 */
export async function measureLatency(
  scene: Scene,
  { seconds, endpoints }: { seconds: number; endpoints: number },
): Promise<Latencies> {
  const targets: Target[] = []
  for (let n = 0; n < endpoints; n++) targets.push(await scene.addTarget())
  const each = Math.round((PER_SECOND * TICK_MS) / 1_000)
  const startedAt = performance.now()
  let from = 0
  for (let tick = 1; tick <= (seconds * 1_000) / TICK_MS; tick++, from += each) {
    await scene.append(targets, { from, count: each, orders: 1_000 })
    await pause(Math.max(0, startedAt + tick * TICK_MS - performance.now()))
  }
  await until(async () => (await scene.receiver.count()).distinct >= from, {
    ...{ deadlineMs: 60_000, what: `${from} receipts` },
  })
  const receipts = await scene.receiver.receipts()
  const first = new Map<string, number>()
  for (const { webhookId, ms } of receipts) if (!first.has(webhookId)) first.set(webhookId, ms)
  return sorted([...first.values()])
}

export async function run(seconds: number): Promise<string> {
  const scene = await openScene()
  try {
    const worker = await scene.startWorker()
    const lines = []
    for (const endpoints of [1, 20]) {
      const latencies = await measureLatency(scene, { seconds, endpoints })
      lines.push(`| ${endpoints} | ${latencies.length} | ${spreadOf(latencies)} |`)
    }
    await worker.terminate()
    return [
      `${PER_SECOND} events/s; from the beginning of the transaction to the receipt of the first attempt, in ms.`,
      '',
      '| endpoints | events | p50 / p95 / p99 / greatest |',
      '|---:|---:|---|',
      ...lines,
    ].join('\n')
  } finally {
    await scene.close()
  }
}
