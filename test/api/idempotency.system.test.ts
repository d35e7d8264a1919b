import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { AT_ONCE, stormKeys } from '../../bench/idempotency.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProduct, type Product } from '../support/processes.ts'

/** The figure is 1,000 keys: `npm run bench -- idempotency`. */
const KEYS = 24

/** Nobody listens there: what is made here needs PostgreSQL, Redis and Temporal alone. */
const NOWHERE = {
  ELASTICSEARCH_URL: 'http://127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY_ID: 'nobody',
  S3_SECRET_ACCESS_KEY: 'nobody',
}

let database: TestDatabase
let product: Product
beforeAll(async () => {
  database = await freshDatabase()
  product = await openProduct({ ...inject('stack').env, ...database.env, ...NOWHERE })
})
afterAll(async () => {
  await product?.close()
  await database?.drop()
})

it(`of ${AT_ONCE} equal orders at once under each of ${KEYS} keys exactly one is placed, though the process is killed`, async () => {
  const owner = database.owner.db
  // What the dead process had claimed is free after a minute, which need not be waited for.
  const onKilled = () =>
    sql`update idempotency_key set claimed_until = now() where status is null`.execute(owner)
  const { answers, ...figures } = await stormKeys({ owner, product, onKilled }, KEYS)
  expect(figures).toMatchObject({
    ...{ keys: KEYS, differing: 0, orders: KEYS, notOnce: 0, unitsTaken: KEYS },
  })
  expect(Object.keys(answers).toSorted()).toEqual(['201', '409', 'cut'])
  expect(answers[201]).toBe(KEYS * AT_ONCE)
})
