import { randomUUID } from 'node:crypto'
import { until } from '../../test/support/until.ts'
import { startHelper } from '../cache/helper-process.ts'
import { percentile, sorted } from '../latencies.ts'
import type { NoOpOrder } from './no-op-process.ts'
import { openDeliveryScene, type DeliveryScene } from './scene.ts'

const ROUNDS = 4
const TASK_QUEUE = 'no-ops'

/** Shipments from their start until a carrier has booked them, all at once, against the least that three steps can cost. */
export async function run(count: number): Promise<string> {
  // The two that decide at once: CDEK takes up to a second by its nature.
  const scene = await openDeliveryScene({ carriers: ['dpd', 'uber'] })
  const peer = await startHelper<NoOpOrder, void>('../deliveries/no-op-process.ts')
  try {
    await scene.startWorker()
    await peer.ask({
      address: scene.stack.env['TEMPORAL_ADDRESS']!,
      namespace: scene.stack.env['TEMPORAL_NAMESPACE'] ?? 'default',
      taskQueue: TASK_QUEUE,
    })
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round <= ROUNDS; round++) {
      const booked = await bookAll(scene, count)
      const done = await doNothing(scene, count)
      console.error(`  ${booked.toFixed(1)} booked/s, ${done.toFixed(1)} no-ops/s`)
      // The first round warms up.
      if (round === 0) continue
      ours.push(booked)
      theirs.push(done)
    }
    return table(ours, theirs, count)
  } finally {
    await peer.end()
    await scene.close()
  }
}

async function bookAll(scene: DeliveryScene, count: number): Promise<number> {
  const shipments: string[] = []
  while (shipments.length < count)
    shipments.push(
      ...(await Promise.all(Array.from({ length: 8 }, () => scene.newShipment()))).map(
        ({ shipmentId }) => shipmentId,
      ),
    )
  const begunAt = Date.now()
  await Promise.all(shipments.map((shipmentId) => scene.deliver(shipmentId)))
  const lastAt = await until(
    async () => {
      const { booked, last } = await scene.owner.db
        .selectFrom('bookingAttempt')
        .select(({ fn }) => [fn.countAll<string>().as('booked'), fn.max('bookedAt').as('last')])
        .where('shipmentId', 'in', shipments)
        .where('state', '=', 'booked')
        .executeTakeFirstOrThrow()
      return Number(booked) === shipments.length ? last! : undefined
    },
    { deadlineMs: 180_000, everyMs: 200, what: 'all to be booked' },
  )
  return (shipments.length * 1_000) / (lastAt.getTime() - begunAt)
}

async function doNothing({ temporal }: DeliveryScene, count: number): Promise<number> {
  const begunAt = performance.now()
  await Promise.all(
    Array.from({ length: count }, () =>
      temporal.client.workflow.execute('threeNoOps', {
        workflowId: `no-ops:${randomUUID()}`,
        taskQueue: TASK_QUEUE,
      }),
    ),
  )
  return (count * 1_000) / (performance.now() - begunAt)
}

function table(ours: number[], theirs: number[], count: number): string {
  const median = (rates: number[]) => percentile(sorted(rates), 50)
  const row = (name: string, rates: number[]) =>
    `| ${name} | ${median(rates).toFixed(1)} (${Math.min(...rates).toFixed(1)}–${Math.max(...rates).toFixed(1)}) |`
  return [
    `${count} at once, ${ROUNDS} rounds in turn on one Temporal server; carriers: DPD and Uber of the simulator, in a process of its own. Medians, with least and greatest.`,
    '',
    '| | per second |',
    '|---|---:|',
    row('shipments booked', ours),
    row('workflows of three activities that do nothing', theirs),
    '',
    `${(median(ours) / median(theirs)).toFixed(2)} × (≥ 0.3).`,
  ].join('\n')
}
