import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskConsequences } from '../../activities/integrations/task-consequences.ts'
import { listAudit } from '../../db/audit.ts'
import type { Event } from '../../db/events.ts'
import { createDelivery, type TestDelivery } from '../support/deliveries.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app } = testApp({ storefront: database.storefront.db, system: database.system.db })

let admin: Record<string, string>
let seller: Record<string, string>
let delivery: TestDelivery
let sellerId: string
beforeAll(async () => {
  const shop = await createShop(owner)
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, shop.sellerId)
  sellerId = shop.sellerId
  delivery = await createDelivery(owner, shop, { attempt: { state: 'cancelling' } })
  const { shipmentId, attemptId } = delivery
  await owner
    .insertInto('humanTask')
    .values(
      [
        { shipmentId, sellerId: shop.sellerId, attemptId, kind: 'cancel-by-phone' },
        { shipmentId, sellerId: shop.sellerId, attemptId: null, kind: 'not-delivered' },
      ].map((task) => ({ ...task, details: '{"carrier":"dpd"}' }) as never),
    )
    .execute()
})

type Task = { id: string; kind: string; state: string }
const list = async (query = '', headers = admin) => {
  const response = await app.request(`/v1/admin/tasks${query}`, { headers })
  return {
    status: response.status,
    body: (await response.json()) as { items: Task[]; nextCursor: string | null },
  }
}
const resolve = (id: string, body: object, headers = admin) =>
  app.request(`/v1/admin/tasks/${id}/resolve`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('GET /v1/admin/tasks', () => {
  it('is 200 with what is open, waiting longest first, page by page', async () => {
    const first = await list('?limit=1')
    expect(first.body.items).toMatchObject([
      {
        ...{ kind: 'cancel-by-phone', state: 'open', deliveryId: delivery.shipmentId },
        ...{ attemptId: delivery.attemptId, details: { carrier: 'dpd' } },
      },
    ])
    const second = await list(`?limit=1&cursor=${first.body.nextCursor}`)
    expect(second.body).toMatchObject({ items: [{ kind: 'not-delivered' }], nextCursor: null })
    expect((await list('?kind=no-carrier')).body.items).toEqual([])
    expect((await list('?state=done')).body.items).toEqual([])
  })

  it('is 400 for a kind that there is not, 401 without a key, 403 with a seller’s', async () => {
    expect((await list('?kind=x')).status).toBe(400)
    expect((await list('', {})).status).toBe(401)
    expect((await list('', seller)).status).toBe(403)
  })
})

describe('POST /v1/admin/tasks/{id}/resolve', () => {
  it('is 200 once; who did it is recorded, and the delivery hears of it', async () => {
    const { id } = (await list()).body.items[0]!
    const response = await resolve(id, { resolution: 'Отменено по телефону', outcome: 'cancelled' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      ...{ id, state: 'done', resolution: 'Отменено по телефону' },
      closedBy: expect.stringMatching(/^key:/),
    })
    expect((await resolve(id, { resolution: 'ещё раз' })).status).toBe(409)
    const attempt = await owner
      .selectFrom('bookingAttempt')
      .select(['state', 'reasonCode'])
      .where('id', '=', delivery.attemptId)
      .executeTakeFirstOrThrow()
    expect(attempt).toEqual({ state: 'cancelled', reasonCode: 'by-hand' })
    const audit = await listAudit(owner, `delivery:${delivery.shipmentId}`)
    expect(audit).toMatchObject([{ action: 'delivery.task_resolved', data: { taskId: id } }])

    const events = await owner
      .selectFrom('event')
      .selectAll()
      .where('type', '=', 'delivery.task_resolved')
      .execute()
    expect(events).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('телефону')
    const signals: unknown[] = []
    const relayed = taskConsequences({
      workflows: {
        getHandle: (workflowId: string) => ({
          signal: async (_: unknown, payload: unknown) => void signals.push([workflowId, payload]),
        }),
      } as never,
    })
    await relayed['delivery.task_resolved']!(events[0] as Event)
    expect(signals).toEqual([
      [
        `delivery:${delivery.shipmentId}`,
        { attemptId: delivery.attemptId, resolution: 'resolved' },
      ],
    ])
  })

  it('is 400 that names the outcome where one is wanted, or makes no sense', async () => {
    const { items } = (await list()).body
    const { id } = items.find(({ kind }) => kind === 'not-delivered')!
    const unfit = await resolve(id, { resolution: 'x', outcome: 'absent' })
    expect(unfit.status).toBe(400)
    expect(await unfit.json()).toMatchObject({ errors: [{ path: 'outcome' }] })
    const unsettled = await owner
      .insertInto('humanTask')
      .values({
        ...{ shipmentId: delivery.shipmentId, attemptId: delivery.attemptId },
        ...{ sellerId, kind: 'unsettled-booking', details: '{}' },
      } as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    const silent = await resolve(unsettled.id, { resolution: 'x' })
    expect(silent.status).toBe(400)
    expect(await silent.json()).toMatchObject({ errors: [{ path: 'outcome' }] })
    expect((await list('?kind=unsettled-booking')).body.items).toHaveLength(1)
  })

  it('is 404 for none, 400 without words, 403 with a seller’s key', async () => {
    for (const id of ['0', '999999', 'abc'])
      expect((await resolve(id, { resolution: 'x' })).status).toBe(404)
    const { id } = (await list()).body.items[0]!
    for (const body of [{}, { resolution: '  ' }, { resolution: 'x', more: 1 }])
      expect((await resolve(id, body)).status).toBe(400)
    expect((await resolve(id, { resolution: 'x' }, seller)).status).toBe(403)
  })
})
