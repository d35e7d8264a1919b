import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import { tellEndpoints } from '../../activities/integrations/webhook-consequences.ts'
import { startHelper, type Helper } from '../cache/helper-process.ts'
import type { Peer, PeerOrder, PeerReport } from './peer-process.ts'
import { openScene, type Scene, type Target } from './scene.ts'

const TARGETS = 8
const CONCURRENCY = 32
const ROUNDS = 3
const peers: Peer[] = ['bullmq', 'pg-boss', 'pg-boss-batches']

/** Deliveries a second, a round each. */
export type ThroughputFigures = Record<'yarmarka' | Peer, number[]>

/** What waits is written first; then it is delivered as fast as can be, by each in turn. */
export async function measureThroughput(
  scene: Scene,
  messages: number,
): Promise<ThroughputFigures> {
  await requireFlushes(scene)
  const helper: Helper<PeerOrder, PeerReport> = await startHelper('../webhooks/peer-process.ts', {
    args: [scene.stack.env['REDIS_URL']!, scene.stack.env['POSTGRES_URL']!],
  })
  const targets: Target[] = []
  for (let n = 0; n < TARGETS; n++)
    targets.push(await scene.addTarget({ concurrency: CONCURRENCY }))
  const worker = await scene.startWorker()
  const figures: ThroughputFigures = {
    yarmarka: [],
    bullmq: [],
    'pg-boss': [],
    'pg-boss-batches': [],
  }
  for (let round = 1; round <= ROUNDS; round++) {
    figures.yarmarka.push(messages / (await deliver(scene, targets, messages)))
    for (const peer of peers) {
      await helper.ask({ say: 'fill', peer, jobs: messages })
      const concurrency = TARGETS * CONCURRENCY
      const receiverUrl = scene.receiver.url
      const run = { say: 'run', peer, jobs: messages, receiverUrl, concurrency } as const
      const { seconds } = await helper.ask(run)
      figures[peer].push(messages / seconds)
      await requireReceived(scene, messages, peer)
    }
    console.error(`  round ${round}: ${JSON.stringify(figures)}`)
  }
  await Promise.all([helper.end(), worker.terminate()])
  return figures
}

/** In seconds, from the wake of the sleeping endpoints until the last result is recorded. */
async function deliver(
  scene: Scene,
  targets: readonly Target[],
  messages: number,
): Promise<number> {
  const { db } = scene.owner
  const events = await scene.appendRelayed(targets, { from: 0, count: messages, orders: 500 })
  const workflows = { signalWithStart: async () => {} } as never
  for (let from = 0; from < events.length; from += 1_000)
    await tellEndpoints({ system: db, workflows }, events.slice(from, from + 1_000))
  const startedAt = performance.now()
  await scene.wake(targets)
  const waiting = sql<{ any: boolean }>`
    select exists (select from webhook_message where state = 'pending') as any`
  while ((await waiting.execute(db)).rows[0]!.any) await pause(20)
  const seconds = (performance.now() - startedAt) / 1_000
  await requireReceived(scene, messages, 'yarmarka')
  return seconds
}

async function requireReceived(scene: Scene, messages: number, who: string): Promise<void> {
  const { distinct } = await scene.receiver.count()
  await scene.receiver.receipts()
  if (distinct !== messages) throw new Error(`${who}: ${distinct} of ${messages} were received`)
}

/** Nobody says «done» before it is on disk. */
async function requireFlushes(scene: Scene): Promise<void> {
  const { rows } = await sql<{ synchronousCommit: string }>`
    select current_setting('synchronous_commit') as synchronous_commit`.execute(scene.owner.db)
  if (rows[0]!.synchronousCommit !== 'on') throw new Error('synchronous_commit is not on')
  const redis = new Redis(scene.stack.env['REDIS_URL']!)
  await redis.config('SET', 'maxmemory-policy', 'noeviction')
  await redis.config('SET', 'maxmemory', '0')
  await redis.config('SET', 'appendfsync', 'always')
  await redis.config('SET', 'appendonly', 'yes')
  redis.disconnect()
}

export async function run(messages: number): Promise<string> {
  const scene = await openScene()
  try {
    return table(await measureThroughput(scene, messages), messages)
  } finally {
    await scene.close()
  }
}

const NAMES: Record<keyof ThroughputFigures, string> = {
  yarmarka: 'yarmarka',
  bullmq: 'BullMQ + undici, Redis with `appendfsync always`',
  'pg-boss': 'pg-boss + undici, each job acknowledged',
  'pg-boss-batches': 'pg-boss + undici, batches of 64 acknowledged together',
}

function table(figures: ThroughputFigures, messages: number): string {
  const median = (rounds: number[]) => rounds.toSorted((a, b) => a - b)[rounds.length >> 1]!
  const ours = median(figures.yarmarka)
  const rows = Object.entries(figures).map(([name, rounds]) => {
    const listed = rounds.map((one) => one.toFixed(0)).join(' / ')
    const ratio = `${(ours / median(rounds)).toFixed(2)} ×`
    return `| ${NAMES[name as keyof ThroughputFigures]} | ${listed} | ${ratio} |`
  })
  return [
    `${messages} signed messages to ${TARGETS} endpoints, ${TARGETS * CONCURRENCY} at a time, each recorded before it counts; every round from a full queue.`,
    '',
    '| | deliveries/s, by round | yarmarka against it (medians) |',
    '|---|---:|---:|',
    ...rows,
  ].join('\n')
}
