import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPointsActivities } from '../../activities/logistics/points.ts'
import { createLogger } from '../../clients/logger.ts'
import type { PointsApplied, PointsSyncScope } from '../../contracts/pickup-points.ts'
import { findCityCodes, findPoint, listPointSyncs } from '../../db/logistics/pickup-points.ts'
import { pickupPointsIndex } from '../../domain/logistics/points-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { ensureCities } from '../support/marketplace.ts'
import { aPoint, carrierWithPoints } from '../support/pickup-points.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))
const system = database.system.db
const index = { ...pickupPointsIndex, alias: `${server.prefix}points` }

const codes = Array.from({ length: 20 }, (_, n) => `M${n}`)
const { carrier, script } = carrierWithPoints('cdek', [], 7)
const activities = createPointsActivities({
  ...{ system, index },
  elasticsearch: server.client,
  carrierOf: () => carrier,
  log: createLogger({ level: 'silent', name: 'test' }),
})
const inActivity = <T>(work: () => Promise<T>): Promise<T> =>
  new MockActivityEnvironment().run(work)

const read = (syncId: string) =>
  inActivity(() => activities.readPickupPoints({ syncId, carrier: 'cdek' }))
const apply = (syncId: string, scope: PointsSyncScope = 'full', confirmClosure = false) =>
  activities.applyPickupPoints({ syncId, carrier: 'cdek', scope, confirmClosure })
const project = () => inActivity(() => activities.projectPickupPoints())

async function sync(scope: PointsSyncScope = 'full', confirm = false): Promise<PointsApplied> {
  const syncId = randomUUID()
  await read(syncId)
  const applied = await apply(syncId, scope, confirm)
  await project()
  return applied
}

const states = async () =>
  new Map(
    (await system.selectFrom('pickupPoint').select(['code', 'state']).execute()).map(
      ({ code, state }) => [code, state],
    ),
  )
const searched = async () => {
  await server.client.indices.refresh({ index: index.alias })
  const { hits } = await server.client.search<{ point: { code: string; state: string } }>({
    index: index.alias,
    size: 1_000,
  })
  return new Map(hits.hits.map(({ _source }) => [_source!.point.code, _source!.point.state]))
}

beforeAll(() => ensureCities(database.owner.db))
beforeEach(async () => {
  script.points = codes.map((code) => aPoint(code))
  script.now.clear()
  script.isAway = false
  await sync('full', true)
})

describe('a full list', () => {
  it('is what is known and searched, in the cities that are ours', async () => {
    expect(await findPoint(system, { carrier: 'cdek', code: 'M3' })).toMatchObject({
      ...{ id: 'cdek:M3', cityId: 'msk', state: 'open', address: 'ул. Тверская, M3' },
    })
    expect((await searched()).size).toBe(20)
    expect(await findCityCodes(system, 'msk')).toEqual({ cdek: '44' })
    const [state] = await listPointSyncs(system)
    expect(state).toMatchObject({ carrier: 'cdek', points: 20, heldAt: null })
  })

  it('changes what has changed and writes nothing else', async () => {
    script.points[0] = aPoint('M0', { name: 'Новое имя', cityName: 'Мытищи' })
    script.points.push(aPoint('M20', { cityName: 'САНКТ-ПЕТЕРБУРГ' }))
    expect(await sync()).toEqual({ outcome: 'applied', created: 1, changed: 1, gone: 0 })
    expect(await findPoint(system, { carrier: 'cdek', code: 'M0' })).toMatchObject({
      ...{ name: 'Новое имя', cityId: null },
    })
    expect(await findPoint(system, { carrier: 'cdek', code: 'M20' })).toMatchObject({
      cityId: 'spb',
    })
    expect(await sync()).toEqual({ outcome: 'applied', created: 0, changed: 0, gone: 0 })
    expect(await project()).toEqual({ written: 0 })
  })

  it('closes what is no longer in it, in search too, until it comes back', async () => {
    script.points = script.points.slice(0, 18)
    expect(await sync()).toEqual({ outcome: 'applied', created: 0, changed: 0, gone: 2 })
    expect((await states()).get('M19')).toBe('closed')
    expect(await findPoint(system, { carrier: 'cdek', code: 'M19' })).toBeUndefined()
    expect((await searched()).has('M19')).toBe(false)

    script.points = codes.map((code) => aPoint(code))
    expect(await sync()).toMatchObject({ outcome: 'applied', changed: 2 })
    expect((await searched()).get('M19')).toBe('open')
  })

  it('that would take many away is held, with nothing of it applied', async () => {
    const before = await states()
    script.points = [aPoint('M0', { state: 'full' }), aPoint('NEW')]
    const held = { outcome: 'held', known: 20, missing: 19, closing: 0 }
    expect(await sync()).toEqual(held)
    expect(await states()).toEqual(before)
    expect((await searched()).size).toBe(20)
    expect((await listPointSyncs(system))[0]!.held).toEqual({ known: 20, missing: 19, closing: 0 })

    expect(await sync('full', true)).toMatchObject({ outcome: 'applied', created: 1, gone: 19 })
    expect((await listPointSyncs(system))[0]).toMatchObject({ held: null, heldAt: null })
    expect([...(await searched())]).toEqual(
      expect.arrayContaining([
        ['M0', 'full'],
        ['NEW', 'open'],
      ]),
    )
  })

  it('that says that all are closed is held as well', async () => {
    script.points = codes.map((code) => aPoint(code, { state: 'closed' }))
    expect(await sync()).toMatchObject({ outcome: 'held', closing: 20 })
    expect([...(await states()).values()].filter((state) => state === 'open')).toHaveLength(20)
  })

  it('that broke off is not applied, and read from its beginning again', async () => {
    const syncId = randomUUID()
    script.points = codes.map((code) => aPoint(code, { name: 'После' }))
    script.failAfterPages = 2
    await expect(read(syncId)).rejects.toThrow('scripted to be away')
    script.points = codes.slice(0, 19).map((code) => aPoint(code, { name: 'После' }))
    expect(await read(syncId)).toEqual({ points: 19, unusable: 0 })
    expect(await apply(syncId)).toEqual({ outcome: 'applied', created: 0, changed: 19, gone: 1 })
  })

  it('that was applied by an attempt whose answer was lost is not applied again', async () => {
    const syncId = randomUUID()
    script.points = script.points.slice(0, 19)
    await read(syncId)
    const first = await apply(syncId)
    expect(first).toMatchObject({ outcome: 'applied', gone: 1 })
    expect(await apply(syncId)).toEqual(first)
  })

  it('leaves out what nobody could be sent to, and counts it', async () => {
    script.points.push(aPoint('ZERO', { lat: 0, lon: 0 }), aPoint('DPD', { carrier: 'dpd' }))
    const syncId = randomUUID()
    expect(await read(syncId)).toEqual({ points: 20, unusable: 2 })
  })
})

describe('a carrier without a contract', () => {
  const without = createPointsActivities({
    ...{ system, index, elasticsearch: server.client, carrierOf: () => undefined },
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const readAt = (attempt: number) =>
    new MockActivityEnvironment({ attempt }).run(() =>
      without.readPickupPoints({ syncId: randomUUID(), carrier: 'dpd' }),
    )

  it('is waited for, and in the end has no points', async () => {
    await expect(readAt(1)).rejects.toMatchObject({ type: 'NoContract', nonRetryable: false })
    expect(await readAt(100)).toBe('no-points')
  })
})

describe('a list of states', () => {
  it('changes points that are known; others neither come nor go', async () => {
    script.points = [aPoint('M0', { state: 'full' }), aPoint('NEW'), aPoint('M1')]
    expect(await sync('states')).toEqual({ outcome: 'applied', created: 0, changed: 1, gone: 0 })
    const now = await searched()
    expect(now.get('M0')).toBe('full')
    expect(now.has('NEW')).toBe(false)
    expect(now.size).toBe(20)
  })
})

describe('search', () => {
  it('is filled anew when its index is gone, or is of another version', async () => {
    const [name] = Object.keys(await server.client.indices.getAlias({ name: index.alias }))
    await server.client.indices.delete({ index: name! })
    expect(await project()).toMatchObject({ written: expect.any(Number) })
    expect((await searched()).size).toBe(20)

    const next = createPointsActivities({
      ...{ system, index: { ...index, version: index.version + 1 } },
      elasticsearch: server.client,
      carrierOf: () => carrier,
      log: createLogger({ level: 'silent', name: 'test' }),
    })
    await inActivity(() => next.projectPickupPoints())
    const holders = Object.keys(await server.client.indices.getAlias({ name: index.alias }))
    expect(holders).toEqual([`${index.alias}-${index.version + 1}-1`])
    expect((await searched()).size).toBe(20)
    await inActivity(() => activities.projectPickupPoints())
    expect((await searched()).size).toBe(20)
  })
})

describe('a point at booking', () => {
  const parcels = [{ weightG: 2_000, lengthMm: 300, widthMm: 200, heightMm: 100 }]
  const check = (code: string) =>
    inActivity(() => activities.checkPickupPoint({ carrier: 'cdek', code, parcels }))

  it('that was closed since checkout is offered the nearest that takes the parcels: 100 of 100', async () => {
    script.points = Array.from({ length: 200 }, (_, n) =>
      aPoint(`C${n}`, {
        lat: 55.7 + n / 2_000,
        // Every fifth one is too small.
        limits: n % 5 === 1 ? { maxWeightG: 1_000 } : {},
      }),
    )
    await sync('full', true)
    for (let n = 0; n < 100; n++) {
      const code = `C${n * 2}`
      const state = n % 3 === 0 ? 'full' : n % 3 === 1 ? 'closed' : undefined
      script.now.set(code, state && aPoint(code, { state }))
      const checked = await check(code)
      expect(checked, code).toMatchObject({ outcome: state ?? 'closed', nearest: {} })
      const { nearest } = checked as { nearest: { code: string; distanceM: number } }
      // What is offered in its place takes the parcels, and has not been closed meanwhile.
      const offered = script.points.find((point) => point.code === nearest.code)!
      expect(offered.limits.maxWeightG ?? Infinity).toBeGreaterThanOrEqual(2_000)
      expect(script.now.has(offered.code), offered.code).toBe(false)
      expect(nearest.distanceM).toBeLessThan(1_000)
    }
  })

  it('is ok as it is, and asked for at the carrier', async () => {
    script.asked = []
    expect(await check('M5')).toEqual({ outcome: 'ok' })
    expect(script.asked).toEqual(['M5'])
  })

  it('is shown by search as the carrier says it now', async () => {
    script.now.set('M5', aPoint('M5', { state: 'full' }))
    expect(await check('M5')).toMatchObject({ outcome: 'full' })
    expect((await searched()).get('M5')).toBe('full')
    script.now.set('M6', undefined)
    expect(await check('M6')).toMatchObject({ outcome: 'closed' })
    expect((await searched()).has('M6')).toBe(false)
  })

  it('does not offer one that has closed meanwhile itself', async () => {
    script.points = [
      aPoint('A'),
      aPoint('B', { lat: 55.756 }),
      aPoint('C', { lat: 55.757 }),
      aPoint('D', { lat: 55.758, state: 'full' }),
    ]
    await sync('full', true)
    script.now.set('A', undefined)
    script.now.set('B', aPoint('B', { state: 'closed' }))
    expect(await check('A')).toMatchObject({ outcome: 'closed', nearest: { code: 'C' } })
    script.now.set('C', aPoint('C', { state: 'full' }))
    expect(await check('A')).toEqual({ outcome: 'closed' })

    // Another carrier's is better than none.
    const others = createPointsActivities({
      ...{ system, index, elasticsearch: server.client },
      carrierOf: () => carrierWithPoints('dpd', [aPoint('E', { carrier: 'dpd' })]).carrier,
      log: createLogger({ level: 'silent', name: 'test' }),
    })
    const list = { syncId: randomUUID(), carrier: 'dpd' } as const
    await inActivity(() => others.readPickupPoints(list))
    await others.applyPickupPoints({ ...list, scope: 'full', confirmClosure: false })
    script.now.set('E', aPoint('E', { carrier: 'dpd' }))
    expect(await check('A')).toMatchObject({ nearest: { carrier: 'dpd', code: 'E' } })
    await system.deleteFrom('pickupPoint').where('carrier', '=', 'dpd').execute()
  })

  it('is taken as it was last known while the carrier is away', async () => {
    script.isAway = true
    expect(await check('M5')).toEqual({ outcome: 'ok' })
    expect(await check('NONE')).toEqual({ outcome: 'closed' })
  })
})
