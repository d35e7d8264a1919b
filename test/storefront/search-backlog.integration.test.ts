import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { watchBacklog } from '../../activities/storefront/watch-backlog.ts'
import { forgetProjected } from '../../db/storefront/forget-projected.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import { parkDocuments } from '../../db/storefront/poison.ts'
import { registerGeneration, reserveGenerationId } from '../../db/storefront/search-generations.ts'
import { readSearchLagMs } from '../../db/storefront/search-lag.ts'
import { createShop } from '../support/marketplace.ts'
import { recordMetrics } from '../support/metrics.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood, settle } from './goods.ts'

const database = await freshDatabase()
const recorded = recordMetrics()
afterAll(() => Promise.all([recorded.stop(), database.drop()]))
const owner = database.owner.db
const system = database.system.db

const shop = await createShop(owner)
const good = { category: await createCategory(owner, 'Чайники') }
const hourAgo = () => new Date(Date.now() - 3_600_000)
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const suspend = () =>
  owner.updateTable('shop').set({ state: 'suspended' }).where('id', '=', shop.shopId).execute()
beforeEach(async () => {
  await owner.updateTable('shop').set({ state: 'active' }).execute()
  await createGood(owner, shop, good)
  await settle(system, 'search')
  await settle(system, 'cache')
})

describe('the lag of search', () => {
  it('is nothing while nothing waits', async () => {
    expect(await readSearchLagMs(system)).toBe(0)
  })

  it('is that of the oldest fan-out, for whoever searches, until it has raised all of its documents', async () => {
    await suspend()
    await owner.updateTable('changeFanout').set({ createdAt: hourAgo() }).execute()
    expect(await readSearchLagMs(database.storefront.db)).toBeGreaterThanOrEqual(HOUR_MS)
    await createGood(owner, shop, good)
    expect(await readSearchLagMs(system)).toBeGreaterThanOrEqual(HOUR_MS)
    while ((await drainFanouts(system, 1)) > 0);
    const lagMs = await readSearchLagMs(system)
    expect(lagMs).toBeGreaterThan(0)
    expect(lagMs).toBeLessThan(MINUTE_MS)
  })

  it('begins with the loss of an index, not with the last change of what was in it', async () => {
    const waiting = await createGood(owner, shop, good)
    await owner.updateTable('change').set({ changedAt: hourAgo() }).execute()
    await settle(system, 'search')
    await settle(system, 'cache')
    await forgetProjected(system, 'search')
    const lagMs = await readSearchLagMs(system)
    expect(lagMs).toBeGreaterThan(0)
    expect(lagMs).toBeLessThan(MINUTE_MS)
    const all = await system.selectFrom('change').select('wide').execute()
    expect(all).not.toContainEqual({ wide: false })

    await owner
      .updateTable('change')
      .set({ changedAt: hourAgo() })
      .where('shopProductId', '=', waiting.shopProductId)
      .execute()
    await forgetProjected(system, 'search')
    expect(await readSearchLagMs(system)).toBeGreaterThanOrEqual(HOUR_MS)
  })
})

describe('the backlog of search', () => {
  const told = async () => {
    const values = await recorded.told()
    const all = ['lag', 'pending', 'parked', 'fanouts'].map((name) => [
      name,
      values(`yarmarka.search.${name}`).map(({ value }) => value),
    ])
    return Object.fromEntries(all) as Record<string, number[]>
  }

  it('is told while somebody watches', async () => {
    const stop = watchBacklog({ system })
    expect(await told()).toEqual({ lag: [0], pending: [0], parked: [0], fanouts: [0] })

    const { shopProductId } = await createGood(owner, shop, good)
    await owner.updateTable('change').set({ changedAt: hourAgo() }).execute()
    await suspend()
    const id = await reserveGenerationId(system)
    await registerGeneration(system, { id, indexName: 'goods', schemaVersion: 1, state: 'live' })
    const refusal = {
      shopProductId,
      version: 1,
      status: 400,
      reason: 'no number',
      transient: false,
    }
    await system.transaction().execute((trx) =>
      parkDocuments(trx, [
        { ...refusal, indexName: 'goods' },
        { ...refusal, indexName: 'dropped' },
      ]),
    )
    const { lag, ...counts } = await told()
    expect(counts).toEqual({ pending: [1], parked: [1], fanouts: [1] })
    expect(lag![0]! * 1_000).toBeGreaterThanOrEqual(HOUR_MS)

    stop()
    expect(await told()).toEqual({ lag: [], pending: [], parked: [], fanouts: [] })
  })
})
