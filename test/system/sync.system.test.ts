import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMarketplace, type Marketplace } from '../../bench/marketplace.ts'
import { measureChaos } from '../../bench/sync-chaos.ts'
import { measureSync } from '../../bench/sync.ts'

let market: Marketplace

beforeAll(async () => {
  market = await openMarketplace()
}, 600_000)
afterAll(() => market.close(), 60_000)

const none = { missing: 0, extra: 0, otherVersion: 0, otherContent: 0 }

/** The sizes at which the benchmarks run here: for their correctness, not their speed. */
describe('search', () => {
  it('finds every one of many updates of the same goods, with fewer writes than updates', async () => {
    const figures = await measureSync(market, 3)
    expect(figures.lags).toHaveLength(1_500)
    expect(figures.indexOperations).toBeLessThan(1_500)
    expect(figures.differences).toEqual({ documents: 2_000, ...none })
  }, 600_000)

  it('ends equal to PostgreSQL through killed workers, a killed Elasticsearch and refusals', async () => {
    // Slow enough that changes still come when the last worker is killed.
    const chaos = { changes: 2_000, kills: 2, restarts: 1, perSecond: 60 }
    const figures = await measureChaos(market, chaos)
    expect(figures.differences).toMatchObject(none)
    expect(figures.restarts).toBe(1)
    expect(figures.deleted).toBeGreaterThan(0)
    expect(figures.poisoned).toBe(0)
  }, 600_000)
})
