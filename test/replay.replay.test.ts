import { describe, expect, it } from 'vitest'
import { listHistories } from './support/histories.ts'
import { replay } from './support/temporal.ts'

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

  it.each(histories)('$workflow does again what it did: $scenario', async (recorded) => {
    const domain = domainOf[recorded.workflow]
    if (!domain) throw new Error(`No domain for ${recorded.workflow}`)
    await replay(domain, recorded.history)
  })
})
