import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureLargeFile } from '../../bench/import-1gb.ts'
import { measureOrchestration } from '../../bench/import-1m.ts'
import { measureKills } from '../../bench/import-kills.ts'
import { measureImport } from '../../bench/import-yml.ts'
import { openMarketplace, type Marketplace } from '../../bench/marketplace.ts'

/** The size at which the benchmarks of imports run here: for their correctness, not their speed. */
const OFFERS = 4_000

let market: Marketplace

beforeAll(async () => {
  market = await openMarketplace()
}, 600_000)
afterAll(() => market.close(), 60_000)

describe('an import', () => {
  it('ends as if nothing had happened when its workers are killed three times', async () => {
    const run = await measureImport(market, OFFERS)

    expect(run.first.counts).toMatchObject({ created: OFFERS, rejected: 0 })
    expect(run.again.counts).toMatchObject({ unchanged: OFFERS, created: 0, updated: 0 })
    expect(run.writesAgain).toBe(0)
    expect(run.disturbed.counts).toEqual(run.first.counts)
    expect(run.sameCatalogue).toBe(true)
    expect(run.first.historyEvents).toBeLessThanOrEqual(500)
    expect(run.first.parsingGrowthMb).toBeLessThanOrEqual(256)
    expect(run.first.workerGrowthMb).toBeLessThanOrEqual(256)
  }, 600_000)

  it('applies each row once, whatever it is at when its worker is killed', async () => {
    const run = await measureKills(market, { kills: 5, rows: OFFERS })

    expect(Object.values(run.kills).reduce((total, count) => total + count, 0)).toBe(5)
    expect(run).toMatchObject({ sameCounts: true, sameCatalogue: true, sameVersions: true })
    expect(run.leftovers).toBe(0)
  }, 600_000)

  it('does by its workflow what a script over the same activities does', async () => {
    const run = await measureOrchestration(market, OFFERS, 1)

    expect(run.sameCatalogue).toBe(true)
    expect(run.mostEvents).toBeLessThanOrEqual(500)
  }, 600_000)

  it('of a file that is streamed from disk keeps little of it in memory', async () => {
    const run = await measureLargeFile(market, 10)

    expect(run.created).toBe(run.offers)
    expect(Math.max(...run.parsingGrowthMb, ...run.workerGrowthMb)).toBeLessThanOrEqual(200)
  }, 600_000)
})
