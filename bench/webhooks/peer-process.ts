import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { PgBoss } from 'pg-boss'
import { Pool } from 'undici'
import { newWebhookSecret, keyOfSecret, signatureHeaders } from '../../clients/webhook-signature.ts'
import { serveOrders } from '../cache/helper-process.ts'

export type PeerOrder =
  | { say: 'fill'; peer: Peer; jobs: number }
  | { say: 'run'; peer: Peer; jobs: number; receiverUrl: string; concurrency: number }

export type Peer = 'bullmq' | 'pg-boss' | 'pg-boss-batches'
/** Of a run: from its worker's start until the last job was recorded as completed. */
export type PeerReport = { seconds: number }

type Job = { id: string; body: string }

const BATCH = 64
const queueName = 'webhooks'
const key = keyOfSecret(newWebhookSecret())
const [redisUrl, postgresUrl] = process.argv.slice(2) as [string, string]
const connection = () => new Redis(redisUrl, { maxRetriesPerRequest: null })

serveOrders<PeerOrder, PeerReport>(async (order) => {
  const isBull = order.peer === 'bullmq'
  if (order.say === 'fill') await (isBull ? fillBull : fillBoss)(order.jobs)
  else {
    const startedAt = performance.now()
    const send = sender(order.receiverUrl, order.concurrency)
    if (isBull) await runBull(order.jobs, order.concurrency, send)
    else if (order.peer === 'pg-boss') await runBoss(order.jobs, order.concurrency, 1, send)
    else await runBoss(order.jobs, order.concurrency / BATCH, BATCH, send)
    return { seconds: (performance.now() - startedAt) / 1_000 }
  }
  return { seconds: 0 }
})

const jobsOf = (count: number): Job[] =>
  Array.from({ length: count }, (_, n) => {
    const data = { orderId: String(n % 500), number: String(n % 500), shopId: '1', change: n }
    const state = { state: 'confirmed', previousState: 'new' }
    const timestamp = new Date().toISOString()
    const told = { type: 'order.status_changed', timestamp, data: { ...data, ...state } }
    return { id: `msg_${n}`, body: JSON.stringify(told) }
  })

/** The same request as ours, over connections that are kept. */
function sender(receiverUrl: string, connections: number) {
  const pool = new Pool(receiverUrl, { connections, pipelining: 1 })
  return async ({ id, body }: Job) => {
    const startedAt = performance.now()
    const timestamp = Math.floor(Date.now() / 1_000)
    const answer = await pool.request({
      ...{ method: 'POST', path: '/hook', body },
      headers: {
        'content-type': 'application/json',
        ...signatureHeaders({ id, timestamp, body }, [key]),
      },
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`status ${answer.statusCode}`)
    return { status: answer.statusCode, durationMs: performance.now() - startedAt, answer: text }
  }
}

type Send = ReturnType<typeof sender>

async function fillBull(count: number): Promise<void> {
  const queue = new Queue<Job>(queueName, { connection: connection() })
  await queue.obliterate({ force: true })
  const jobs = jobsOf(count)
  for (let from = 0; from < count; from += 1_000)
    await queue.addBulk(jobs.slice(from, from + 1_000).map((data) => ({ name: 'send', data })))
  await queue.close()
}

async function runBull(count: number, concurrency: number, send: Send): Promise<void> {
  let completed = 0
  const worker = new Worker<Job>(queueName, ({ data }) => send(data), {
    ...{ connection: connection(), concurrency },
  })
  await new Promise<void>((resolve, reject) => {
    worker.on('completed', () => ++completed === count && resolve())
    worker.on('failed', (_job, error) => reject(error))
    worker.on('error', reject)
  })
  await worker.close()
}

const startBoss = async () => {
  const boss = new PgBoss({
    connectionString: postgresUrl,
    max: 10,
    application_name: 'bench-peer',
  })
  boss.on('error', () => {})
  await boss.start()
  return boss
}

async function fillBoss(count: number): Promise<void> {
  const boss = await startBoss()
  await boss.deleteQueue(queueName)
  await boss.createQueue(queueName)
  const jobs = jobsOf(count)
  for (let from = 0; from < count; from += 1_000)
    await boss.insert(
      queueName,
      jobs.slice(from, from + 1_000).map((data) => ({ data })),
    )
  await boss.stop()
}

async function runBoss(
  count: number,
  localConcurrency: number,
  batchSize: number,
  send: Send,
): Promise<void> {
  const boss = await startBoss()
  const options = {
    localConcurrency,
    batchSize,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  }
  // One job a worker is never a full batch to pg-boss: it asks again by itself when one is done.
  await boss.work<Job>(queueName, options, (jobs) =>
    Promise.all(jobs.map(({ data }) => send(data))),
  )
  for (;;) {
    const completed = await countCompleted(boss)
    if (completed >= count) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await boss.stop()
}

async function countCompleted(boss: PgBoss): Promise<number> {
  const { rows } = await boss
    .getDb()
    .executeSql(
      `select count(*)::int as done from pgboss.job where name = $1 and state = 'completed'`,
      [queueName],
    )
  return (rows as { done: number }[])[0]!.done
}
