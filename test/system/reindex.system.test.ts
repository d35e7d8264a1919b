import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  close,
  measureDrift,
  measureUnderLoad,
  openFilled,
  type Filled,
} from '../../bench/reindex.ts'
import { countDifferences } from '../../bench/reindex-checks.ts'
import { untilSearchable } from '../../bench/import-checks.ts'
import { until } from '../support/until.ts'

/** The size at which the benchmark `reindex` runs here: for its correctness, not its speed. */
const GOODS = 4_000
const RATES = {
  ...{ updatesPerSecond: 40, searchesPerSecond: 10 },
  warming: { searches: 200, forMs: 2_000 },
  aroundMs: 1_000,
}

let filled: Filled

beforeAll(async () => {
  filled = await openFilled(GOODS)
}, 600_000)
afterAll(() => close(filled), 60_000)

describe('a reindex of a whole marketplace', () => {
  it('under updates and searches loses nothing and fails nobody when its worker is killed, nor does the way back', async () => {
    expect(await measureUnderLoad(filled, RATES)).toMatchObject({
      ...{ wrong: {}, lost: 0, extra: 0, lostAfterRollback: 0, extraAfterRollback: 0 },
      repairedByParity: 0,
    })
  }, 600_000)

  it('goes on where it was when Elasticsearch is restarted under it', async () => {
    const { market, operator } = filled
    const { id } = await operator.begin(0)
    await operator.until(id, ({ progress, state }) => progress.read > 0 || state === 'verifying', 5)
    await market.stack.part('elasticsearch').kill9()
    await market.owner.pool.query('update shop_product set price_minor = price_minor + 1')
    await operator.until(id, ({ state }) => state === 'completed')
    await untilSearchable(market)
    expect(await countDifferences(market, operator)).toEqual({ lost: 0, extra: 0 })
  }, 600_000)

  it('is the only one at work: of many at once, one begins', async () => {
    const { operator } = filled
    const begun = await Promise.allSettled(Array.from({ length: 5 }, () => operator.begin(0)))
    const refused = begun.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(4)
    const [first] = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    for (const one of refused)
      expect(String('reason' in one && one.reason)).toMatch(new RegExp(`409.*${first}`))
    await operator.until(first!, ({ state }) => state === 'completed')
  }, 600_000)

  /** Its row is held, so that it gets no further than its first page before it is told to pause. */
  const beginPaused = async (): Promise<string> => {
    const { market, operator } = filled
    const { id } = await operator.begin(0)
    const holder = await market.owner.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('select from reindex where id = $1 for update', [id])
      await operator.order(id, 'pause')
      await holder.query('commit')
    } finally {
      holder.release()
    }
    await operator.until(id, ({ state }) => state === 'paused')
    return id
  }
  const changeEverything = async () => {
    await filled.market.owner.pool.query('update shop_product set price_minor = price_minor + 1')
    await untilSearchable(filled.market)
  }

  it('can be paused, takes what changes meanwhile, and goes on', async () => {
    const { market, operator } = filled
    const id = await beginPaused()
    await changeEverything()
    await operator.order(id, 'resume')
    await operator.until(id, ({ state }) => state === 'completed')
    await untilSearchable(market)
    expect(await countDifferences(market, operator)).toEqual({ lost: 0, extra: 0 })
  }, 600_000)

  it('leaves nothing when it is cancelled', async () => {
    const { market, operator } = filled
    const only = async () => (await operator.indices()).length === 1
    await until(only, { what: 'the last reindex to remove what it replaced' })
    const before = await operator.indices()
    const id = await beginPaused()
    await operator.order(id, 'cancel')
    await operator.until(id, ({ state }) => state === 'cancelled')
    await until(only, { what: 'the index that was being filled to be gone' })
    expect(await operator.indices()).toEqual(before)
    await changeEverything()
    expect(await countDifferences(market, operator)).toEqual({ lost: 0, extra: 0 })
  }, 600_000)
})

it('ten silent deletes are found and repaired within one drift cycle', async () => {
  expect(await measureDrift(filled)).toMatchObject({ found: 10, repaired: 10, left: 0 })
}, 600_000)
