import { setTimeout as pause } from 'node:timers/promises'
import type { DeliveryTerms } from '../../contracts/logistics.ts'
import type { ProductProcess } from '../../test/support/processes.ts'
import { until } from '../../test/support/until.ts'
import { seeded } from '../generate/random.ts'
import { violations } from './checks.ts'
import { faultsOf } from './fault-scripts.ts'
import { moveParcels } from './move-parcels.ts'
import { callOff } from './call-off.ts'
import { telephone } from './telephone.ts'
import { openDeliveryScene, type DeliveryScene } from './scene.ts'

const SEED = 8
const TIMEOUT_MS = 1_500
const STARTED_PER_SECOND = 15
const CALLED_OFF_SHARE = 0.05
const CALLED_OFF_WITHIN_MS = 10_000
const FULL = { shipments: 1_000, kills: 20, temporal: 5, simulator: 5 }
const SETTLES_WITHIN_MS = 1_200_000
const MINUTE_MS = 60_000

/** Hours are seconds here. */
const terms: Partial<DeliveryTerms> = {
  ...{ confirmMs: 5_000, bookingMs: 15_000, handOverMs: 25_000 },
  ...{ unsettledMs: 10 * MINUTE_MS, afterEndMs: 1_000 },
  watchMs: [500, 1_500, 4_000, 8_000],
  roundsMs: Array.from({ length: 200 }, () => 1_000),
}

type Faults = { kills: number; temporal: number; simulator: number }
type ChaosFigures = {
  shipments: number
  faults: Faults
  violating: Map<string, string[]>
  calledOff: number
  attempts: number
  cancelled: number
  revived: number
  seconds: number
}

/** Shipments with a fault script each, at once, while everything below them is killed; then the carriers' ledgers are read. */
export async function measureChaos(
  scene: DeliveryScene,
  shipments: number,
  faults: Faults,
): Promise<ChaosFigures> {
  const random = seeded(SEED)
  const begunAt = performance.now()
  const ids: string[] = []
  const callings: Promise<string | undefined>[] = []
  const stopMoving = moveParcels(scene, random)
  const goHome = telephone(scene)
  const starting = (async () => {
    for (let made = 0; made < shipments; made++) {
      const { shipmentId } = await scene.newShipment()
      await scene.addFaults(faultsOf(shipmentId, random, TIMEOUT_MS))
      await until(() => scene.deliver(shipmentId), { deadlineMs: 120_000, everyMs: 500 })
      ids.push(shipmentId)
      if (random() < CALLED_OFF_SHARE)
        callings.push(callOff(scene, shipmentId, random() * CALLED_OFF_WITHIN_MS))
      await pause(1_000 / STARTED_PER_SECOND)
    }
  })()
  starting.catch(() => {})
  await killThings(scene, faults, (shipments / STARTED_PER_SECOND) * 1_000, random)
  await starting
  let told = ''
  await until(
    async () => {
      const phases = await phasesOf(scene)
      if (phases !== told) console.error(`  ${(told = phases)}`)
      return /^(cancelled \d+, )?delivered \d+$/.test(phases)
    },
    { deadlineMs: SETTLES_WITHIN_MS, everyMs: 2_000, what: 'all to be delivered' },
  ).catch((error: unknown) => console.error(`  ${String(error)}`))
  await Promise.all([stopMoving(), goHome()])
  // Losers are watched for a while after.
  const settled = async () => {
    const open = await scene.temporal.client.workflow.count(
      'WorkflowType in ("settleLoser", "deliverOrder") and ExecutionStatus = "Running"',
    )
    return open.count === 0
  }
  await until(settled, { deadlineMs: 120_000, everyMs: 1_000 }).catch(() => {})
  const calledOff = new Set((await Promise.all(callings)).filter((id) => id !== undefined))
  const violating = await violations(scene, ids, calledOff)
  const ledger = await scene.ledger()
  return {
    ...{ shipments, faults, violating, calledOff: calledOff.size },
    attempts: ledger.length,
    cancelled: ledger.filter(({ cancelledAt }) => cancelledAt !== undefined).length,
    revived: ledger.filter(({ revivedAt }) => revivedAt !== undefined).length,
    seconds: (performance.now() - begunAt) / 1_000,
  }
}

/** In a random order, over about so long. */
async function killThings(
  { startWorker, stack, simulator }: DeliveryScene,
  { kills, temporal, simulator: restarts }: Faults,
  overMs: number,
  random: () => number,
): Promise<void> {
  let worker: ProductProcess = await startWorker()
  const things = [
    ...Array.from({ length: kills }, () => async () => {
      await worker.kill9()
      worker = await startWorker()
    }),
    ...Array.from({ length: temporal }, () => () => stack.part('temporal').restart()),
    ...Array.from({ length: restarts }, () => async () => {
      const { child } = simulator.current()
      child.kill('SIGKILL')
      await until(() => simulator.current().child !== child, { what: 'the simulator to be back' })
    }),
  ]
  const everyMs = overMs / things.length
  for (let left = things.length; left > 0; left--) {
    const began = performance.now()
    const [thing] = things.splice(Math.floor(random() * left), 1)
    await thing!()
    console.error(`  ${left - 1} faults left`)
    await pause(Math.max(0, everyMs * 2 * random() - (performance.now() - began)))
  }
}

async function phasesOf({ owner }: DeliveryScene): Promise<string> {
  const rows = await owner.db
    .selectFrom('shipment')
    .select(({ fn }) => ['phase', fn.countAll<string>().as('count')])
    .groupBy('phase')
    .orderBy('phase')
    .execute()
  return rows.map(({ phase, count }) => `${phase} ${count}`).join(', ')
}

export async function run(shipments: number): Promise<string> {
  const share = shipments / FULL.shipments
  const times = (full: number) => Math.max(1, Math.round(full * share))
  const scene = await openDeliveryScene({ terms, timeoutMs: TIMEOUT_MS })
  try {
    const figures = await measureChaos(scene, shipments, {
      ...{ kills: times(FULL.kills), temporal: times(FULL.temporal) },
      simulator: times(FULL.simulator),
    })
    return table(figures)
  } finally {
    await scene.close()
  }
}

function table(figures: ChaosFigures): string {
  const { shipments, faults, violating, calledOff, attempts, cancelled, revived, seconds } = figures
  const examples = [...violating].slice(0, 5).map(([id, what]) => `- ${id}: ${what.join('; ')}`)
  return [
    'Each shipment has its own seeded fault script at the simulator, for each of its first five attempts: a fifth is booked without anybody ' +
      'hearing of it, others are refused, break, hang, are decided late or never, can be cancelled by telephone only, live again after they were ' +
      'cancelled; calls come twice and in disorder. Sellers cancel one in twenty; operators telephone, and close their tasks. SLA times are seconds. Right is: one live booking in the ledgers of the carriers, the one that we know of, delivered, or none where the seller was promised that; no workflow left.',
    '',
    '| shipments | cancelled by sellers | kill -9 of the worker | restarts of Temporal | kill -9 of the carriers | lines in their ledgers | cancelled | of them live again | not right | seconds |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${shipments} | ${calledOff} | ${faults.kills} | ${faults.temporal} | ${faults.simulator} | ${attempts} | ${cancelled} | ${revived} | ${violating.size} | ${seconds.toFixed(0)} |`,
    ...(examples.length > 0 ? ['', ...examples] : []),
  ].join('\n')
}
