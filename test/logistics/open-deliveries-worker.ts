import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { readFile } from 'node:fs/promises'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import { serveOrders } from '../../bench/cache/helper-process.ts'
import { logisticsQueue, type DeliveryTerms } from '../../contracts/logistics.ts'
import { CACHED_DELIVERIES } from '../../workers/worker.ts'
import { logisticsBundle } from './logistics-bundle.ts'

export type WorkerOrder =
  | {
      what: 'start'
      address: string
      readyAt: string
      promises: Map<string, { earliest: string; latest: string }>
      terms: DeliveryTerms
    }
  | { what: 'tell' }

export type WorkerReport = {
  /** The attempt that has booked, by shipment. */
  attempts: Map<string, string>
  /** What was raised, by shipment and in its order. */
  raised: Map<string, string[]>
  /** The most that this process had in memory at once. */
  mostMemoryBytes: number
}

const attempts = new Map<string, string>()
const raised = new Map<string, string[]>()

/** The product's workflows as its worker runs them, over activities that return at once. */
serveOrders(async (order: WorkerOrder): Promise<WorkerReport> => {
  if (order.what === 'start') await start(order)
  return { attempts, raised, mostMemoryBytes: await mostMemory() }
})

async function start({
  address,
  readyAt,
  promises,
  terms,
}: Extract<WorkerOrder, { what: 'start' }>): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const activities: LogisticsActivities = {
    checkNewPoint: async () => ({ outcome: 'ok' }),
    planDelivery: async ({ shipmentId }) => ({
      ...{ outcome: 'planned', readyAt, promise: promises.get(shipmentId)!, terms },
      candidates: [{ rank: 1, carrier: 'cdek', service: 'courier' }],
      labels: { sellerId: '7', orderId: '81', orderNumber: '261126-81', cityId: 'msk' },
    }),
    async bookAttempt({ shipmentId, attemptId }) {
      attempts.set(shipmentId, attemptId)
      return { outcome: 'booked', bookedAt: readyAt }
    },
    confirmBooking: async () => ({ outcome: 'booked', bookedAt: readyAt }),
    settleAttempt: async ({ why }) => ({ outcome: 'gone', why, mayWake: true }),
    lookAtLoser: async () => 'quiet',
    keepLabel: async () => {},
    async raiseSla({ shipmentId, kind, stage }) {
      // Of the day of a scan only its status is known before.
      const what = kind === 'silent' ? `${kind} ${stage.split(' ')[0]}` : kind
      raised.set(shipmentId, [...(raised.get(shipmentId) ?? []), what])
    },
    askPerson: async () => {},
    closeDelivery: async () => {},
    changePoint: async () => {},
  }
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: logisticsQueue,
    ...(await logisticsBundle()),
    activities,
    maxConcurrentActivityTaskExecutions: 32,
    maxCachedWorkflows: CACHED_DELIVERIES,
    stickyQueueScheduleToStartTimeout: '5 minutes',
  })
  void worker.run()
}

/** `maxRSS` of `resourceUsage` counts what the parent had when it forked. */
async function mostMemory(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1_024
}
