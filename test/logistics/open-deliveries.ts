import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { startHelper } from '../../bench/cache/helper-process.ts'
import {
  deliverOrder,
  deliveryWorkflowId,
  logisticsQueue,
  trackingChanged,
  type DeliverOrder,
} from '../../contracts/logistics.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/logistics/zone.ts'
import { workerEnvironment, workerFlags } from '../../stack/worker-flags.ts'
import { until } from '../support/until.ts'
import { logisticsBundle } from './logistics-bundle.ts'
import type { WorkerOrder, WorkerReport } from './open-deliveries-worker.ts'

const PROMISE_HOURS = 96
const STORED_HOURS = 150
/** Each is so much behind the one before, as deliveries are: 2,000 of them are within three hours. */
const APART_MS = 5_000
/** A call that lasts is pinged by its client; the test server takes offence, and to call once more spoils its clock. */
const LONGEST_SLEEP_MS = 2 * MINUTE_MS
/** What must be raised of each delivery, in this order, and nothing else. */
export const EXPECTED = ['silent in-transit', 'late', 'storage-expiring'] as const
const terms = {
  ...DEFAULT_TERMS,
  silenceMs: { 'in-transit': 48 * HOUR_MS },
  ...{ storageWarningMs: 24 * HOUR_MS, afterEndMs: HOUR_MS },
}

export type OpenDeliveries = {
  /** On their way, silent, late and at their points: everything has been missed. */
  untilAllIsMissed(): Promise<WorkerReport>
  /** Fetched after that. @returns how many workflows have ended */
  untilFetched(): Promise<number>
  report(): Promise<WorkerReport>
  close(): Promise<void>
}

/**
 * So many deliveries at once; activities return at once, the tracking comes by signals and the time is skipped. Their worker is a
 * process of its own, as the product starts it.
 */
export async function openDeliveries(
  server: TestWorkflowEnvironment,
  count: number,
): Promise<OpenDeliveries> {
  const beganAt = await server.currentTimeMs()
  const at = (hours: number, index = 0) =>
    new Date(beganAt + hours * HOUR_MS + index * APART_MS).toISOString()
  const ids = Array.from({ length: count }, (_, index) => `shipment-${index}`)
  const { workflow } = server.client
  // On the disk from here, as in an image: who bundles needs another hundred MB for a moment.
  await logisticsBundle()
  const worker = await startHelper<WorkerOrder, WorkerReport>(
    '../../test/logistics/open-deliveries-worker.ts',
    { flags: workerFlags(['logistics']), env: workerEnvironment },
  )
  const workersReport = () => worker.ask({ what: 'tell' })
  const attempts = new Map<string, string>()

  async function start(): Promise<void> {
    const promises = new Map(
      ids.map((id, index) => [id, { earliest: at(24), latest: at(PROMISE_HOURS, index) }]),
    )
    await worker.ask({ what: 'start', address: server.address, readyAt: at(0), promises, terms })
    await atMost(16, ids, (shipmentId) =>
      workflow.start<DeliverOrder>(deliverOrder, {
        ...{ workflowId: deliveryWorkflowId(shipmentId), taskQueue: logisticsQueue },
        args: [{ shipmentId }],
        // Whoever is served last has waited for all others.
        workflowTaskTimeout: '5 minutes',
      }),
    )
    const booked = await until(
      async () => {
        const report = await workersReport()
        return report.attempts.size === count ? report.attempts : undefined
      },
      { deadlineMs: 900_000, everyMs: 200, what: 'all to be booked' },
    )
    for (const [shipmentId, attemptId] of booked) attempts.set(shipmentId, attemptId)
  }

  const told = (
    version: number,
    status: 'in-transit' | 'ready-for-pickup' | 'delivered',
    hours: number,
  ) =>
    atMost(16, [...ids.entries()], ([index, shipmentId]) =>
      workflow.getHandle(deliveryWorkflowId(shipmentId)).signal(trackingChanged, {
        ...{ attemptId: attempts.get(shipmentId)!, version, status, statusAt: at(hours, index) },
        ...(status === 'ready-for-pickup' && { storedUntil: at(STORED_HOURS, index) }),
      }),
    )
  const sleepUntil = async (hours: number) => {
    for (;;) {
      const restMs = beganAt + hours * HOUR_MS - (await server.currentTimeMs())
      if (restMs <= 0) return
      await server.sleep(Math.min(restMs, LONGEST_SLEEP_MS))
    }
  }

  return {
    async untilAllIsMissed() {
      await start()
      await told(2, 'in-transit', 1)
      // The second scan is missed, then the promise, then the point is about to send it back.
      await sleepUntil(110)
      await told(3, 'ready-for-pickup', 110)
      await sleepUntil(130)
      return workersReport()
    },
    async untilFetched() {
      await told(4, 'delivered', 130)
      await sleepUntil(140)
      let ended = 0
      await atMost(16, ids, async (shipmentId) => {
        const { status } = await workflow.getHandle(deliveryWorkflowId(shipmentId)).describe()
        if (status.name === 'COMPLETED') ended++
      })
      return ended
    },
    report: workersReport,
    close: () => worker.end(),
  }
}

async function atMost<T>(width: number, items: readonly T[], work: (item: T) => Promise<unknown>) {
  const left = items.values()
  const run = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: width }, run))
}
