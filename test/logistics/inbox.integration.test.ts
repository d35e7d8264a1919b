import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { QueuedChange, TrackingEvent, WebhookAnswer } from '../../clients/carriers/carrier.ts'
import { forgetHandled, keepCarrierWebhook } from '../../db/logistics/carrier-webhooks.ts'
import { makeDue } from '../../db/logistics/make-due.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'

const database = await freshDatabase()
const one = oneShipment(database)
const { plan, book, poll, pollPage, reference, shipment } = one
const { db } = database.owner

beforeEach(one.begin)
afterAll(() => database.drop())

describe('what carriers tell of themselves', () => {
  beforeEach(async () => {
    await plan()
    await book()
  })

  const live = () =>
    db
      .selectFrom('bookingAttempt')
      .select('id')
      .where('reference', '=', reference())
      .executeTakeFirstOrThrow()
  let digest = 0
  const called = (body: string) =>
    keepCarrierWebhook(db, {
      ...{ accountId: one.scene.accounts.cdek, digest: String(digest++), headers: {} },
      body: Buffer.from(body),
    })
  const webhooks = () =>
    db
      .selectFrom('carrierWebhook')
      .select(['outcome', 'tries', 'body'])
      .where('accountId', 'in', Object.values(one.scene.accounts))
      .orderBy('id')
      .execute()
  const parse = (read: (body: string) => Partial<Extract<WebhookAnswer, { outcome: 'told' }>>) => {
    one.scene.carriers.cdek.carrier.parseWebhook = (raw) => ({
      ...{ outcome: 'told', id: '1', carrierId: 'none', reference: reference(), isHint: false },
      events: [],
      ...read(Buffer.from(raw).toString()),
    })
  }
  const accepted = (occurredAt: string): TrackingEvent => ({
    ...{ occurredAt, status: 'accepted', rawCode: 'A', key: occurredAt },
  })

  it('is put aside when it cannot be kept, and holds up nothing', async () => {
    parse((body) => ({ events: [accepted(body)] }))
    await called('the day before')
    await called(new Date().toISOString())
    await pollPage('cdek')
    expect((await shipment()).status).toBe('accepted')
    for (let times = 0; times < 3; times++) await pollPage('cdek')
    expect(await webhooks()).toEqual([
      { outcome: 'failed', tries: 3, body: Buffer.alloc(0) },
      { outcome: 'applied', tries: 1, body: Buffer.alloc(0) },
    ])
  })

  it('is forgotten long after it was read', async () => {
    parse(() => ({}))
    await called('old')
    await called('new')
    await pollPage('cdek')
    await db
      .updateTable('carrierWebhook')
      .set({ handledAt: new Date(Date.now() - 91 * 24 * HOUR_MS) })
      .where('digest', '=', String(digest - 2))
      .execute()
    await forgetHandled(database.system.db, one.scene.accounts.cdek)
    expect(await webhooks()).toHaveLength(1)
  })

  it('has what nobody asked for any more asked for again, where it is only a hint', async () => {
    parse(() => ({ isHint: true }))
    await db.updateTable('bookingAttempt').set({ nextPollAt: null }).execute()
    one.scene.carriers.cdek.happen(reference(), 'delivered', new Date().toISOString())
    await called('hint')
    await pollPage('cdek')
    await pollPage('cdek')
    expect((await shipment()).status).toBe('delivered')
  })

  it('is asked for once more when it comes while its answer is on the way', async () => {
    const { id: attemptId } = await live()
    const { carrier } = one.scene.carriers.cdek
    const track = carrier.track.bind(carrier)
    carrier.track = async (key, call) => {
      const told = await track(key, call)
      carrier.track = track
      one.scene.carriers.cdek.happen(reference(), 'accepted', new Date().toISOString())
      await makeDue(database.system.db, attemptId)
      return { ...told, events: [] }
    }
    await poll('cdek')
    await pollPage('cdek')
    expect((await shipment()).status).toBe('accepted')
  })
})

describe('a queue', () => {
  const steps: string[] = []
  let waiting: QueuedChange[]
  const change = (more: Partial<QueuedChange>): QueuedChange => ({
    ...{ reference: reference(), carrierId: `dpd-${reference()}` },
    event: {
      ...{ occurredAt: new Date().toISOString(), status: 'delivered', rawCode: 'Delivered' },
      ...{ key: 'RU/P1:Delivered', parcel: 'P1' },
    },
    ...more,
  })
  const drain = () => run(one.tracker.drainPage, one.scene.accounts.dpd)
  const strangers = () =>
    db
      .selectFrom('carrierWebhook')
      .select(['outcome', 'body'])
      .where('accountId', '=', one.scene.accounts.dpd)
      .execute()

  beforeEach(async () => {
    await plan()
    // The second of the list.
    await book(1, 2)
    await poll('dpd')
    steps.length = 0
    one.scene.carriers.dpd.carrier.queue = {
      next: async () => ({ ticket: '1', isLast: true, changes: waiting }),
      confirm: async () => {
        const due = await db
          .selectFrom('bookingAttempt')
          .select('id')
          .where('reference', '=', reference())
          .where('nextPollAt', '<=', sql<Date>`clock_timestamp()`)
          .execute()
        steps.push(`confirmed with ${due.length} due and ${(await strangers()).length} kept`)
      },
    }
  })

  it('tells of one parcel: how all of them stand is asked for, before it is confirmed', async () => {
    waiting = [change({})]
    await drain()
    expect(steps).toEqual(['confirmed with 1 due and 0 kept'])
    expect((await shipment()).status).toBe('booked')
    one.scene.carriers.dpd.happen(reference(), 'in-transit', new Date().toISOString())
    await pollPage('dpd')
    expect((await shipment()).status).toBe('in-transit')
  })

  it('keeps what is of none of our bookings before it is confirmed', async () => {
    waiting = [change({ reference: 'somebody-elses', carrierId: 'RU7' })]
    await drain()
    await drain()
    expect(steps[0]).toBe('confirmed with 0 due and 1 kept')
    const [kept, ...more] = await strangers()
    expect(more).toEqual([])
    expect(kept!.outcome).toBe('stranger')
    expect(JSON.parse(kept!.body.toString())).toMatchObject({ carrierId: 'RU7' })
  })

  it('knows a booking by the order that was made of it', async () => {
    const { carrier } = one.scene.carriers.dpd
    carrier.track = async ({ carrierId }) => ({
      events:
        carrierId === 'RU8'
          ? [{ ...change({}).event, status: 'returned', key: 'RU8=returned' }]
          : [],
    })
    waiting = [change({ reference: 'none', carrierId: 'RU8', relatedId: `dpd-${reference()}` })]
    await drain()
    expect((await shipment()).status).toBe('returned')
  })
})
