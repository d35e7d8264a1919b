import { beforeAll, describe, expect, it } from 'vitest'
import { listHistories, type RecordedHistory } from './support/histories.ts'
import { replayAll } from './support/temporal.ts'

/** Which bundle a workflow is in. */
const domainOf: Record<string, string> = {
  importCatalog: 'integrations',
  relayEvents: 'integrations',
  importFromSource: 'integrations',
  fetchPictures: 'integrations',
  publishFeed: 'integrations',
  fulfilOrder: 'orders',
  deliverWebhooks: 'integrations',
  sweepWebhookLog: 'integrations',
  deliverOrder: 'logistics',
  settleLoser: 'logistics',
  pollTracking: 'logistics',
  drainTrackingQueue: 'logistics',
  quoteDelivery: 'logistics',
  syncPickupPoints: 'logistics',
  projectChanges: 'storefront',
  refreshSuggestions: 'storefront',
  reindexCatalog: 'storefront',
  checkDrift: 'storefront',
  warmCache: 'storefront',
  keepCacheWarm: 'storefront',
  rankGoods: 'storefront',
}

const histories = await listHistories()

describe('the recorded histories', () => {
  it('cover every workflow', () => {
    expect(new Set(histories.map(({ workflow }) => workflow))).toEqual(
      new Set(Object.keys(domainOf)),
    )
  })

  const outcomes = new Map<RecordedHistory, Error | undefined>()
  beforeAll(async () => {
    const byDomain = Map.groupBy(histories, ({ workflow }) => domainOf[workflow])
    for (const [domain, recorded] of byDomain) {
      if (domain === undefined) continue
      const errors = await replayAll(domain, recorded)
      errors.forEach((error, at) => outcomes.set(recorded[at]!, error))
    }
  })

  it.each(histories)('$workflow does again what it did: $scenario', (recorded) => {
    expect(outcomes.has(recorded)).toBe(true)
    expect(outcomes.get(recorded)).toBeUndefined()
  })
})
