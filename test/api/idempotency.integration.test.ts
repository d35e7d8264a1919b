import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idempotently, sameRequest } from '../../api/idempotency.ts'
import { claimIdempotencyKey, extendClaim, keepAnswer } from '../../db/idempotency.ts'
import { asSeller } from '../../db/tenancy.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let sellerId: string
beforeAll(async () => {
  database = await freshDatabase()
  ;({ sellerId } = await createShop(database.owner.db))
})
afterAll(() => database.drop())

let keys = 0
const newKey = () => `key-${keys++}`

/** Does `work` under a key, as a request with this fingerprint. */
const request = (key: string | undefined, work: () => Promise<string>, fingerprint = 'same') =>
  idempotently(database.seller.db, {
    sellerId,
    key,
    first: async (keep) => {
      const answer = await work()
      await asSeller(database.seller.db, sellerId, (trx) =>
        keep(trx, { fingerprint, status: 200, body: { answer } }),
      )
      return answer
    },
    again: (kept) => (sameRequest(kept, fingerprint).body as { answer: string }).answer,
  })

const claim = (key: string) =>
  asSeller(database.seller.db, sellerId, (trx) => claimIdempotencyKey(trx, { sellerId, key }))
const claimed = async (key: string) => {
  const outcome = await claim(key)
  if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome)
  return outcome.claim
}

describe('an idempotency key', () => {
  it('does the work once, and gives its answer again', async () => {
    const key = newKey()
    let done = 0
    const work = async () => `answer ${++done}`
    expect(await request(key, work)).toBe('answer 1')
    expect(await request(key, work)).toBe('answer 1')
    expect(done).toBe(1)
  })

  it('is not needed', async () => {
    let done = 0
    for (let times = 0; times < 2; times++) await request(undefined, async () => `${++done}`)
    expect(done).toBe(2)
  })

  it('is refused for another request', async () => {
    const key = newKey()
    await request(key, async () => 'answer')
    const other = request(key, async () => 'answer', 'other')
    await expect(other).rejects.toMatchObject({ code: 'idempotency-mismatch', status: 422 })
  })

  it('lets one of many at once do the work, and tells the others to wait', async () => {
    const key = newKey()
    const released = Promise.withResolvers<void>()
    let done = 0
    const work = async () => {
      await released.promise
      return `answer ${++done}`
    }
    const refused: unknown[] = []
    const all = Array.from({ length: 5 }, () =>
      request(key, work).catch((error: unknown) => void refused.push(error)),
    )
    await until(() => refused.length === 4)
    released.resolve()
    await Promise.all(all)
    for (const error of refused)
      expect(error).toMatchObject({ code: 'idempotency-in-progress', status: 409 })
    expect(done).toBe(1)
  })

  it('is free again when the work failed', async () => {
    const key = newKey()
    const failing = request(key, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(await request(key, async () => 'answer')).toBe('answer')
  })

  it('is free again when the claim of a process that died has run out', async () => {
    const key = newKey()
    const dead = await claimed(key)
    expect(await claim(key)).toEqual({ outcome: 'in-progress' })
    await sql`update idempotency_key set claimed_until = claimed_until - interval '61 seconds'
      where key = ${key}`.execute(database.owner.db)
    expect(await request(key, async () => 'answer')).toBe('answer')
    const late = asSeller(database.seller.db, sellerId, (trx) =>
      keepAnswer(trx, dead, { fingerprint: 'same', status: 200, body: {} }),
    )
    expect(await late).toBe(false)
  })

  it('stays claimed while its owner extends it', async () => {
    const key = newKey()
    const first = await claimed(key)
    const extended = await asSeller(database.seller.db, sellerId, (trx) => extendClaim(trx, first))
    expect(extended?.claimedUntil.getTime()).toBeGreaterThanOrEqual(first.claimedUntil.getTime())
    expect(await claim(key)).toEqual({ outcome: 'in-progress' })
  })

  it('is forgotten after a day', async () => {
    const key = newKey()
    await request(key, async () => 'old')
    await sql`update idempotency_key set created_at = created_at - interval '25 hours'
      where key = ${key}`.execute(database.owner.db)
    expect(await request(key, async () => 'new')).toBe('new')
  })

  it('is the seller’s own: another seller’s means nothing', async () => {
    const key = newKey()
    await request(key, async () => 'mine')
    const stranger = await createShop(database.owner.db)
    const theirs = await asSeller(database.seller.db, stranger.sellerId, (trx) =>
      claimIdempotencyKey(trx, { sellerId: stranger.sellerId, key }),
    )
    expect(theirs.outcome).toBe('claimed')
  })
})
