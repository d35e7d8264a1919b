import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Delivery } from '../../api/deliveries/delivery-view.ts'
import { createDelivery, type TestDelivery } from '../support/deliveries.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app, objectStore, workflows } = testApp({
  seller: database.seller.db,
  storefront: database.storefront.db,
})

let shop: TestShop
let auth: Record<string, string>
let theirs: Record<string, string>
const made: Record<string, TestDelivery> = {}
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

beforeAll(async () => {
  shop = await createShop(owner)
  const stranger = await createShop(owner)
  auth = await authorised(owner, shop.sellerId, ['deliveries:read'])
  theirs = await authorised(owner, stranger.sellerId, ['deliveries:read'])
  await createDelivery(owner, stranger)
  const at = (day: number) => ({ createdAt: `2026-11-0${day}T10:00:00Z` })
  made['moving'] = await createDelivery(owner, shop, {
    shipment: { ...at(1), promiseEarliest: inDays(1), promiseLatest: inDays(2) },
    events: [
      { at: '2026-11-02T10:00:00Z', status: 'in-transit', place: 'Тверь' },
      { at: '2026-11-01T10:00:00Z', status: 'accepted', place: 'Москва' },
      { at: '2026-11-02T11:00:00Z', status: 'delivered', isRevoked: true },
    ],
    loser: { carrier: 'dpd', events: [{ at: '2026-11-01T09:00:00Z', status: 'booked' }] },
  })
  made['overdue'] = await createDelivery(owner, shop, {
    carrier: 'dpd',
    shipment: { ...at(2), promiseEarliest: inDays(-3), promiseLatest: inDays(-2) },
  })
  made['delivered'] = await createDelivery(owner, shop, {
    shipment: {
      ...at(3),
      ...{ phase: 'delivered', status: 'delivered', endedAt: inDays(-1) },
      ...{ promiseEarliest: inDays(-3), promiseLatest: inDays(-2) },
    },
    attempt: { labelKey: 'labels/x.pdf' },
  })
  made['planned'] = await createDelivery(owner, shop, {
    shipment: {
      ...at(4),
      ...{ phase: 'planning', status: null, carrier: null, trackingNumber: null, service: null },
      ...{ promiseEarliest: null, promiseLatest: null, liveAttemptId: null },
      ...{ pointCarrier: 'cdek', pointCode: 'MSK1', pointKind: 'locker' },
    },
  })
})

type Page = { items: Delivery[]; nextCursor: string | null }
const list = async (query = '', headers = auth) => {
  const response = await app.request(`/v1/deliveries${query}`, { headers })
  return { status: response.status, body: (await response.json()) as Page }
}
const named = ({ items }: Page) =>
  items.map(({ id }) => Object.keys(made).find((name) => made[name]!.shipmentId === id))

describe('GET /v1/deliveries', () => {
  it('is 200 with the seller’s own, the newest first', async () => {
    const { status, body } = await list()
    expect(status).toBe(200)
    expect(named(body)).toEqual(['planned', 'delivered', 'overdue', 'moving'])
  })

  it.each([
    ['state=in-transit', ['overdue', 'moving']],
    ['state=planning', ['planned']],
    ['state=lost', []],
    ['carrier=dpd', ['overdue']],
    ['late=true', ['delivered', 'overdue']],
    ['late=false', ['planned', 'moving']],
    ['from=2026-11-02T10:00:00.000Z&to=2026-11-03T10:00:00.000Z', ['overdue']],
    ['state=in-transit&late=true&carrier=cdek', []],
  ])('is narrowed by %s', async (query, names) => {
    expect(named((await list(`?${query}`)).body)).toEqual(names)
  })

  it('pages through all of them, each once', async () => {
    const seen: unknown[] = []
    let cursor = ''
    do {
      const { body } = await list(`?limit=1${cursor && `&cursor=${cursor}`}`)
      seen.push(...named(body))
      cursor = body.nextCursor ?? ''
    } while (cursor)
    expect(seen).toEqual(['planned', 'delivered', 'overdue', 'moving'])
  })

  it.each(['state=nowhere', 'carrier=post', 'late=maybe', 'from=yesterday', 'cursor=WyIxIl0'])(
    'is 400 for %s',
    async (query) => {
      expect((await list(`?${query}`)).status).toBe(400)
    },
  )
})

describe('GET /v1/deliveries/{id}', () => {
  const get = (id: string, headers = auth) => app.request(`/v1/deliveries/${id}`, { headers })

  it('is 200 with attempts, and a timeline without what was taken back', async () => {
    const response = await get(made['moving']!.shipmentId)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      ...{ state: 'in-transit', phase: 'handed-over', carrier: 'cdek', late: false },
      ...{ trackingNumber: '1106203491', hasLabel: false },
      orderId: made['moving']!.orderId,
      workflowId: `delivery:${made['moving']!.shipmentId}`,
      attempts: [
        { carrier: 'dpd', state: 'rejected', reason: 'no-courier', endedAt: expect.any(String) },
        { carrier: 'cdek', state: 'booked', price: { amount: 45_000, currency: 'RUB' } },
      ],
      timeline: [
        { status: 'booked', carrier: 'dpd' },
        { status: 'accepted', carrier: 'cdek', place: 'Москва' },
        { status: 'in-transit', rawCode: 'RAW_in-transit', place: 'Тверь' },
      ],
    })
  })

  it('names the point, and leaves out what is not known', async () => {
    const shown = (await (await get(made['planned']!.shipmentId)).json()) as Delivery
    expect(shown).toMatchObject({ state: 'planning', pickupPointId: 'cdek:MSK1' })
    for (const name of ['promise', 'carrier', 'eta', 'trackingNumber'])
      expect(shown).not.toHaveProperty(name)
  })

  it('stands as its workflow says at this moment, where that answers', async () => {
    const { shipmentId } = made['moving']!
    const now = { phase: 'handed-over', status: 'out-for-delivery', failovers: 1, isLate: true }
    workflows.answers.set(`delivery:${shipmentId}`, { ...now, eta: '2026-11-27T15:00:00.000Z' })
    expect(await (await get(shipmentId)).json()).toMatchObject({
      ...{ isLive: true, state: 'out-for-delivery', late: true, eta: '2026-11-27T15:00:00.000Z' },
    })
    workflows.answers.clear()
    expect(await (await get(shipmentId)).json()).toMatchObject({ isLive: false, late: false })
  })

  it('says what the buyer is told instead of the promise, while it is awaited', async () => {
    const { shipmentId } = made['overdue']!
    const at = inDays(-1)
    const replan = (status: 'in-transit' | 'ready-for-pickup') =>
      owner
        .updateTable('shipment')
        .set({ status, expectedBy: inDays(2), replannedAt: at, replannedWhy: 'late' })
        .where('id', '=', shipmentId)
        .execute()
    const before = await (await get(shipmentId)).json()
    expect(before).not.toHaveProperty('replanned')
    await replan('in-transit')
    expect(await (await get(shipmentId)).json()).toMatchObject({
      replanned: { expectedBy: expect.any(String), why: 'late', at },
    })
    const there = { phase: 'handed-over', status: 'ready-for-pickup', failovers: 0, isLate: true }
    workflows.answers.set(`delivery:${shipmentId}`, there)
    expect(await (await get(shipmentId)).json()).not.toHaveProperty('replanned')
    workflows.answers.clear()
    await replan('ready-for-pickup')
    expect(await (await get(shipmentId)).json()).not.toHaveProperty('replanned')
    await owner
      .updateTable('shipment')
      .set({ status: 'in-transit', expectedBy: null, replannedAt: null, replannedWhy: null })
      .where('id', '=', shipmentId)
      .execute()
  })

  it('says what is due for it, with what corrects that', async () => {
    const { shipmentId, attemptId } = made['delivered']!
    const entry = (number: number, amountMinor: number, daysLate: number | null) =>
      owner
        .insertInto('compensation')
        .values({
          ...{ shipmentId, attemptId, sellerId: shop.sellerId, reason: 'late', currency: 'RUB' },
          ...{ number, amountMinor, daysLate },
        })
        .execute()
    await entry(1, 8_100, 2)
    await entry(2, -4_050, null)
    const shown = (await (await get(shipmentId)).json()) as Delivery
    expect(shown.compensations).toMatchObject([
      { reason: 'late', amount: { amount: 8_100, currency: 'RUB' }, daysLate: 2 },
      { reason: 'late', amount: { amount: -4_050, currency: 'RUB' } },
    ])
    expect(shown.compensations[1]).not.toHaveProperty('daysLate')
    expect(
      ((await (await get(made['moving']!.shipmentId)).json()) as Delivery).compensations,
    ).toEqual([])
  })

  it('leads to the buyer’s page', async () => {
    const { trackUrl } = (await (await get(made['moving']!.shipmentId)).json()) as Delivery
    const page = await app.request(new URL(trackUrl).pathname)
    expect(page.status).toBe(200)
  })

  it('is 404 for a stranger, and for what is no id', async () => {
    expect((await get(made['moving']!.shipmentId, theirs)).status).toBe(404)
    expect((await get(randomUUID())).status).toBe(404)
    expect((await get('1')).status).toBe(404)
  })
})

describe('GET /v1/deliveries/{id}/label', () => {
  const label = (name: string, headers = auth) =>
    app.request(`/v1/deliveries/${made[name]!.shipmentId}/label`, { headers })

  it('is 200 with the stored PDF', async () => {
    await objectStore.put(
      'labels/x.pdf',
      (async function* () {
        yield Buffer.from('%PDF-1.4')
      })(),
    )
    const response = await label('delivered')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/pdf')
    expect(await response.text()).toBe('%PDF-1.4')
  })

  it('is 404 while there is none, when it is gone, and for a stranger', async () => {
    expect((await label('moving')).status).toBe(404)
    expect((await label('planned')).status).toBe(404)
    expect((await label('delivered', theirs)).status).toBe(404)
    await objectStore.remove('labels/x.pdf')
    expect((await label('delivered')).status).toBe(404)
  })
})
