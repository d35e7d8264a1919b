import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { contractForPoints } from '../../activities/logistics/contract-for-points.ts'
import type { Contract } from '../../activities/logistics/contracts-with-carriers.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const carrierOf = contractForPoints(database.system.db, {
  find: async (accountId) => ({ accountId, carrier: accountId as never }) satisfies Contract,
})

const account = async (sellerId: string | null, enabled = true): Promise<string> => {
  const id = randomUUID()
  await owner
    .insertInto('carrierAccount')
    .values({
      ...{ id, sellerId, carrier: 'dpd', baseUrl: 'http://dpd.example', clientId: '1', enabled },
      ...{ sealedSecret: 'none', customerId: null, sealedWebhookKey: null, settings: '{}' },
    })
    .execute()
  return id
}

describe('points are read by', () => {
  beforeEach(() => owner.deleteFrom('carrierAccount').execute())

  it('nothing while there is no contract that may be used', async () => {
    await account(null, false)
    expect(await carrierOf('dpd')).toBeUndefined()
    expect(await carrierOf('cdek')).toBeUndefined()
  })

  it('the marketplace’s own contract before any seller’s', async () => {
    const { sellerId } = await createShop(owner)
    const theirs = await account(sellerId)
    expect(await carrierOf('dpd')).toBe(theirs)
    const own = await account(null)
    expect(await carrierOf('dpd')).toBe(own)
  })
})
