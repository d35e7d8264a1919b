import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowHandleWithStartDetails } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/activity'
import { WorkflowUpdateFailedError } from '@temporalio/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import type { Booking } from '../../activities/logistics/booking-state.ts'
import {
  cancelDelivery,
  changePickupPoint,
  deliverOrder,
  deliveryState,
  deliveryWorkflowId,
  logisticsQueue,
  loserWorkflowId,
  orderCancelled,
  trackingChanged,
  type CarrierId,
  type DeliverOrder,
  type GivenUpFor,
  type TrackingStatus,
} from '../../contracts/logistics.ts'
import { DEFAULT_TERMS, type SlaTerms } from '../../domain/logistics/sla.ts'
import { runWorkflow, startTimeSkipping, untilClosed } from '../support/temporal.ts'
import { until } from '../support/until.ts'

const shipmentId = '7d3f2a52-53cc-4f6e-8f1d-0b9b1c4f3f11'
const HOUR_MS = 60 * 60_000

let server: TestWorkflowEnvironment
beforeEach(async () => {
  server = await startTimeSkipping()
})
afterEach(() => server.teardown())

type Handle = WorkflowHandleWithStartDetails<DeliverOrder>
type Answer = Booking['outcome'] | 'pending'

/** What each carrier answers to each step, the last answer again and again; without one it does as it should. */
type Script = Partial<
  Record<
    CarrierId,
    { book?: Answer; confirm?: Answer[]; settle?: Answer[]; loser?: ('quiet' | 'loose')[] }
  >
>

const CARRIERS = ['cdek', 'dpd', 'uber'] as const

function fakes(
  script: Script = {},
  terms: Partial<SlaTerms> = {},
  promiseHours = 72,
  carriers: readonly CarrierId[] = CARRIERS,
) {
  const did: { step: string; at: number }[] = []
  const carrierOf = new Map<string, CarrierId>()
  const attempts: string[] = []
  let beganAt = 0
  let promiseLatest = ''
  const note = async (step: string) => {
    const now = await server.currentTimeMs()
    beganAt ||= now
    did.push({ step, at: now - beganAt })
    return now
  }
  const next = <T>(answers: T[] | undefined, otherwise: T): T =>
    answers === undefined ? otherwise : answers.length > 1 ? answers.shift()! : answers[0]!
  const booking = async (outcome: Answer, why: GivenUpFor = 'rejected'): Promise<Booking> =>
    outcome === 'booked'
      ? {
          outcome,
          bookedAt: new Date(await server.currentTimeMs()).toISOString(),
        }
      : outcome === 'gone'
        ? { outcome, why, mayWake: why !== 'rejected' }
        : { outcome }
  const retryable = () => ApplicationFailure.retryable('not yet', 'Pending')

  const activities: LogisticsActivities = {
    async planDelivery({ round }) {
      const now = await note(`plan ${round}`)
      promiseLatest ||= new Date(now + promiseHours * HOUR_MS).toISOString()
      return {
        outcome: 'planned',
        candidates: carriers.map((carrier, index) => ({
          ...{ rank: index + 1, carrier, service: 'courier' },
        })),
        promise: { earliest: new Date(now).toISOString(), latest: promiseLatest },
        readyAt: new Date(now).toISOString(),
        terms: { ...DEFAULT_TERMS, ...terms },
        labels: { sellerId: '7', orderId: '81', orderNumber: '261126-81', cityId: 'msk' },
      }
    },
    async bookAttempt({ attemptId, rank }) {
      const carrier = carriers[rank - 1]!
      carrierOf.set(attemptId, carrier)
      attempts.push(attemptId)
      await note(`book ${carrier}`)
      return booking(script[carrier]?.book ?? 'booked')
    },
    async confirmBooking({ attemptId }) {
      const carrier = carrierOf.get(attemptId)!
      const answer = next(script[carrier]?.confirm, 'booked')
      if (answer === 'pending') throw retryable()
      await note(`confirm ${carrier}`)
      return booking(answer)
    },
    async settleAttempt({ attemptId, intent, why }) {
      const carrier = carrierOf.get(attemptId)!
      const answer = next(script[carrier]?.settle, 'gone')
      if (answer === 'unknown') throw retryable()
      await note(`${intent} ${carrier}: ${answer}`)
      return booking(answer, why)
    },
    async lookAtLoser({ attemptId }) {
      const carrier = carrierOf.get(attemptId)!
      const answer = next(script[carrier]?.loser, 'quiet')
      await note(`look at ${carrier}: ${answer}`)
      return answer
    },
    keepLabel: async () => {},
    async raiseSla({ kind, stage }) {
      // By what is silent: the day of its scan is that on which the test runs.
      const [of = ''] = stage.split(' ')
      await note(`raise ${kind} ${of}`.trim())
    },
    askPerson: async ({ kind }) => void (await note(`ask ${kind}`)),
    closeDelivery: async ({ phase }) => void (await note(`close ${phase}`)),
    checkNewPoint: async ({ point }) => ({ outcome: point.code === 'CLOSED' ? 'closed' : 'ok' }),
    changePoint: async ({ point }) => void (await note(`point ${point.code}`)),
  }
  let version = 1
  return {
    ...{ did, activities, attempts },
    steps: () => did.map(({ step }) => step).filter((step) => !step.startsWith('look')),
    hourOf: (step: string) =>
      Math.round((did.find((one) => one.step === step)?.at ?? NaN) / HOUR_MS),
    /** Lets time pass until it is. */
    isBooked: (handle: Handle) =>
      passing(async () => (await handle.query(deliveryState)).phase === 'booked'),
    async tell(
      handle: Handle,
      status: TrackingStatus,
      more: { eta?: string; storedUntil?: string; attemptId?: string } = {},
    ) {
      await handle.signal(trackingChanged, {
        ...{ attemptId: attempts.at(-1)!, version: ++version, status },
        statusAt: new Date(await server.currentTimeMs()).toISOString(),
        ...more,
      })
    },
  }
}
type Fakes = ReturnType<typeof fakes>

async function run(
  scenario: string | undefined,
  given: Fakes,
  meanwhile: (handle: Handle) => Promise<unknown>,
) {
  let events = 0
  const result = await runWorkflow<DeliverOrder>(server, {
    workflows: logisticsQueue,
    activities: { [logisticsQueue]: given.activities },
    type: deliverOrder,
    ...(scenario && { scenario }),
    start: {
      workflowId: deliveryWorkflowId(shipmentId),
      taskQueue: logisticsQueue,
      args: [{ shipmentId }],
    },
    async meanwhile(handle) {
      await meanwhile(handle)
    },
    async afterwards(handle) {
      events = (await handle.fetchHistory()).events?.length ?? 0
    },
  })
  return { ...result, events }
}

/** Tries that fail come again in their time: the clock must move. */
const passing = (holds: () => boolean | Promise<boolean>) =>
  until(async () => (await holds()) || void (await server.sleep('20 seconds')))

const eventsOf = async (handle: Handle) => (await handle.fetchHistory()).events?.length ?? 0
/** From the hand-over on, until it is there. */
const arrive = async (given: Fakes, handle: Handle) => {
  await given.tell(handle, 'accepted')
  await given.tell(handle, 'delivered')
}

describe('booking', () => {
  it('books the best, and follows it until it is delivered', async () => {
    const given = fakes()
    let atHandOver = 0
    const { phase } = await run('delivered', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'accepted')
      await until(async () => (await handle.query(deliveryState)).phase === 'handed-over')
      atHandOver = await eventsOf(handle)
      for (const status of ['in-transit', 'at-destination', 'out-for-delivery'] as const) {
        const before = await eventsOf(handle)
        await given.tell(handle, status)
        await until(async () => (await handle.query(deliveryState)).status === status)
        expect((await eventsOf(handle)) - before).toBeLessThanOrEqual(12)
      }
      await given.tell(handle, 'delivered')
    })
    expect(phase).toBe('delivered')
    expect(given.steps()).toEqual(['plan 1', 'book cdek'])
    expect(atHandOver).toBeLessThanOrEqual(60)
  })

  it('asks the next carrier when one refuses', async () => {
    const given = fakes({ cdek: { book: 'gone' } })
    await run('refused', given, async (handle) => {
      await given.isBooked(handle)
      expect(await handle.query(deliveryState)).toMatchObject({ carrier: 'dpd', failovers: 1 })
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'book dpd'])
  })

  it('keeps what was booked though its answer never came', async () => {
    const given = fakes({ cdek: { book: 'unknown', settle: ['unknown', 'unknown', 'booked'] } })
    await run('unknown-booked', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'keep cdek: booked'])
  })

  it('goes on when it is certain that nothing was booked, and watches for what wakes up late', async () => {
    const given = fakes({ cdek: { book: 'unknown' } }, { watchMs: [HOUR_MS] })
    await run('unknown-absent', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
      await server.sleep('3 hours')
      await untilClosed(server.client.workflow.getHandle(loserWorkflowId(given.attempts[0]!)))
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'keep cdek: gone', 'book dpd'])
    expect(given.did.filter(({ step }) => step === 'look at cdek: quiet')).toHaveLength(2)
  })

  it('asks nobody else while nobody knows', async () => {
    const given = fakes({ cdek: { book: 'unknown', settle: ['unknown'] } })
    await expect(
      run(undefined, given, async (handle) => {
        await until(() => given.steps().includes('book cdek'))
        await server.sleep('2 hours')
        expect(given.steps()).toEqual(['plan 1', 'book cdek', 'raise booking-late'])
        await handle.terminate()
      }),
    ).rejects.toThrow()
  })

  it('waits for a confirmation without writing a history', async () => {
    const given = fakes({
      cdek: { book: 'pending', confirm: [...Array<Answer>(8).fill('pending'), 'booked'] },
    })
    await run('pending-confirmed', given, async (handle) => {
      await given.isBooked(handle)
      expect(await eventsOf(handle)).toBeLessThanOrEqual(50)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'confirm cdek'])
  })

  it('gives up who does not confirm in time, and then asks the next', async () => {
    const given = fakes({ cdek: { book: 'pending', confirm: ['pending'] } })
    await run('too-slow', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'release cdek: gone', 'book dpd'])
  })

  it('keeps one that is too slow but cannot be cancelled any more', async () => {
    const given = fakes({ cdek: { book: 'pending', confirm: ['pending'], settle: ['booked'] } })
    await run('kept', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'release cdek: booked'])
  })

  it('needs few events for two fallbacks', async () => {
    const given = fakes({
      cdek: { book: 'pending', confirm: ['pending'] },
      dpd: { book: 'unknown' },
    })
    let events = 0
    await run('two-fallbacks', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'accepted')
      await until(async () => (await handle.query(deliveryState)).phase === 'handed-over')
      events = await eventsOf(handle)
      await given.tell(handle, 'delivered')
    })
    expect(events).toBeLessThanOrEqual(150)
  })

  it('asks other services of a carrier that has failed after all others', async () => {
    const silent = { book: 'unknown' } as const
    const services = ['cdek', 'cdek', 'dpd', 'cdek'] as const
    const given = fakes({ cdek: silent }, {}, 72, services)
    await run('other-services-last', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'keep cdek: gone', 'book dpd'])
  })

  it('tells that the promise is broken though nobody has booked it yet', async () => {
    const nobody = { book: 'gone' } as const
    const given = fakes({ cdek: nobody, dpd: nobody, uber: nobody }, { roundsMs: [] }, 48)
    await run('late-unbooked', given, async (handle) => {
      await passing(() => given.steps().includes('ask no-carrier'))
      await server.sleep('50 hours')
      await until(() => given.steps().includes('raise late'))
      expect(await handle.query(deliveryState)).toMatchObject({ isLate: true, phase: 'waiting' })
      await handle.executeUpdate(cancelDelivery)
    })
    expect(given.hourOf('raise late')).toBe(48)
    expect(given.steps().filter((step) => step.startsWith('raise'))).toEqual([
      ...['raise booking-late', 'raise late'],
    ])
  })

  it('rests when nobody can, plans anew, and asks a person in the end', async () => {
    const nobody = { book: 'gone' } as const
    const given = fakes({ cdek: nobody, dpd: nobody, uber: nobody }, { roundsMs: [60_000] })
    const { phase } = await run('nobody', given, async (handle) => {
      await passing(() => given.steps().includes('ask no-carrier'))
      await handle.executeUpdate(cancelDelivery)
    })
    expect(phase).toBe('cancelled')
    const round = ['book cdek', 'book dpd', 'book uber']
    expect(given.steps()).toEqual([
      ...['plan 1', ...round, 'plan 2', ...round, 'ask no-carrier', 'close cancelled'],
    ])
  })
})

describe('before the hand-over', () => {
  it('replaces a carrier that does not fetch it in time', async () => {
    const given = fakes({}, { handOverMs: 10 * HOUR_MS })
    await run('not-fetched', given, async (handle) => {
      await given.isBooked(handle)
      await server.sleep('11 hours')
      await until(() => given.attempts.length === 2)
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual([
      ...[
        'plan 1',
        'book cdek',
        'raise hand-over-late 1',
        'release cdek: gone',
        'plan 2',
        'book cdek',
      ],
    ])
  })

  it('tells of each carrier that does not fetch it', async () => {
    const given = fakes({}, { handOverMs: 10 * HOUR_MS })
    await run('never-fetched', given, async (handle) => {
      for (const count of [2, 3]) {
        await given.isBooked(handle)
        await server.sleep('11 hours')
        await until(() => given.attempts.length === count)
      }
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps().filter((step) => step.startsWith('raise'))).toEqual([
      ...['raise hand-over-late 1', 'raise hand-over-late 2'],
    ])
  })

  it('goes by what a carrier does that has dropped it and cannot', async () => {
    const given = fakes({ cdek: { settle: ['booked'] } })
    const { events } = await run('dropped-and-kept', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'cancelled')
      await until(() => given.steps().includes('release cdek: booked'))
      expect(await handle.query(deliveryState)).toMatchObject({ phase: 'booked', carrier: 'cdek' })
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'release cdek: booked'])
    expect(events).toBeLessThanOrEqual(80)
  })

  it('replaces a carrier that drops it', async () => {
    const given = fakes()
    await run('dropped', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'cancelled')
      await until(() => given.attempts.length === 2)
      await given.isBooked(handle)
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'release cdek: gone', 'plan 2', 'book cdek'],
    ])
  })

  it('cancels when it is asked to', async () => {
    const given = fakes()
    const { phase } = await run('cancelled', given, async (handle) => {
      await given.isBooked(handle)
      expect(await handle.executeUpdate(cancelDelivery)).toEqual({ phase: 'cancelled' })
    })
    expect(phase).toBe('cancelled')
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'release cdek: gone', 'close cancelled'],
    ])
  })

  it('is called off with its order', async () => {
    const given = fakes()
    const { phase } = await run('order-cancelled', given, async (handle) => {
      await given.isBooked(handle)
      await handle.signal(orderCancelled)
    })
    expect(phase).toBe('cancelled')
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'release cdek: gone', 'close cancelled'],
    ])
  })

  it('is a person’s when its order is cancelled too late', async () => {
    const given = fakes()
    const { phase } = await run('order-cancelled-too-late', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'accepted')
      await handle.signal(orderCancelled)
      await until(() => given.steps().includes('ask too-late-to-cancel'))
      await given.tell(handle, 'delivered')
    })
    expect(phase).toBe('delivered')
  })

  it('cancels while it waits for a confirmation', async () => {
    const given = fakes({ cdek: { book: 'pending', confirm: ['pending'] } })
    const { phase } = await run('cancelled-while-pending', given, async (handle) => {
      await until(() => given.steps().includes('book cdek'))
      await handle.executeUpdate(cancelDelivery)
    })
    expect(phase).toBe('cancelled')
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'release cdek: gone', 'close cancelled'],
    ])
  })

  it('does not pretend to cancel what has left', async () => {
    const given = fakes({ cdek: { settle: ['booked'] } })
    const { phase } = await run('cancelled-too-late', given, async (handle) => {
      await given.isBooked(handle)
      await expect(handle.executeUpdate(cancelDelivery)).rejects.toThrow(WorkflowUpdateFailedError)
      await given.tell(handle, 'accepted')
      await until(async () => (await handle.query(deliveryState)).phase === 'handed-over')
      await expect(handle.executeUpdate(cancelDelivery)).rejects.toThrow(WorkflowUpdateFailedError)
      await given.tell(handle, 'delivered')
    })
    expect(phase).toBe('delivered')
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'release cdek: booked'])
  })

  it('books anew to another point, when the booking to the one before is gone', async () => {
    const given = fakes()
    await run('new-point', given, async (handle) => {
      await given.isBooked(handle)
      const point = { carrier: 'cdek', code: 'MSK65', kind: 'pvz' } as const
      await handle.executeUpdate(changePickupPoint, { args: [point] })
      await until(() => given.attempts.length === 2)
      await given.isBooked(handle)
      expect(await handle.query(deliveryState)).toMatchObject({ failovers: 0 })
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'release cdek: gone', 'point MSK65', 'plan 2', 'book cdek'],
    ])
  })

  it('keeps the booking when the other point takes nothing', async () => {
    const given = fakes()
    await run('no-new-point', given, async (handle) => {
      await given.isBooked(handle)
      const point = { carrier: 'cdek', code: 'CLOSED', kind: 'pvz' } as const
      const refused = await handle
        .executeUpdate(changePickupPoint, { args: [point] })
        .catch((error: WorkflowUpdateFailedError) => error.cause)
      expect(refused).toMatchObject({ type: 'PointUnavailable' })
      expect(await handle.query(deliveryState)).toMatchObject({ phase: 'booked', carrier: 'cdek' })
      await arrive(given, handle)
    })
    expect(given.steps()).toEqual(['plan 1', 'book cdek'])
  })
})

describe('a loser', () => {
  it('moves nothing, however late it is heard of', async () => {
    const given = fakes({ cdek: { book: 'unknown' } })
    await run('late-loser', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'delivered', { attemptId: given.attempts[0]! })
      expect(await handle.query(deliveryState)).toMatchObject({ phase: 'booked', carrier: 'dpd' })
      await arrive(given, handle)
    })
  })
})

describe('after the hand-over', () => {
  it('raises what is missed, each once and in its order, and books nothing anew', async () => {
    const given = fakes({}, { silenceMs: { 'in-transit': 24 * HOUR_MS } }, 48)
    await run('missed', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'in-transit')
      await server.sleep('80 hours')
      await until(() => given.steps().includes('raise late'))
      expect(await handle.query(deliveryState)).toMatchObject({ isLate: true, carrier: 'cdek' })
      await given.tell(handle, 'delivered')
    })
    expect(given.steps()).toEqual([
      ...['plan 1', 'book cdek', 'raise silent in-transit', 'raise late'],
    ])
    expect(given.hourOf('raise silent in-transit')).toBe(24)
    expect(given.hourOf('raise late')).toBe(48)
  })

  it('raises each silence of one status: after every scan it can fall silent again', async () => {
    const given = fakes({}, { silenceMs: { 'in-transit': 30 * HOUR_MS } }, 480)
    await run('silent-again', given, async (handle) => {
      await given.isBooked(handle)
      for (let scans = 1; scans <= 2; scans++) {
        await given.tell(handle, 'in-transit')
        await server.sleep('80 hours')
        await until(() => given.steps().filter((step) => step.includes('silent')).length === scans)
      }
      await given.tell(handle, 'delivered')
    })
    expect(given.steps().slice(2)).toEqual(Array(2).fill('raise silent in-transit'))
  })

  it('predicts that it will be late as soon as its carrier expects that', async () => {
    const given = fakes({}, {}, 48)
    await run('late-predicted', given, async (handle) => {
      await given.isBooked(handle)
      const eta = new Date((await server.currentTimeMs()) + 60 * HOUR_MS).toISOString()
      await given.tell(handle, 'in-transit', { eta })
      await until(() => given.steps().includes('raise late-predicted'))
      await given.tell(handle, 'delivered', { eta })
    })
    expect(given.hourOf('raise late-predicted')).toBe(0)
  })

  it('tells before the point sends it back, and a person when it has', async () => {
    const given = fakes({}, { storageWarningMs: 24 * HOUR_MS })
    const { phase } = await run('returned', given, async (handle) => {
      await given.isBooked(handle)
      const storedUntil = new Date((await server.currentTimeMs()) + 72 * HOUR_MS).toISOString()
      await given.tell(handle, 'ready-for-pickup', { storedUntil })
      await server.sleep('50 hours')
      await until(() => given.steps().some((step) => step.startsWith('raise storage-expiring')))
      await given.tell(handle, 'returning')
      await given.tell(handle, 'returned')
    })
    expect(phase).toBe('returned')
    expect(given.steps().at(-1)).toBe('ask not-delivered')
  })

  it('takes an end back when its carrier does', async () => {
    const given = fakes()
    const { phase } = await run('taken-back', given, async (handle) => {
      await given.isBooked(handle)
      await arrive(given, handle)
      await until(async () => (await handle.query(deliveryState)).phase === 'delivered')
      await given.tell(handle, 'out-for-delivery')
      await until(() => given.steps().includes('ask taken-back'))
      expect(await handle.query(deliveryState)).toMatchObject({ phase: 'handed-over' })
      await given.tell(handle, 'delivered')
    })
    expect(phase).toBe('delivered')
  })

  it('tells a person of what its carrier gives up on the way', async () => {
    const given = fakes()
    const { phase } = await run('failed', given, async (handle) => {
      await given.isBooked(handle)
      await given.tell(handle, 'accepted')
      await given.tell(handle, 'cancelled')
    })
    expect(phase).toBe('failed')
    expect(given.steps()).toEqual(['plan 1', 'book cdek', 'ask not-delivered'])
  })
})
