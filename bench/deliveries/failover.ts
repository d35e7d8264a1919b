import { Redis } from 'ioredis'
import { deliveryWorkflowId, type DeliveryTerms } from '../../contracts/logistics.ts'
import { referenceOf } from '../../db/logistics/attempts.ts'
import type { FaultOrder } from '../../simulator/faults.ts'
import { until } from '../../test/support/until.ts'
import { percentile, sorted, spreadOf, type Latencies } from '../latencies.ts'
import { openDeliveryScene, type DeliveryScene } from './scene.ts'

const TIMEOUT_MS = 2_000
const REFUSED_MOST_MS = 2_000
const OTHERWISE_MOST_MS = TIMEOUT_MS + 5_000
const MOST_EVENTS = { 0: 60, 2: 150 } as const
const AT_ONCE = 5

const terms: Partial<DeliveryTerms> = { watchMs: [2_000, 4_000] }

type Fault = Omit<FaultOrder, 'reference'>
const cases: Record<string, { faults: Fault[]; mostMs: number }> = {
  refuses: { faults: [{ operation: 'book', kind: 'reject' }], mostMs: REFUSED_MOST_MS },
  'has no courier': {
    faults: [{ operation: 'book', kind: 'couriers-busy' }],
    mostMs: REFUSED_MOST_MS,
  },
  'answers 503': {
    faults: [{ operation: 'book', kind: 'status', status: 503 }],
    mostMs: OTHERWISE_MOST_MS,
  },
  'does not answer, and books nothing': {
    faults: [{ operation: 'book', kind: 'latency', ms: 60_000, effect: 'last' }],
    mostMs: OTHERWISE_MOST_MS,
  },
  'breaks off': { faults: [{ operation: 'book', kind: 'drop' }], mostMs: OTHERWISE_MOST_MS },
}

type Measured = {
  what: string
  fallbacks: number
  mostMs: number
  tookMs: Latencies
  events: number[]
}

/** The first carrier, or the first two, fail in one way; how long until the next one has booked, and what it costs in history. */
async function measure(
  scene: DeliveryScene,
  { what, fallbacks, count }: { what: string; fallbacks: number; count: number },
): Promise<Measured> {
  const { faults, mostMs } = cases[what] ?? { faults: [], mostMs: REFUSED_MOST_MS }
  const [tookMs, events]: [number[], number[]] = [[], []]
  for (let done = 0; done < count; done += AT_ONCE) {
    await forget(scene)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - done) }, async () => {
        const { shipmentId } = await scene.newShipment()
        for (let number = 1; number <= fallbacks; number++)
          await scene.addFaults(
            faults.map((fault) => ({ ...fault, reference: referenceOf({ shipmentId, number }) })),
          )
        await scene.deliver(shipmentId)
        const attempts = await booked(scene, shipmentId)
        const carriers = new Set(attempts.map(({ carrier }) => carrier))
        if (attempts.length !== fallbacks + 1 || carriers.size !== attempts.length)
          throw new Error(`${what}: asked ${attempts.map(({ carrier }) => carrier).join(', ')}`)
        const [failed, next] = attempts.slice(-2)
        if (fallbacks > 0) {
          const since =
            mostMs === REFUSED_MOST_MS ? await refusedAt(scene, failed!) : failed!.askedAt
          tookMs.push(next!.bookedAt!.getTime() - since.getTime())
        }
        events.push(await historyAtHandOver(scene, shipmentId, attempts.at(-1)!.carrierRef!))
      }),
    )
  }
  return { what, fallbacks, mostMs, tookMs: sorted(tookMs), events: sorted(events) }
}

/** Nothing is known against any carrier, and no breaker is open. */
async function forget({ owner, stack }: DeliveryScene): Promise<void> {
  await owner.db.deleteFrom('laneStat').execute()
  const redis = new Redis(stack.env['REDIS_URL']!)
  await redis.flushall()
  redis.disconnect()
}

/** When the carrier had decided; where it says so in its answer, when that was read. */
async function refusedAt(
  scene: DeliveryScene,
  { reference, settledAt }: { reference: string; settledAt: Date | null },
): Promise<Date> {
  const line = (await scene.ledger()).find((booking) => booking.reference === reference)
  return line?.rejectedAt === undefined ? settledAt! : new Date(line.rejectedAt)
}

async function booked({ owner }: DeliveryScene, shipmentId: string) {
  return await until(
    async () => {
      const attempts = await owner.db
        .selectFrom('bookingAttempt')
        .selectAll()
        .where('shipmentId', '=', shipmentId)
        .orderBy('number')
        .execute()
      return attempts.at(-1)?.state === 'booked' ? attempts : undefined
    },
    { deadlineMs: 60_000, what: `${shipmentId} to be booked` },
  )
}

/** How long the history of its workflow is when the carrier has taken the parcel. */
async function historyAtHandOver(
  { temporal, owner, admin }: DeliveryScene,
  shipmentId: string,
  carrierRef: string,
): Promise<number> {
  await admin('POST', `/bookings/${encodeURIComponent(carrierRef)}/advance`, { to: 'accepted' })
  await until(
    async () => {
      const { phase } = await owner.db
        .selectFrom('shipment')
        .select('phase')
        .where('id', '=', shipmentId)
        .executeTakeFirstOrThrow()
      return phase === 'handed-over'
    },
    { deadlineMs: 60_000, what: 'the hand-over' },
  )
  const handle = temporal.client.workflow.getHandle(deliveryWorkflowId(shipmentId))
  const { historyLength } = await handle.describe()
  return historyLength
}

export async function run(count: number): Promise<string> {
  const scene = await openDeliveryScene({ terms, timeoutMs: TIMEOUT_MS })
  try {
    await scene.startWorker()
    const measured: Measured[] = []
    for (const [what, fallbacks] of [
      ['books', 0],
      ...Object.keys(cases).map((what) => [what, 1] as const),
      ['refuses', 2],
    ] as [string, number][]) {
      measured.push(await measure(scene, { what, fallbacks, count }))
      console.error(`  ${what}, ${fallbacks} fallbacks`)
    }
    return table(measured, count)
  } finally {
    await scene.close()
  }
}

function table(measured: readonly Measured[], count: number): string {
  return [
    `${count} shipments each, ${AT_ONCE} at a time; one call of a carrier may take ${TIMEOUT_MS} ms. A refusal counts from when it was said, ` +
      'everything else from when the carrier was asked, until the next carrier has booked. History: events of the workflow when the carrier has taken the parcel.',
    '',
    '| the carrier | fallbacks | until the next has booked, p50 / p95 / p99 / greatest, ms | p95 at most | history events, most | at most |',
    '|---|---:|---:|---:|---:|---:|',
    ...measured.map(({ what, fallbacks, mostMs, tookMs, events }) => {
      const most = fallbacks === 0 ? MOST_EVENTS[0] : MOST_EVENTS[2]
      const isLate = percentile(tookMs, 95) > mostMs
      return fallbacks === 0
        ? `| ${what} | 0 | | | ${events.at(-1)} | ${most} |`
        : `| ${what} | ${fallbacks} | ${spreadOf(tookMs)} | ${mostMs}${isLate ? ' **missed**' : ''} | ${events.at(-1)} | ${most} |`
    }),
  ].join('\n')
}
