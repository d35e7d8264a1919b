import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { insertApiKey, type ApiKeyRow } from '../db/catalog/api-keys.ts'
import type { Database } from '../db/database.ts'
import { formatApiKey, ID_BYTES, SECRET_BYTES, type Scope } from '../domain/api-key.ts'
import { digestOf } from './digest.ts'

export type KeyEnvironment = 'live' | 'test'

export type NewApiKey = {
  /** `null` for an operator's key. */
  sellerId: string | null
  name: string
  scopes: readonly Scope[]
  expiresAt?: Date | null
  environment?: KeyEnvironment
}

/** Makes a key and keeps its digest alone: `key` is seen here once and never again. */
export async function issueApiKey(
  db: Kysely<Database>,
  { sellerId, name, scopes, expiresAt = null, environment = 'live' }: NewApiKey,
): Promise<{ key: string; row: ApiKeyRow }> {
  const { id, key } = formatApiKey(environment, randomBytes(ID_BYTES), randomBytes(SECRET_BYTES))
  const row = await insertApiKey(db, {
    id,
    sellerId,
    name,
    secretHash: digestOf(key),
    scopes: [...scopes],
    expiresAt,
  })
  return { key, row }
}
