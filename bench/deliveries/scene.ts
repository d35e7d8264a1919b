import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { accountOwner } from '../../activities/logistics/contracts-with-carriers.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { ensureSearchAttributes } from '../../clients/search-attributes.ts'
import { connectTemporal } from '../../clients/temporal.ts'
import { readConfig, roleUrl } from '../../config.ts'
import {
  deliverOrder,
  deliverySearchAttributes,
  deliveryWorkflowId,
  logisticsQueue,
  type CarrierId,
  type DeliverOrder,
  type DeliveryTerms,
} from '../../contracts/logistics.ts'
import { requestDelivery } from '../../db/logistics/request-delivery.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import { migrate } from '../../scripts/migrate.ts'
import type { Booking } from '../../simulator/booking.ts'
import type { FaultOrder } from '../../simulator/faults.ts'
import { openPorts } from '../../stack/ports.ts'
import { startSimulator } from '../../stack/simulator.ts'
import { startStack } from '../../stack/stack.ts'
import { buyer, deliverTo, stockedShop } from '../../test/orders/shop-goods.ts'
import { openProduct } from '../../test/support/processes.ts'
import { secretBox } from '../../test/support/webhooks.ts'

export type DeliveryScene = Awaited<ReturnType<typeof openDeliveryScene>>
export type NewShipment = { shipmentId: string; orderId: string }

export type SceneOptions = {
  terms?: Partial<DeliveryTerms>
  carriers?: readonly CarrierId[]
  /** Of one call of a carrier. */
  timeoutMs?: number
}

const root = resolve(import.meta.dirname, '../..')
const telling = { actor: 'system', traceParent: null } as const
const UNITS = 1_000_000

/** PostgreSQL, Redis, Temporal, the object store, the carriers' simulator, an API for their calls, and a seller with contracts. */
export async function openDeliveryScene({
  terms = {},
  carriers = ['cdek', 'dpd', 'uber'],
  timeoutMs = 10_000,
}: SceneOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-bench-'))
  const logDir = join(root, '.local/logs/bench')
  const stack = await startStack({
    dataDir: join(folder, 'data'),
    runDir: join(folder, 'run'),
    logDir,
    parts: ['postgres', 'redis', 'temporal', 'object-store'],
    usualPorts: false,
    environment: {},
    progress: (title, state) => console.error(`  ${title.padEnd(16)}${state}`),
  })
  const env: Record<string, string> = {
    // Nobody here searches; config.ts asks all the same.
    ELASTICSEARCH_URL: 'http://127.0.0.1:9',
    ...{ ALLOWED_PRIVATE_NETWORKS: '127.0.0.1/32', LOG_LEVEL: 'warn' },
    ...{ CARRIER_TIMEOUT_MS: String(timeoutMs), TRACKING_HASTE: '200' },
    ...stack.env,
  }
  await migrate(readConfig('migrate', env))
  const owner = connectPostgres({ url: env['POSTGRES_URL']!, applicationName: 'bench', max: 16 })
  const seller = connectPostgres({
    url: roleUrl(readConfig('migrate', env), 'seller'),
    ...{ applicationName: 'bench-seller', max: 8 },
  })
  const temporal = connectTemporal({
    TEMPORAL_ADDRESS: stack.env['TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: stack.env['TEMPORAL_NAMESPACE'] ?? 'default',
  })
  await ensureSearchAttributes(
    temporal.connection,
    stack.env['TEMPORAL_NAMESPACE'] ?? 'default',
    Object.values(deliverySearchAttributes),
  )
  const product = await openProduct(env)
  const api = await product.startApi()
  const port = await openPorts(false)('simulator', 0)
  const simulator = await startSimulator({
    ...{ root, logDir, port, dataDir: join(folder, 'simulator'), children: stack.children },
    env: { SIMULATOR_JOURNEYS: 'manual', UBER_WEBHOOK_URL: `${api.url}/hooks/carriers/uber` },
    report: (line) => console.error(`  Simulator       ${line}`),
  })
  const shop = await stockedShop(owner.db, { goods: 1, units: UNITS })
  const simulatorUrl = `http://127.0.0.1:${port}`
  await openAccounts()
  await owner.db
    .insertInto('slaPolicy')
    .values({ sellerId: shop.sellerId, version: 1, terms: JSON.stringify(terms) })
    .execute()

  async function openAccounts(): Promise<void> {
    for (const carrier of carriers) {
      const id = randomUUID()
      await owner.db
        .insertInto('carrierAccount')
        .values({
          ...{ id, carrier, sellerId: shop.sellerId, baseUrl: `${simulatorUrl}/${carrier}` },
          clientId: carrier === 'dpd' ? '1001000000' : 'sim',
          sealedSecret: secretBox.seal('sim', accountOwner(id)),
          customerId: carrier === 'uber' ? 'cus_sim' : null,
          sealedWebhookKey:
            carrier === 'uber' ? secretBox.seal('sim-webhook-key', accountOwner(id)) : null,
        })
        .execute()
    }
  }

  /** Asks the simulator itself, until it answers: it may be on its way back. */
  async function admin<T>(method: string, path: string, body?: object): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        const response = await fetch(`${simulatorUrl}/_admin${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        })
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
        return (await response.json()) as T
      } catch (error) {
        if (tries === 100 || !(error instanceof TypeError)) throw error
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
  }

  /** A confirmed order with its shipment, of which no workflow knows yet. */
  const newShipment = (): Promise<NewShipment> =>
    asSeller(seller.db, shop.sellerId, async (trx) => {
      const { sellerId, shopId, goods, warehouseId } = shop
      const { id: orderId } = await placeOrder(trx, {
        ...{ sellerId, shopId, checkoutId: null, buyer, deliverTo, ...telling },
        lines: [{ shopProductId: goods[0]!, quantity: 1 }],
      })
      const moved = await moveOrder(trx, orderId, { to: 'confirmed', ...telling })
      const { id: shipmentId } = await requestDelivery(
        trx,
        moved!.order,
        {
          ...{ id: randomUUID(), warehouseId },
          parcels: [{ weightG: 1_000, lengthMm: 200, widthMm: 200, heightMm: 100 }],
          readyAt: new Date(),
        },
        telling,
      )
      return { shipmentId, orderId }
    })

  return {
    ...{ stack, owner, temporal, simulator, shop, timeoutMs, admin, newShipment },
    startWorker: () => product.startWorker('logistics', 'tracking'),
    addFaults: (faults: readonly FaultOrder[]) => admin('POST', '/faults', [...faults]),
    /** What the carriers themselves know. */
    ledger: async () => (await admin<{ bookings: Booking[] }>('GET', '/ledger')).bookings,
    deliver: (shipmentId: string) =>
      temporal.client.workflow.start<DeliverOrder>(deliverOrder, {
        workflowId: deliveryWorkflowId(shipmentId),
        taskQueue: logisticsQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [{ shipmentId }],
      }),
    async close() {
      await product.close()
      await simulator.stop()
      await Promise.all([owner.close(), seller.close(), temporal.close()])
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
