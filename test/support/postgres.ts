import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { connectPostgres, type Postgres } from '../../clients/postgres.ts'
import { readConfig, roleUrl } from '../../config.ts'
import { onDatabase, onServer } from './template-database.ts'

export type TestDatabase = {
  /** The owner's address. */
  url: string
  /** What a process of the product needs in its environment to run on this database. */
  env: Record<string, string>
  owner: Postgres
  seller: Postgres
  storefront: Postgres
  system: Postgres
  drop(): Promise<void>
}

/** An empty, migrated database of its own: call it once per test file and drop it in `afterAll`. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { env, template } = inject('stack')
  if (!template) throw new Error('PostgreSQL is not among TEST_PARTS')
  const config = readConfig('migrate', env)
  const name = `yarmarka_test_${randomUUID().replaceAll('-', '')}`
  await onServer(config, `create database ${name} template ${template}`)

  const addresses = {
    POSTGRES_URL: onDatabase(config.POSTGRES_URL, name),
    POSTGRES_SELLER_URL: onDatabase(roleUrl(config, 'seller'), name),
    POSTGRES_STOREFRONT_URL: onDatabase(roleUrl(config, 'storefront'), name),
    POSTGRES_SYSTEM_URL: onDatabase(roleUrl(config, 'system'), name),
  }
  const connect = (url: string) => connectPostgres({ url, applicationName: 'yarmarka-test' })
  const connections = {
    owner: connect(addresses.POSTGRES_URL),
    seller: connect(addresses.POSTGRES_SELLER_URL),
    storefront: connect(addresses.POSTGRES_STOREFRONT_URL),
    system: connect(addresses.POSTGRES_SYSTEM_URL),
  }
  return {
    url: addresses.POSTGRES_URL,
    env: addresses,
    ...connections,
    async drop() {
      await Promise.all(Object.values(connections).map(({ close }) => close()))
      await onServer(config, `drop database ${name} with (force)`)
    },
  }
}
