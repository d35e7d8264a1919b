import { Worker, type WorkflowBundle } from '@temporalio/worker'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import {
  deliverOrder,
  deliveryWorkflowId,
  logisticsQueue,
  trackingChanged,
  type DeliverOrder,
} from '../../contracts/logistics.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'

const PROMISE_HOURS = 96
const STORED_HOURS = 150
/** What must be raised of each delivery, in this order, and nothing else. */
export const EXPECTED = ['silent in-transit', 'late', 'storage-expiring'] as const
const terms = {
  ...DEFAULT_TERMS,
  silenceMs: { 'in-transit': 48 * HOUR_MS },
  ...{ storageWarningMs: 24 * HOUR_MS, afterEndMs: HOUR_MS },
}

export type OpenDeliveries = {
  /** What was raised, by shipment and in its order. */
  raised: Map<string, string[]>
  /** Of the process that runs the worker and asks it. */
  mostMemoryBytes: number
  completed: number
}

/**
 * So many deliveries at once, each on its way, silent, late, at its point and fetched at last; activities return at once, the
 * tracking comes by signals and the time is skipped.
 */
export async function followMany(
  server: TestWorkflowEnvironment,
  workflowBundle: WorkflowBundle,
  count: number,
): Promise<OpenDeliveries> {
  const raised = new Map<string, string[]>()
  const attempts = new Map<string, string>()
  const beganAt = await server.currentTimeMs()
  const at = (hours: number) => new Date(beganAt + hours * HOUR_MS).toISOString()
  const promise = { earliest: at(24), latest: at(PROMISE_HOURS) }
  const activities: LogisticsActivities = {
    checkNewPoint: async () => ({ outcome: 'ok' }),
    planDelivery: async () => ({
      ...{ outcome: 'planned', readyAt: at(0), promise, terms },
      candidates: [{ rank: 1, carrier: 'cdek', service: 'courier' }],
      labels: { sellerId: '7', orderId: '81', orderNumber: '261126-81', cityId: 'msk' },
    }),
    async bookAttempt({ shipmentId, attemptId }) {
      attempts.set(shipmentId, attemptId)
      return { outcome: 'booked', bookedAt: at(0) }
    },
    confirmBooking: async () => ({ outcome: 'booked', bookedAt: at(0) }),
    settleAttempt: async ({ why }) => ({ outcome: 'gone', why, mayWake: true }),
    lookAtLoser: async () => 'quiet',
    keepLabel: async () => {},
    async raiseSla({ shipmentId, kind, stage }) {
      const what = kind === 'silent' ? `${kind} ${stage}` : kind
      raised.set(shipmentId, [...(raised.get(shipmentId) ?? []), what])
    },
    askPerson: async () => {},
    closeDelivery: async () => {},
    changePoint: async () => {},
  }
  const worker = await Worker.create({
    ...{ connection: server.nativeConnection, taskQueue: logisticsQueue },
    ...{ activities, workflowBundle },
  })

  let mostMemoryBytes = 0
  const watch = setInterval(() => {
    mostMemoryBytes = Math.max(mostMemoryBytes, process.memoryUsage.rss())
  }, 250)
  const ids = Array.from({ length: count }, (_, index) => `shipment-${index}`)
  const { workflow } = server.client
  try {
    return await worker.runUntil(async () => {
      await atMost(16, ids, (shipmentId) =>
        workflow.start<DeliverOrder>(deliverOrder, {
          ...{ workflowId: deliveryWorkflowId(shipmentId), taskQueue: logisticsQueue },
          args: [{ shipmentId }],
        }),
      )
      const told = async (
        version: number,
        status: 'in-transit' | 'ready-for-pickup' | 'delivered',
        hours: number,
      ) =>
        atMost(16, ids, (shipmentId) =>
          workflow.getHandle(deliveryWorkflowId(shipmentId)).signal(trackingChanged, {
            ...{ attemptId: attempts.get(shipmentId)!, version, status, statusAt: at(hours) },
            ...(status === 'ready-for-pickup' && { storedUntil: at(STORED_HOURS) }),
          }),
        )
      const sleepUntil = async (hours: number) => {
        const restMs = beganAt + hours * HOUR_MS - (await server.currentTimeMs())
        if (restMs > 0) await server.sleep(restMs)
      }
      await reached(() => attempts.size === count)
      await told(2, 'in-transit', 1)
      // The second scan is missed, then the promise, then the point is about to send it back.
      await sleepUntil(60)
      await sleepUntil(110)
      await told(3, 'ready-for-pickup', 110)
      await sleepUntil(130)
      await told(4, 'delivered', 130)
      await sleepUntil(140)
      let completed = 0
      await atMost(16, ids, async (shipmentId) => {
        const { status } = await workflow.getHandle(deliveryWorkflowId(shipmentId)).describe()
        if (status.name === 'COMPLETED') completed++
      })
      return { raised, mostMemoryBytes, completed }
    })
  } finally {
    clearInterval(watch)
  }
}

async function atMost<T>(width: number, items: readonly T[], work: (item: T) => Promise<unknown>) {
  const left = items.values()
  const run = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: width }, run))
}

async function reached(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}
