import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { wakeDeliverer } from '../../activities/integrations/webhook-consequences.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { connectTemporal } from '../../clients/temporal.ts'
import { readConfig } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Event } from '../../db/events.ts'
import { migrate } from '../../scripts/migrate.ts'
import { startStack } from '../../stack/stack.ts'
import { createShop } from '../../test/support/marketplace.ts'
import { openProduct, type ProductProcess } from '../../test/support/processes.ts'
import { createEndpoint } from '../../test/support/webhooks.ts'
import { startHelper, type Helper } from '../cache/helper-process.ts'
import type { Receipt, ReceiverOrder, ReceiverReport } from './receiver-process.ts'

export type Target = { id: string; sellerId: string; path: string }

export type Scene = Awaited<ReturnType<typeof openScene>>

export type TargetOptions = {
  path?: string
  concurrency?: number
  ordering?: 'none' | 'per-order'
}

/** PostgreSQL, Temporal, one worker process and a receiver in a process of its own: all that webhooks need. */
export async function openScene() {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-bench-'))
  const stack = await startStack({
    dataDir: join(folder, 'data'),
    runDir: join(folder, 'run'),
    logDir: join(import.meta.dirname, '../../.local/logs/bench'),
    parts: ['postgres', 'redis', 'temporal'],
    usualPorts: false,
    environment: {},
    progress: (title, state) => console.error(`  ${title.padEnd(16)}${state}`),
  })
  await migrate(readConfig('migrate', stack.env))
  const owner = connectPostgres({ url: stack.env['POSTGRES_URL']!, applicationName: 'bench' })
  // Workers of these two domains reach neither; config.ts asks all the same.
  const elsewhere = {
    ...{ ELASTICSEARCH_URL: 'http://127.0.0.1:9', S3_ACCESS_KEY_ID: 'none' },
    ...{ S3_SECRET_ACCESS_KEY: 'none', ALLOWED_PRIVATE_NETWORKS: '127.0.0.1/32' },
    LOG_LEVEL: 'warn',
  }
  const product = await openProduct({ ...elsewhere, ...stack.env })
  const receiver = await startReceiver()
  const temporal = connectTemporal({
    TEMPORAL_ADDRESS: stack.env['TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: stack.env['TEMPORAL_NAMESPACE'] ?? 'default',
  })
  const { db } = owner

  return {
    stack,
    owner,
    receiver,
    workflows: temporal.client.workflow,
    startWorker: (): Promise<ProductProcess> => product.startWorker('integrations', 'webhooks'),

    /** A new seller's endpoint at the receiver. */
    async addTarget({
      path = `/${randomUUID()}`,
      ...options
    }: TargetOptions = {}): Promise<Target> {
      const { sellerId } = await createShop(db)
      const url = `${receiver.url}${path}`
      const { id } = await createEndpoint(db, sellerId, { url, ...options })
      return { id, sellerId, path }
    },

    /** One transaction of events by turns of the targets; `from` counts on where the ones before ended. */
    append: (targets: readonly Target[], events: AppendedEvents) => append(db, targets, events),

    /** As {@link append}, for those who are their own relay. */
    async appendRelayed(targets: readonly Target[], events: AppendedEvents): Promise<Event[]> {
      return db.transaction().execute(async (trx) => {
        await append(trx, targets, events)
        return trx
          .updateTable('event')
          .set({ relayedAt: sql`now()` })
          .where('relayedAt', 'is', null)
          .where('type', '=', 'order.status_changed')
          .returningAll()
          .execute()
      })
    },

    wake: (targets: readonly Target[]) =>
      Promise.all(targets.map(({ id }) => wakeDeliverer(temporal.client.workflow, id))),

    async pending(): Promise<number> {
      const { rows } = await sql<{ count: string }>`
        select count(*) from webhook_message where state = 'pending'`.execute(db)
      return Number(rows[0]!.count)
    },

    /** Begins anew: nothing is told, nothing waits. */
    async forget(): Promise<void> {
      await sql`truncate webhook_attempt, webhook_message, webhook_endpoint, event`.execute(db)
      await receiver.fail(0, 0)
      await receiver.receipts()
    },

    async close() {
      await product.close()
      await receiver.end()
      await Promise.all([owner.close(), temporal.close()])
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type AppendedEvents = {
  from: number
  count: number
  /** Of each seller. */
  orders: number
}

async function append(
  db: Kysely<Database>,
  targets: readonly Target[],
  { from, count, orders }: AppendedEvents,
): Promise<void> {
  const sellerIds = targets.map(({ sellerId }) => sellerId)
  await sql`
    insert into event (seller_id, type, subject, data, occurred_at)
    select seller_id, 'order.status_changed', 'order:' || order_id,
      jsonb_build_object('orderId', order_id, 'number', order_id, 'shopId', '1', 'state', 'confirmed',
        'previousState', 'new', 'change', n),
      clock_timestamp()
    from (
      select n, (${sellerIds}::bigint[])[1 + n % ${sellerIds.length}::int] as seller_id,
        (n % ${sellerIds.length}::int) || '-' || (n / ${sellerIds.length}::int % ${orders}::int) as order_id
      from generate_series(${from}::int, ${from + count - 1}::int) n
      order by n
    ) event`.execute(db)
}

type Counted = { count: number; distinct: number; first: number; last: number }

/** `distinct`: messages that were answered well. */
export async function startReceiver() {
  const helper: Helper<ReceiverOrder, ReceiverReport> = await startHelper(
    '../webhooks/receiver-process.ts',
  )
  const { url } = (await helper.ask({ say: 'open' })) as { url: string }
  return {
    url,
    fail: (perMille: number, seed: number) => helper.ask({ say: 'fail', perMille, seed }),
    count: async () => (await helper.ask({ say: 'count' })) as Counted,
    receipts: async () => (await helper.ask({ say: 'receipts' })) as Receipt[],
    end: () => helper.end(),
  }
}
