import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createLogisticsActivities,
  type LogisticsActivities,
} from '../../activities/logistics/index.ts'
import { openContracts } from '../../activities/logistics/contracts-with-carriers.ts'
import { CarrierError } from '../../clients/carriers/carrier.ts'
import { referenceOf } from '../../db/logistics/attempts.ts'
import { resolveTask } from '../../db/logistics/human-tasks.ts'
import { aPoint, keepPoint } from '../support/pickup-points.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { deliveryScene, type Scene } from './scene.ts'

let database: TestDatabase
let scene: Scene
let activities: LogisticsActivities
let shipmentId: string

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  await database.owner.db.deleteFrom('laneStat').execute()
  scene = await deliveryScene(database)
  activities = createLogisticsActivities(scene.deps, openContracts(scene.deps))
  ;({ shipmentId } = await scene.newShipment())
  await run(activities.planDelivery, { shipmentId, round: 1 })
})
afterAll(() => database.drop())

/** `waitedMs`: since its workflow has asked for the step. */
const run = <In, Out>(
  activity: (input: In) => Promise<Out>,
  input: In,
  waitedMs = 0,
): Promise<Out> =>
  new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - waitedMs }).run(
    activity as never,
    input,
  ) as Promise<Out>
const book = (attemptId = randomUUID(), number = 1, rank = 1) =>
  run(activities.bookAttempt, { shipmentId, attemptId, number, round: 1, rank }).then(
    (booking) => ({ ...booking, attemptId }),
  )
const settle = (attemptId: string, intent: 'keep' | 'release', waitedMs?: number) => {
  const why = intent === 'keep' ? 'no-answer' : 'cancelled'
  return run(activities.settleAttempt, { attemptId, intent, why }, waitedMs)
}
const first = () => referenceOf({ shipmentId, number: 1 })
const change = (attemptId: string, set: object) =>
  database.owner.db.updateTable('bookingAttempt').set(set).where('id', '=', attemptId).execute()
/** What was asked for must have arrived by now. */
const longAgo = (attemptId: string) => change(attemptId, { askedAt: new Date(0) })
const attempt = (id: string) =>
  database.owner.db
    .selectFrom('bookingAttempt')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const tasks = () =>
  database.owner.db
    .selectFrom('humanTask')
    .select(['id', 'kind', 'state'])
    .where('shipmentId', '=', shipmentId)
    .execute()
const refusals = async () =>
  (
    await database.owner.db.selectFrom('laneStat').select(['carrier', 'refusals']).execute()
  ).flatMap((lane) => (Number(lane.refusals) > 0 ? [lane.carrier] : []))
const away = new CarrierError({ carrier: 'cdek', operation: 'book', kind: 'unavailable' }, 'away')

describe('an attempt without an answer', () => {
  it('is not believed to be absent while its request can be under way', async () => {
    scene.script(first(), { book: 'lost-before' })
    const { attemptId, outcome } = await book()
    expect(outcome).toBe('unknown')
    await expect(settle(attemptId, 'keep')).rejects.toMatchObject({ type: 'Unsettled' })
    await longAgo(attemptId)
    expect(await settle(attemptId, 'keep')).toEqual({
      ...{ outcome: 'gone', why: 'no-answer', mayWake: true },
    })
    expect(await refusals()).toEqual(['cdek'])
  })

  it('comes again no later than its request must have arrived', async () => {
    scene.script(first(), { book: 'lost-before' })
    const { attemptId } = await book()
    const failure = await settle(attemptId, 'keep').catch((error: unknown) => error)
    const { nextRetryDelay } = failure as { nextRetryDelay: number }
    expect(nextRetryDelay).toBeGreaterThan(0)
    expect(nextRetryDelay).toBeLessThanOrEqual(scene.deps.callTimeoutMs + 2_000)
  })

  it('is not asked for again beside what a killed worker has asked for', async () => {
    const { carrier } = scene.carriers.cdek
    const ask = carrier.book.bind(carrier)
    carrier.book = () => Promise.reject(new Error('killed'))
    const { attemptId } = await book()
    await change(attemptId, { state: 'asked' })
    carrier.book = ask
    await expect(book(attemptId)).rejects.toMatchObject({ type: 'Unsettled' })
    await longAgo(attemptId)
    expect(await book(attemptId)).toMatchObject({ outcome: 'booked' })
  })

  it('can come to life after it could not be asked for again', async () => {
    const { carrier } = scene.carriers.cdek
    carrier.book = () => Promise.reject(new Error('killed'))
    const { attemptId } = await book()
    await change(attemptId, { state: 'asked', askedAt: new Date(0) })
    carrier.book = () => Promise.reject(away)
    expect(await book(attemptId)).toMatchObject({ outcome: 'gone', mayWake: true })
  })
})

describe('a carrier that cannot be asked', () => {
  it('is asked again a moment later', async () => {
    const { carrier } = scene.carriers.cdek
    const ask = carrier.book.bind(carrier)
    let times = 0
    carrier.book = (request, call) => (++times < 3 ? Promise.reject(away) : ask(request, call))
    expect(await book()).toMatchObject({ outcome: 'booked' })
    expect(times).toBe(3)
  })

  it('is passed over in the end, which says nothing of how it delivers', async () => {
    scene.script(first(), { book: 'unreachable' })
    expect(await book()).toMatchObject({ outcome: 'gone', why: 'unavailable', mayWake: false })
    expect(await refusals()).toEqual([])
  })
})

describe('a booking that only a person can cancel', () => {
  const begin = async () => {
    scene.script(first(), { cancel: 'by-phone' })
    const { attemptId } = await book()
    await expect(settle(attemptId, 'release')).rejects.toMatchObject({ type: 'NeedsHuman' })
    return attemptId
  }

  it('is kept when it has left meanwhile', async () => {
    const attemptId = await begin()
    await change(attemptId, { status: 'in-transit' })
    expect(await settle(attemptId, 'release')).toMatchObject({ outcome: 'booked' })
    expect(await tasks()).toMatchObject([{ kind: 'cancel-by-phone', state: 'done' }])
  })

  it('is gone when the person says so', async () => {
    const attemptId = await begin()
    const [task] = await tasks()
    await database.system.db.transaction().execute((trx) =>
      resolveTask(trx, {
        ...{ id: task!.id, resolution: 'по телефону', outcome: 'cancelled' },
        ...{ actor: 'key:1', traceParent: null },
      }),
    )
    expect(await settle(attemptId, 'release')).toMatchObject({ outcome: 'gone', mayWake: true })
    expect(await tasks()).toMatchObject([{ kind: 'cancel-by-phone', state: 'done' }])
  })
})

describe('a carrier that sends it to another point', () => {
  it('is believed: there the buyer is told to go', async () => {
    const { db } = database.owner
    await keepPoint(db, aPoint('MSK66', { kind: 'locker' }))
    await db
      .updateTable('shipment')
      .set({ pointCarrier: 'cdek', pointCode: 'MSK65', pointKind: 'pvz' })
      .where('id', '=', shipmentId)
      .execute()
    const { carrier } = scene.carriers.cdek
    const ask = carrier.book.bind(carrier)
    carrier.book = async (request, call) => {
      const answer = await ask(request, call)
      return answer.outcome === 'booked' ? { ...answer, pointCode: 'MSK66' } : answer
    }
    const { attemptId } = await book()
    const shipment = await db
      .selectFrom('shipment')
      .select(['orderId', 'pointCarrier', 'pointCode', 'pointKind'])
      .where('id', '=', shipmentId)
      .executeTakeFirstOrThrow()
    expect(shipment).toMatchObject({
      ...{ pointCarrier: 'cdek', pointCode: 'MSK66', pointKind: 'locker' },
    })
    expect(await attempt(attemptId)).toMatchObject({ pointCode: 'MSK66', pointKind: 'locker' })
    const told = await db
      .selectFrom('event')
      .select('data')
      .where('subject', '=', `order:${shipment.orderId}`)
      .where('type', '=', 'delivery.booked')
      .executeTakeFirstOrThrow()
    expect(told.data).toMatchObject({ pointCode: 'MSK66' })
  })
})

describe('a carrier that gives no account', () => {
  it('becomes a person’s, when it takes long', async () => {
    const { attemptId } = await book()
    scene.carriers.cdek.carrier.cancel = () => Promise.reject(away)
    await expect(settle(attemptId, 'release')).rejects.toMatchObject({ type: 'Unsettled' })
    expect(await tasks()).toEqual([])
    await expect(settle(attemptId, 'release', 3_600_000)).rejects.toMatchObject({
      type: 'Unsettled',
    })
    expect(await tasks()).toMatchObject([{ kind: 'unsettled-booking', state: 'open' }])
    expect((await attempt(attemptId)).state).toBe('cancelling')
  })

  it('becomes a person’s for what was given up, too', async () => {
    scene.script(first(), { book: 'lost-before' })
    const { attemptId } = await book()
    await longAgo(attemptId)
    await settle(attemptId, 'keep')
    const { carrier } = scene.carriers.cdek
    const find = carrier.find.bind(carrier)
    carrier.find = () => Promise.reject(away)
    const look = () => run(activities.lookAtLoser, { attemptId }, 3_600_000)
    await expect(look()).rejects.toMatchObject({ type: 'Unsettled' })
    expect(await tasks()).toMatchObject([{ kind: 'unsettled-booking', state: 'open' }])
    carrier.find = find
    expect(await look()).toBe('quiet')
    expect(await tasks()).toMatchObject([{ kind: 'unsettled-booking', state: 'done' }])
  })
})
