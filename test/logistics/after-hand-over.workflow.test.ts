import { defaultPayloadConverter } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import {
  deliverOrder,
  deliverySearchAttributes,
  deliveryState,
  deliveryWorkflowId,
  logisticsQueue,
  trackingChanged,
  type DeliverOrder,
  type TrackingChange,
} from '../../contracts/logistics.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { DAY_MS, HOUR_MS } from '../../domain/logistics/zone.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

const shipmentId = '2b1c5f0e-6f4d-4a53-9a58-1f6a5cf0f8d1'

let server: TestWorkflowEnvironment
beforeEach(async () => {
  server = await startTimeSkipping()
})
afterEach(() => server.teardown())

type Told = Pick<TrackingChange, 'status' | 'eta'>

/** A delivery that is promised within two days, and is on its way. */
async function onItsWay(
  scenario: string,
  story: (one: {
    tell(told: Told): Promise<void>
    passes(ms: number): Promise<void>
    /** Written from one moment to the next. */
    events(): Promise<number>
  }) => Promise<void>,
) {
  const steps: string[] = []
  const now = async () => new Date(await server.currentTimeMs()).toISOString()
  const latest = new Date((await server.currentTimeMs()) + 2 * DAY_MS).toISOString()
  let attemptId = ''
  let version = 1
  const step = async (what: string) => void steps.push(what)
  const activities: LogisticsActivities = {
    planDelivery: async () => ({
      ...{ outcome: 'planned', readyAt: await now(), terms: DEFAULT_TERMS },
      candidates: [{ rank: 1, carrier: 'cdek', service: '136' }],
      promise: { earliest: await now(), latest },
      labels: { sellerId: '7', orderId: '81', orderNumber: '261126-81', cityId: 'msk' },
    }),
    async bookAttempt(input) {
      attemptId = input.attemptId
      return { outcome: 'booked', bookedAt: await now() }
    },
    confirmBooking: async () => ({ outcome: 'booked', bookedAt: await now() }),
    settleAttempt: async ({ why }) => ({ outcome: 'gone', why, mayWake: false }),
    lookAtLoser: async () => 'quiet',
    keepLabel: async () => {},
    checkNewPoint: async () => ({ outcome: 'ok' }),
    raiseSla: ({ kind }) => step(`raise ${kind}`),
    askPerson: ({ kind }) => step(`ask ${kind}`),
    closeDelivery: ({ phase }) => step(`close ${phase}`),
    changePoint: ({ point }) => step(`point ${point.code}`),
  }
  let history: Awaited<ReturnType<typeof historyOf>> | undefined
  const historyOf = async (handle: { fetchHistory(): Promise<{ events?: object[] | null }> }) =>
    (await handle.fetchHistory()).events ?? []
  const { phase } = await runWorkflow<DeliverOrder>(server, {
    workflows: logisticsQueue,
    activities: { [logisticsQueue]: activities },
    ...{ type: deliverOrder, scenario },
    start: {
      workflowId: deliveryWorkflowId(shipmentId),
      ...{ taskQueue: logisticsQueue, args: [{ shipmentId }] },
    },
    async meanwhile(handle) {
      const state = () => handle.query(deliveryState)
      await until(async () => (await state()).phase === 'booked')
      const tell = async (told: Told) => {
        const change = { attemptId, version: ++version, statusAt: await now(), ...told }
        await handle.signal(trackingChanged, change)
        await until(async () => (await state()).status === told.status)
      }
      await tell({ status: 'in-transit' })
      await story({
        tell,
        passes: (ms) => server.sleep(ms),
        events: async () => (await historyOf(handle)).length,
      })
    },
    async afterwards(handle) {
      history = await historyOf(handle)
    },
  })
  return { phase, steps, history: history! }
}

describe('after the hand-over', () => {
  it('asks nobody to plan anew or to compensate: whoever keeps the fact does, also when this has ended', async () => {
    const written: number[] = []
    const { phase, steps } = await onItsWay('late-and-delivered', async (one) => {
      const counting = async (told: Told) => {
        const before = await one.events()
        await one.tell(told)
        written.push((await one.events()) - before)
      }
      await one.passes(2 * DAY_MS + HOUR_MS)
      await counting({ status: 'exception' })
      await counting({ status: 'attempt-failed' })
      await counting({ status: 'delivered' })
    })
    expect(phase).toBe('delivered')
    expect(steps).toEqual(['raise late'])
    expect(Math.max(...written)).toBeLessThanOrEqual(12)
  })

  it('is over when what was lost and found is delivered', async () => {
    const { phase, steps } = await onItsWay('lost-and-found', async (one) => {
      await one.tell({ status: 'lost' })
      await one.passes(HOUR_MS)
      await one.tell({ status: 'in-transit' })
      await one.tell({ status: 'delivered' })
    })
    expect(phase).toBe('delivered')
    expect(steps).toEqual(['ask taken-back'])
  })

  it('is found by when it was promised, as a date', async () => {
    const { history } = await onItsWay('promised-and-delivered', (one) =>
      one.tell({ status: 'delivered' }),
    )
    const { name } = deliverySearchAttributes.promiseAt
    const payloads = history.flatMap((event) => {
      const { upsertWorkflowSearchAttributesEventAttributes: upserted } = event as {
        upsertWorkflowSearchAttributesEventAttributes?: {
          searchAttributes: { indexedFields: Record<string, Payload> }
        }
      }
      return upserted?.searchAttributes.indexedFields[name] ?? []
    })
    expect(payloads).toHaveLength(1)
    expect(Buffer.from(payloads[0]!.metadata['type']!).toString()).toBe('Datetime')
    expect(defaultPayloadConverter.fromPayload(payloads[0] as never)).toMatch(/^\d{4}-\d\d-\d\dT/)
  })
})

type Payload = { metadata: Record<string, Uint8Array>; data: Uint8Array }
