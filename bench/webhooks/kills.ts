import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { until } from '../../test/support/until.ts'
import { seeded } from '../generate/random.ts'
import type { Receipt } from './receiver-process.ts'
import { openScene, type Scene, type Target } from './scene.ts'

export type KillFigures = {
  events: number
  kills: number
  restarts: number
  lost: number
  /** Received more than once. */
  duplicates: number
  /** Received and not yet recorded when the worker was killed, over all kills. */
  inFlight: number
  /** Receipts whose `webhook-id` is not their event's. */
  otherIds: number
  seconds: number
}

const TARGETS = 10
const ORDERS = 500
const SETTLES_WITHIN_MS = 600_000
const AT_A_TIME = 500

/**
 * Appends events at a steady rate while the worker is killed and PostgreSQL is restarted, then compares what was
 * received with what has happened.
 */
export async function measureKills(
  scene: Scene,
  {
    events,
    kills,
    restarts,
    perSecond,
  }: { events: number; kills: number; restarts: number; perSecond: number },
): Promise<KillFigures> {
  const random = seeded(1)
  const targets: Target[] = []
  for (let n = 0; n < TARGETS; n++) targets.push(await scene.addTarget({ concurrency: 16 }))
  const startedAt = performance.now()
  let appended = 0
  // A transaction whose end nobody heard of could not be repeated: while PostgreSQL restarts, nothing happens.
  let calm = Promise.resolve()
  const appending = (async () => {
    for (; appended < events; appended += AT_A_TIME) {
      const count = Math.min(AT_A_TIME, events - appended)
      calm = calm.then(() => scene.append(targets, { from: appended, count, orders: ORDERS }))
      await calm
      await pause((count * 1_000) / perSecond)
    }
  })()
  appending.catch(() => {})

  const receipts: Receipt[] = []
  const received = new Set<string>()
  const collect = async () => {
    for (const one of await scene.receiver.receipts()) {
      receipts.push(one)
      received.add(one.webhookId)
    }
  }
  let worker = await scene.startWorker()
  let [inFlight, restarted] = [0, 0]
  for (let kill = 1; kill <= kills; kill++) {
    const goal = (events * kill) / (kills + 1)
    await until(async () => (await collect(), received.size >= goal), {
      ...{ deadlineMs: SETTLES_WITHIN_MS, what: `${goal} receipts` },
    })
    await pause(random() * 200)
    await worker.kill9()
    // What was on its way into a socket has arrived by then.
    await pause(300)
    await collect()
    inFlight += await unrecorded(scene, received)
    console.error(`  kill ${kill}, ${received.size} received, ${inFlight} in flight so far`)
    worker = await scene.startWorker()
    if (Math.floor((kill * restarts) / kills) > restarted) {
      restarted++
      await pause(random() * 3_000)
      calm = calm.then(() => scene.stack.part('postgres').restart())
      await calm
      console.error('  PostgreSQL restarted')
    }
  }
  await appending
  await until(
    async () => {
      await collect()
      return received.size >= events && (await scene.pending()) === 0
    },
    { deadlineMs: SETTLES_WITHIN_MS, what: 'everything to be delivered' },
  )
  await collect()
  const seconds = (performance.now() - startedAt) / 1_000
  await worker.terminate()
  return {
    ...{ events, kills, restarts: restarted, inFlight, seconds },
    ...(await compare(scene, receipts, events)),
  }
}

async function compare(scene: Scene, receipts: readonly Receipt[], events: number) {
  const { rows } = await sql<{ id: string; change: string }>`
    select 'msg_' || m.id as id, e.data->>'change' as change
    from webhook_message m join event e on e.id = m.event_id`.execute(scene.owner.db)
  const idOf = new Map(rows.map(({ id, change }) => [Number(change), id]))
  const changes = new Set(receipts.map(({ change }) => change))
  return {
    lost: events - changes.size,
    duplicates: receipts.length - changes.size,
    otherIds: receipts.filter(({ change, webhookId }) => idOf.get(change) !== webhookId).length,
  }
}

/** Of what was received, what PostgreSQL knows nothing of. */
async function unrecorded(scene: Scene, received: ReadonlySet<string>): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select 'msg_' || id as id from webhook_message where state = 'pending'`.execute(scene.owner.db)
  return rows.filter(({ id }) => received.has(id)).length
}

export async function run(events: number): Promise<string> {
  const scene = await openScene()
  try {
    const figures = await measureKills(scene, {
      ...{ events, perSecond: 2_000 },
      ...{ kills: Math.min(10, Math.max(1, Math.round(events / 5_000))) },
      restarts: Math.min(3, Math.max(1, Math.round(events / 20_000))),
    })
    return [
      '| events | kill -9 of the worker | restarts of PostgreSQL | lost | received twice | in flight at the kills | under another `webhook-id` | seconds |',
      '|---:|---:|---:|---:|---:|---:|---:|---:|',
      `| ${figures.events} | ${figures.kills} | ${figures.restarts} | ${figures.lost} | ${figures.duplicates} | ${figures.inFlight} | ${figures.otherIds} | ${figures.seconds.toFixed(0)} |`,
    ].join('\n')
  } finally {
    await scene.close()
  }
}
