import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPointsActivities } from '../../activities/logistics/points.ts'
import type { PickupPoint } from '../../api/logistics/point-view.ts'
import { createLogger } from '../../clients/logger.ts'
import { listAudit } from '../../db/audit.ts'
import { listPointsById } from '../../db/logistics/pickup-points.ts'
import { pickupPointsIndex, type FoundPoint } from '../../domain/logistics/points-index.ts'
import {
  pointsAnswer,
  pointsRequest,
  selectPoints,
  type PointsQuestion,
  type PointsResponse,
} from '../../domain/logistics/points-query.ts'
import { createDelivery } from '../support/deliveries.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { carrierWithPoints, manyPoints } from '../support/pickup-points.ts'
import { freshDatabase } from '../support/postgres.ts'
import { sampler } from '../support/sampler.ts'
import { authorised, testApp } from './app.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))
const { seller, storefront, system } = database
const index = { ...pickupPointsIndex, alias: `${server.prefix}points` }
const dbs = { seller: seller.db, storefront: storefront.db, system: system.db }

/** The whole app, with and without search. */
const found = testApp(dbs, { search: server.client, points: index }).app
const { app: without } = testApp(dbs)

let auth: Record<string, string>
let sellerId: string
let all: FoundPoint[]
beforeAll(async () => {
  const shop = await createShop(database.owner.db)
  sellerId = shop.sellerId
  auth = await authorised(database.owner.db, sellerId, ['deliveries:read'])
  const points = manyPoints(1_500)
  for (const id of ['cdek', 'dpd'] as const) {
    const { carrier } = carrierWithPoints(
      id,
      points.filter((point) => point.carrier === id),
    )
    const activities = createPointsActivities({
      ...{ system: system.db, index, elasticsearch: server.client, carrierOf: () => carrier },
      log: createLogger({ level: 'silent', name: 'test' }),
    })
    const list = { syncId: randomUUID(), carrier: id }
    await new MockActivityEnvironment().run(() => activities.readPickupPoints(list))
    await activities.applyPickupPoints({ ...list, scope: 'full', confirmClosure: false })
    await new MockActivityEnvironment().run(() => activities.projectPickupPoints())
  }
  all = await listPointsById(storefront.db, { limit: 10_000 })
  expect(all).toHaveLength(1_500)
}, 60_000)

type Page = { items: PickupPoint[]; nextCursor: string | null }
const get = async (query: string, app = found, headers: Record<string, string> = auth) => {
  const response = await app.request(`/v1/pickup-points${query}`, { headers })
  return { status: response.status, body: (await response.json()) as Page }
}

function questions(count: number): PointsQuestion[] {
  const { one, chance, number } = sampler(7)
  const maybe = <T>(value: T, probability = 0.3) => (chance(probability) ? value : undefined)
  const edge = () => 50 + number(500)
  return Array.from({ length: count }, () => {
    const centre = one(all)
    const parcel = () => ({
      weightG: 100 + number(20_000),
      lengthMm: edge(),
      widthMm: edge(),
      heightMm: edge(),
    })
    return {
      cityId: maybe(one(['msk', 'spb'])),
      carrier: maybe(one(['cdek', 'dpd'] as const)),
      kind: maybe(one(['pvz', 'locker'] as const)),
      state: maybe(one(['open', 'full', 'closed'] as const), 0.7),
      payment: maybe(one(['cash', 'card'] as const)),
      openAt: maybe(
        `2026-12-${28 + number(4)}T${String(number(24)).padStart(2, '0')}:${chance(0.5) ? '00' : '30'}`,
      ),
      parcels: maybe(Array.from({ length: 1 + number(3) }, parcel), 0.6),
      near: maybe(
        {
          lat: centre.lat + (number(100) - 50) / 1_000,
          lon: centre.lon + (number(100) - 50) / 1_000,
          radiusM: 500 + number(40_000),
        },
        0.7,
      ),
      limit: 1 + number(60),
    }
  })
}

describe('search', () => {
  it('finds exactly what all points, looked through one by one, have: page after page', async () => {
    let compared = 0
    for (const question of questions(300)) {
      for (let after: PointsQuestion['after']; ;) {
        const asked = { ...question, after }
        const response = await server.client.search({ index: index.alias, ...pointsRequest(asked) })
        const answer = pointsAnswer(asked, response as unknown as PointsResponse)
        const wanted = selectPoints(all, asked)
        expect(answer.map(({ point }) => point.id)).toEqual(wanted.map(({ point }) => point.id))
        for (const [at, { distanceM, point }] of answer.entries()) {
          expect(point).toEqual(wanted[at]!.point)
          if (distanceM !== undefined) expect(distanceM).toBeCloseTo(wanted[at]!.distanceM!, 1)
        }
        compared += answer.length
        const last = answer.at(-1)
        if (!last || answer.length < asked.limit) break
        after = { distanceM: last.distanceM, id: last.point.id }
      }
    }
    expect(compared).toBeGreaterThan(3_000)
  }, 120_000)
})

describe('/v1/admin/pickup-points', () => {
  it('tells how fresh each list is, and what is held', async () => {
    const admin = await authorised(database.owner.db, null, ['admin'])
    await database.owner.db
      .updateTable('pickupPointSync')
      .set({ heldAt: new Date(), held: '{"known":9,"missing":8,"closing":0}' })
      .where('carrier', '=', 'dpd')
      .execute()
    const response = await found.request('/v1/admin/pickup-points', { headers: admin })
    expect(await response.json()).toMatchObject({
      items: [
        { carrier: 'cdek', points: 1_000, fullSyncedAt: expect.any(String) },
        { carrier: 'dpd', points: 500, held: { known: 9, missing: 8, closing: 0 } },
      ],
    })
  })

  it('has a list read now, by an operator alone', async () => {
    const admin = await authorised(database.owner.db, null, ['admin'])
    const { app, workflows } = testApp(dbs)
    const post = (carrier: string, headers: Record<string, string>) =>
      app.request(`/v1/admin/pickup-points/${carrier}/sync`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: '{"confirmClosure":true}',
      })
    expect((await post('cdek', admin)).status).toBe(202)
    expect(workflows.started).toEqual([
      { type: 'syncPickupPoints', workflowId: 'pickup-points:cdek:full:asked' },
    ])
    expect(await listAudit(system.db, 'pickup-points:cdek')).toMatchObject([
      { action: 'pickup-points.sync_requested', data: { confirmClosure: true } },
    ])
    expect((await post('uber', admin)).status).toBe(400)
    expect((await post('cdek', auth)).status).toBe(403)
  })
})

describe('GET /v1/pickup-points', () => {
  const NEAR = '?lat=55.7558&lon=37.6173'

  it('is 200 with the nearest that are open, how far each is and how old that is', async () => {
    const { status, body } = await get(`${NEAR}&limit=5&radiusM=50000`)
    expect(status).toBe(200)
    expect(body.items).toHaveLength(5)
    const distances = body.items.map(({ distanceM }) => distanceM!)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    for (const item of body.items) {
      expect(item).toMatchObject({ state: 'open', city: { id: 'msk', name: 'Москва' } })
      expect(item.id).toBe(`${item.carrier}:${item.code}`)
      expect(item.ageSeconds).toBeGreaterThanOrEqual(0)
      expect(item.hours).toMatch(/[А-я]/)
    }
  })

  it.each([
    `${NEAR}&radiusM=30000`,
    `${NEAR}&radiusM=30000&fits=5000x300x250x100&kind=locker&state=any`,
    `${NEAR}&carrier=dpd&payment=card&openAt=2026-12-31T12:00`,
    '?city=spb&fits=1000x100x100x100,2000x200x100x100&kind=pvz',
    '?city=msk&state=full',
    '',
  ])('gives the same pages while search is away: %s', async (query) => {
    const walk = async (app: typeof found) => {
      const ids: string[] = []
      for (let cursor = ''; ;) {
        const page = `${query || '?'}&limit=40${cursor && `&cursor=${cursor}`}`
        const { status, body } = await get(page, app)
        expect(status).toBe(200)
        ids.push(...body.items.map(({ id }) => id))
        if (body.nextCursor === null) return ids
        cursor = body.nextCursor
      }
    }
    const ids = await walk(found)
    expect(ids.length).toBeGreaterThan(0)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await walk(without)).toEqual(ids)
  })

  it('takes the parcels of a delivery, one’s own alone', async () => {
    const owner = database.owner.db
    const shop = await createShop(owner)
    const theirs = await authorised(owner, shop.sellerId, ['deliveries:read'])
    const { shipmentId } = await createDelivery(owner, shop)
    const same = await get(`${NEAR}&fits=1500x300x200x100`, found, theirs)
    expect((await get(`${NEAR}&fits=${shipmentId}`, found, theirs)).body.items).toEqual(
      same.body.items,
    )
    expect((await get(`${NEAR}&fits=${shipmentId}`)).status).toBe(404)
  })

  it('speaks English to whoever prefers it', async () => {
    const { body } = await get(`${NEAR}&limit=3`, found, { ...auth, 'Accept-Language': 'en' })
    for (const { hours } of body.items) expect(hours).not.toMatch(/[А-я]/)
  })

  it.each([
    '?lat=55.7',
    '?lat=&lon=',
    '?radiusM=100',
    '?lat=91&lon=0',
    '?city=atlantis',
    '?kind=drone',
    '?fits=0x1x1x1',
    '?fits=1000x300x200',
    '?fits=1e3x1x1x1',
    '?openAt=2026-02-30T25:00',
    '?openAt=9999-12-31T10:00',
    `${NEAR}&cursor=WyJjZGVrOjEiXQ`,
    '?unknown=1',
  ])('is 400 for %s', async (query) => {
    expect((await get(query)).status).toBe(400)
  })

  it('is 401 without a key, and 403 without the scope', async () => {
    expect((await get('', found, {})).status).toBe(401)
    const other = await authorised(database.owner.db, sellerId, ['orders:read'])
    expect((await get('', found, other)).status).toBe(403)
  })
})
