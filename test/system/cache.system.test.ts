import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureFuzz, type FuzzFigures } from '../../bench/cache/fuzz.ts'
import { measureStaleness } from '../../bench/cache/staleness.ts'
import { measureStampede } from '../../bench/cache/stampede.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProduct, type Product } from '../support/processes.ts'
import { freshRedis, type TestRedis } from '../support/redis.ts'

/** The sizes at which the benchmarks `cache-…` run here: for their correctness, not their speed. */
const TRIALS = 5
const CHANGES = 150
const READS = 3_000
/** A slow machine is not a Redis that is away. */
const REDIS_TIMEOUT_MS = 10_000

it('a page that a thousand callers in two processes miss at once is made once', async () => {
  const redis = await freshRedis()
  try {
    const { ours } = await measureStampede(redis.url, TRIALS, REDIS_TIMEOUT_MS)
    expect(ours).toMatchObject({ calls: Array.from({ length: TRIALS }, () => 1), differing: 0 })
  } finally {
    await redis.close()
  }
}, 120_000)

describe('changes of all kinds, against a plain model', () => {
  let database: TestDatabase
  let redis: TestRedis
  let figures: FuzzFigures

  beforeAll(async () => {
    ;[database, redis] = await Promise.all([freshDatabase(), freshRedis()])
    figures = await measureFuzz(
      {
        ...{ owner: database.owner.pool, redis: redis.redis },
        ...{ system: database.system.db, storefront: database.storefront.db },
      },
      CHANGES,
    )
  }, 600_000)
  afterAll(() => Promise.all([database.drop(), redis.close()]))

  it('leave no page in the cache whose content they changed', () => {
    expect(figures.total).toMatchObject({ changes: CHANGES, stale: 0 })
    expect(figures).toMatchObject({ unlikeModel: 0, unlikePostgres: 0 })
  })

  it('take hardly a page whose content they did not change', () => {
    expect(figures.total.changed).toBeGreaterThan(CHANGES)
    expect(figures.total.invalidated / figures.total.changed).toBeLessThanOrEqual(1.2)
  })
})

describe('listings read while prices change', () => {
  let environment: TestEnvironment
  let product: Product

  beforeAll(async () => {
    environment = await freshEnvironment()
    product = await openProduct(environment.env)
  }, 120_000)
  afterAll(async () => {
    await product.close()
    await environment.close()
  }, 120_000)

  it('are all answered, and in the end all show what was written last', async () => {
    const [{ url }] = await Promise.all([product.startApi(), product.startWorker('storefront')])
    const figures = await measureStaleness({ owner: environment.database.owner, url }, READS)
    expect(figures).toMatchObject({ failed: 0, wrongAtRest: 0 })
    expect(figures.writes).toBeGreaterThan(0)
  }, 600_000)
})
