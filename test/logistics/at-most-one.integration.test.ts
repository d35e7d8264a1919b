import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import { MockActivityEnvironment } from '@temporalio/testing'
import {
  createLogisticsActivities,
  type LogisticsActivities,
} from '../../activities/logistics/index.ts'
import type { LogisticsDeps } from '../../activities/logistics/deps.ts'
import { openContracts } from '../../activities/logistics/contracts-with-carriers.ts'
import { createTracker } from '../../activities/logistics/tracker.ts'
import {
  deliverOrder,
  deliveryWorkflowId,
  logisticsQueue,
  loserWorkflowId,
  type DeliverOrder,
} from '../../contracts/logistics.ts'
import { referenceOf } from '../../db/logistics/attempts.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { freshNamespace, whileWorking } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import { evidenceOf, violationsOf, type Evidence } from './check-bookings.ts'
import type { Behaviour } from '../support/scripted-carrier.ts'
import { faultScript, randomOf } from './fault-script.ts'
import { deliveryScene, type Scene } from './scene.ts'

const SHIPMENTS = 25
const SEED = 8
/** Times are scaled to fractions of a second: nothing of it is judged, everything of it happens. */
const terms = {
  ...{ confirmMs: 1_500, bookingMs: 2_000, unsettledMs: 500, afterEndMs: 500 },
  ...{ watchMs: [200, 600, 1_200], roundsMs: Array.from({ length: 40 }, () => 300) },
}

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

type Wrong = (activities: LogisticsActivities, scene: Scene) => Partial<LogisticsActivities>

/**
 * Delivers so many shipments by carriers that treat each attempt as they are told to, and gives what is known of each in the
 * end. In a namespace of its own, so that others may be at work at the same time.
 */
async function deliverAll(
  count: number,
  script: (number: number) => Partial<Behaviour>,
  wrong: Wrong = () => ({}),
) {
  const server = await freshNamespace()
  try {
    return await deliverIn(server, count, script, wrong)
  } finally {
    await server.teardown()
  }
}

async function deliverIn(
  server: Awaited<ReturnType<typeof freshNamespace>>,
  count: number,
  script: (number: number) => Partial<Behaviour>,
  wrong: Wrong,
) {
  const scene = await deliveryScene(database)
  await database.owner.db
    .insertInto('slaPolicy')
    .values({ sellerId: scene.shop.sellerId, version: 1, terms: JSON.stringify(terms) })
    .execute()
  const shipments: string[] = []
  for (let made = 0; made < count; made++) {
    const { shipmentId } = await scene.newShipment()
    shipments.push(shipmentId)
    // Sooner or later a carrier does as it should.
    for (let number = 1; number <= 9; number++)
      scene.script(referenceOf({ shipmentId, number }), script(number))
  }
  const { workflow } = server.client
  const deps = {
    ...scene.deps,
    callTimeoutMs: 200,
    workflows: {
      // Carriers are asked for news by the test itself.
      start: async () => ({}) as never,
      getHandle: workflow.getHandle.bind(workflow),
      signalWithStart: workflow.signalWithStart.bind(workflow),
    } as LogisticsDeps['workflows'],
  }
  const contracts = openContracts(deps)
  const right = createLogisticsActivities(deps, contracts)
  const activities = { ...right, ...wrong(right, scene) }
  const tracker = createTracker(deps, contracts)
  const evidence: Evidence[] = []

  await whileWorking(
    server,
    { workflows: logisticsQueue, activities: { [logisticsQueue]: activities } },
    async () => {
      const handles = new Map<string, WorkflowHandle>()
      await Promise.all(
        shipments.map(async (shipmentId) => {
          handles.set(
            shipmentId,
            await server.client.workflow.start<DeliverOrder>(deliverOrder, {
              workflowId: deliveryWorkflowId(shipmentId),
              taskQueue: logisticsQueue,
              args: [{ shipmentId }],
            }),
          )
        }),
      )
      // Until all of them are there, or one is stuck.
      const deadline = Date.now() + 60_000
      while (!(await bringAlong(scene, tracker, shipments)) && Date.now() < deadline)
        await pause(250)
      const losers = await database.system.db
        .selectFrom('bookingAttempt')
        .select('id')
        .where('shipmentId', 'in', shipments)
        .where('givenUpFor', 'is not', null)
        .execute()
      const closed = async (handle: WorkflowHandle) => {
        const status = await handle.describe().then(
          (description) => description.status.name as string,
          () => 'COMPLETED',
        )
        return status === 'RUNNING' ? undefined : status
      }
      await Promise.all(
        losers.map(({ id }) =>
          until(() => closed(server.client.workflow.getHandle(loserWorkflowId(id))), {
            deadlineMs: 15_000,
          }).catch(() => 'RUNNING'),
        ),
      )
      for (const [shipmentId, handle] of handles) {
        const status = await until(() => closed(handle), { deadlineMs: 5_000 }).catch(
          () => 'RUNNING',
        )
        if (status === 'RUNNING') await handle.terminate().catch(() => {})
        evidence.push(await evidenceOf(database.system.db, scene.ledger, shipmentId, status))
      }
    },
  )
  return { evidence, scene }
}

/** Carriers fetch and deliver what is booked, and are asked for news. @returns whether all has arrived */
async function bringAlong(
  scene: Scene,
  tracker: ReturnType<typeof createTracker>,
  shipments: readonly string[],
): Promise<boolean> {
  const { db } = database.system
  const booked = await db
    .selectFrom('shipment')
    .innerJoin('bookingAttempt', 'bookingAttempt.id', 'shipment.liveAttemptId')
    .select(['reference', 'bookingAttempt.carrier', 'bookingAttempt.id'])
    .where('shipment.id', 'in', shipments)
    .where('phase', '=', 'booked')
    .execute()
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
  for (const { reference, carrier } of booked) {
    if (scene.ledger.entries.get(reference)?.log.length) continue
    for (const [index, status] of (['accepted', 'in-transit', 'delivered'] as const).entries())
      scene.carriers[carrier].happen(reference, status, at(index))
  }
  if (booked.length > 0) {
    const ids = booked.map(({ id }) => id)
    await db
      .updateTable('bookingAttempt')
      .set({ nextPollAt: new Date(0) })
      .where('id', 'in', ids)
      .execute()
  }
  // Carriers are asked from steps only.
  for (const accountId of Object.values(scene.accounts))
    await new MockActivityEnvironment().run(tracker.pollPage, accountId)
  const left = await db
    .selectFrom('shipment')
    .select('id')
    .where('id', 'in', shipments)
    .where('phase', '<>', 'delivered')
    .execute()
  return left.length === 0
}

const wrongOf = (evidence: readonly Evidence[]) =>
  evidence.flatMap((one) =>
    violationsOf(one).map((violation) => `${one.shipmentId}: ${violation} ${JSON.stringify(one)}`),
  )

describe('at most one live booking, always', () => {
  it(`holds for ${SHIPMENTS} shipments with fault scripts of their own, and none of them is stuck`, async () => {
    const random = randomOf(SEED)
    const { evidence } = await deliverAll(SHIPMENTS, (number) => faultScript(random, number))
    expect(evidence).toHaveLength(SHIPMENTS)
    expect(wrongOf(evidence)).toEqual([])
    // Otherwise nothing was tried.
    expect(evidence.filter(({ attempts }) => attempts.length > 1).length).toBeGreaterThan(
      SHIPMENTS / 4,
    )
  }, 170_000)
})

/** What a shipment that went well leaves, after one failover. */
const good = (): Evidence => {
  const shipmentId = randomUUID()
  const attempt = (number: number) => ({
    ...{
      id: randomUUID(),
      number,
      reference: referenceOf({ shipmentId, number }),
      carrier: 'cdek',
    },
  })
  const [lost, live] = [attempt(1), attempt(2)]
  const entry = (reference: string, state: Entry['state'], more: Partial<Entry>): Entry => ({
    ...{ reference, carrier: 'cdek', carrierId: reference, state, asked: 1, bookings: 1 },
    ...{ cancellations: 0, bookedAt: 1, cancelledAt: 0, log: [], hasLied: false, ...more },
  })
  return {
    shipmentId,
    entries: [
      entry(lost.reference, 'cancelled', { cancellations: 1, cancelledAt: 2 }),
      entry(live.reference, 'booked', { bookedAt: 3 }),
    ],
    shipment: { phase: 'delivered', liveAttemptId: live.id, failovers: 1 },
    attempts: [
      { ...lost, state: 'cancelled', givenUpFor: 'too-slow' },
      { ...live, state: 'booked', givenUpFor: null },
    ],
    events: ['booked', 'failed_over', 'handed_over', 'status_changed'].map((what) => ({
      type: `delivery.${what}`,
    })),
    costs: [{ attemptId: live.id, kind: 'delivery', actualMinor: null }],
    openTasks: [],
    workflow: 'COMPLETED',
    isCalledOff: false,
  }
}
type Entry = Evidence['entries'][number]

describe('the checker', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(violationsOf(good())).toEqual([])
  })

  const planted: [string, (evidence: Evidence) => void][] = [
    ['a loser that lives', ({ entries }) => (entries[0]!.state = 'booked')],
    [
      'a loser that was cancelled after the next was booked, and came back',
      ({ entries }) => {
        entries[0]!.cancelledAt = 0
      },
    ],
    ['no booking at all', ({ entries }) => (entries[1]!.state = 'cancelled')],
    ['a booking that we do not know of', ({ attempts }) => attempts.pop()],
    ['two attempts that are booked by us', ({ attempts }) => (attempts[0]!.state = 'booked')],
    [
      'a shipment that points at the loser',
      (evidence) => {
        evidence.shipment.liveAttemptId = evidence.attempts[0]!.id
      },
    ],
    ['an attempt that was never settled', ({ attempts }) => (attempts[0]!.state = 'cancelling')],
    ['one that was called off and is on its way', (evidence) => (evidence.isCalledOff = true)],
    ['a stuck workflow', (evidence) => (evidence.workflow = 'RUNNING')],
    [
      'a failover that nobody was told of',
      (evidence) => {
        evidence.events = evidence.events.filter(({ type }) => type !== 'delivery.failed_over')
      },
    ],
    [
      'a loose booking without a task',
      ({ attempts, entries, costs }) => {
        attempts[0]!.state = 'loose'
        entries[0]!.state = 'booked'
        costs.push({ attemptId: attempts[0]!.id, kind: 'loser', actualMinor: null })
      },
    ],
    [
      'a reference that was used twice',
      ({ attempts }) => {
        attempts[0]!.reference = attempts[1]!.reference
      },
    ],
    [
      'a hand-over that was told twice',
      ({ events }) => events.push({ type: 'delivery.handed_over' }),
    ],
  ]
  it.each(planted)('catches %s', (_, plant) => {
    const evidence = good()
    plant(evidence)
    expect(violationsOf(evidence)).not.toEqual([])
  })
})

// They mostly wait: all at the same time.
describe.concurrent('a workflow that is wrong', () => {
  const mutants: [string, Partial<Behaviour>, Wrong][] = [
    [
      'takes a timeout for a refusal',
      { book: 'lost' },
      (right) => ({
        bookAttempt: async (input) => {
          const booking = await right.bookAttempt(input)
          return booking.outcome === 'unknown' ? forget(input.attemptId) : booking
        },
      }),
    ],
    [
      'takes what is pending for a refusal',
      { book: 'pending', confirms: Infinity },
      (right) => ({
        bookAttempt: async (input) => {
          const booking = await right.bookAttempt(input)
          return booking.outcome === 'pending' ? forget(input.attemptId) : booking
        },
      }),
    ],
    [
      'gives up without cancelling',
      { book: 'pending', confirms: Infinity },
      (right) => ({
        settleAttempt: (input) =>
          input.intent === 'release' ? forget(input.attemptId) : right.settleAttempt(input),
      }),
    ],
    [
      'watches no losers',
      { book: 'lost', hiddenFinds: 2 },
      () => ({ lookAtLoser: async () => 'quiet' }),
    ],
  ]
  /** Moves on as though it were certain. */
  async function forget(attemptId: string) {
    await database.system.db
      .updateTable('bookingAttempt')
      .set({ state: 'absent', givenUpFor: 'no-answer' })
      .where('id', '=', attemptId)
      .execute()
    return { outcome: 'gone', why: 'no-answer', mayWake: true } as const
  }

  it.each(mutants)(
    'is caught when it %s',
    async (_, first, wrong) => {
      const { evidence } = await deliverAll(3, (number) => (number === 1 ? first : {}), wrong)
      expect(wrongOf(evidence)).not.toEqual([])
    },
    170_000,
  )
})
