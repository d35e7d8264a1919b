import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Kysely } from 'kysely'
import { findApiKey, type ApiKeyRow } from '../db/catalog/api-keys.ts'
import type { Database } from '../db/database.ts'
import { isMarketplaceScope, parseApiKey, type Scope } from '../domain/api-key.ts'
import { actingWith } from './audit.ts'
import { digestOf } from './digest.ts'
import type { Text } from './language.ts'
import type { ApiEnv } from './openapi.ts'
import { Problem } from './problem.ts'
import type { Limit, RatePolicies } from './rate-limits.ts'

/** Whose key it is. `key` is what the caller showed: it is never stored, logged or answered. */
export type Caller = { keyId: string; key: string; sellerId: string; scopes: readonly string[] }

export type Requires = (scope: Scope) => Guard

/** Middleware that says what it guards by, so that `refuseUnguarded` can see it. */
export type Guard = MiddlewareHandler<ApiEnv> & { scope: Scope }

export type KeyLimits = { limit: Limit; policies: Pick<RatePolicies, 'key' | 'day'> }

/** A revoked key may be taken for good so long, by each process: less than the second that is promised. */
const REMEMBER_MS = 900
const REMEMBER_AT_MOST = 1000

/**
 * Guards a route: `middleware: requires('imports:read')`. 401 without a valid key, 429 for too many requests with it, 403
 * without the scope. A seller's routes find their `caller`; those of the marketplace's own scopes are for keys that belong
 * to no seller, and find their `keyId` alone.
 */
export function authentication(storefront: Kysely<Database>, limits?: KeyLimits): Requires {
  const find = remembering((id) => findApiKey(storefront, id))

  return (scope) => {
    const guard: MiddlewareHandler<ApiEnv> = async function requireScope(c, next) {
      const caller = await authenticate(c.req.header('Authorization'), find)
      c.set('actor', { keyId: caller.keyId, sellerId: caller.sellerId })
      c.header('Cache-Control', 'private, no-cache')
      if (limits) {
        const fields = await limits.limit(bucketsOf(caller, limits.policies))
        for (const [name, value] of Object.entries(fields)) c.header(name, value, { append: true })
      }
      if (!caller.scopes.includes(scope)) throw forbidden(scope)
      if (isMarketplaceScope(scope)) {
        if (caller.sellerId !== null) throw forbidden(scope)
        c.set('keyId', caller.keyId)
        return actingWith(caller, next)
      }
      if (caller.sellerId === null) throw new Problem('forbidden', { detail: NO_SELLER })
      c.set('caller', { ...caller, sellerId: caller.sellerId })
      await actingWith(caller, next)
    }
    return Object.assign(guard, { scope })
  }
}

/** All keys of a seller share its day; operators have none. */
const bucketsOf = (
  { keyId, sellerId }: { keyId: string; sellerId: string | null },
  { key, day }: KeyLimits['policies'],
) =>
  sellerId === null
    ? { group: `key-${keyId}`, buckets: [{ id: 'key', policy: key }] }
    : {
        group: `seller-${sellerId}`,
        buckets: [
          { id: `key:${keyId}`, policy: key },
          { id: 'day', policy: day },
        ],
      }

type Find = (id: string) => Promise<ApiKeyRow | undefined>

async function authenticate(header: string | undefined, find: Find) {
  const key = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
  if (key === undefined) throw unauthenticated(NO_KEY)
  const parts = parseApiKey(key)
  const row = parts && (await find(parts.id))
  if (!row || !matches(key, row)) throw unauthenticated(WRONG_KEY, 'invalid_token')
  if (row.revokedAt) throw unauthenticated(REVOKED, 'invalid_token')
  if (row.expiresAt && row.expiresAt.getTime() <= Date.now())
    throw unauthenticated(EXPIRED, 'invalid_token')
  return { keyId: row.id, key, sellerId: row.sellerId, scopes: row.scopes }
}

const matches = (key: string, row: ApiKeyRow) => {
  const given = Buffer.from(digestOf(key))
  const kept = Buffer.from(row.secretHash)
  return given.length === kept.length && timingSafeEqual(given, kept)
}

/** Keys in use are asked for once a second; those that do not exist are not remembered. */
function remembering(find: Find): Find {
  const known = new Map<string, { row: ApiKeyRow; at: number }>()
  return async (id) => {
    const found = known.get(id)
    if (found && performance.now() - found.at < REMEMBER_MS) return found.row
    const at = performance.now()
    const row = await find(id)
    known.delete(id)
    if (row) known.set(id, { row, at })
    const [oldest] = known.size > REMEMBER_AT_MOST ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    return row
  }
}

/** RFC 6750: how to authenticate, and why what was shown did not do. */
const unauthenticated = (detail: Text, error?: 'invalid_token') =>
  new Problem('unauthenticated', {
    detail,
    headers: { 'WWW-Authenticate': `Bearer realm="yarmarka"${error ? `, error="${error}"` : ''}` },
  })

const forbidden = (scope: Scope) =>
  new Problem('forbidden', {
    detail: { ru: `Ключу нужно право ${scope}.`, en: `The key needs the scope ${scope}.` },
    headers: {
      'WWW-Authenticate': `Bearer realm="yarmarka", error="insufficient_scope", scope="${scope}"`,
    },
  })

const NO_SELLER: Text = {
  ru: 'Этот ключ не принадлежит ни одному продавцу.',
  en: 'This key belongs to no seller.',
}
const NO_KEY: Text = {
  ru: 'Передайте ключ в заголовке Authorization: Bearer mk_….',
  en: 'Give the key in the header Authorization: Bearer mk_….',
}
const WRONG_KEY: Text = { ru: 'Такого ключа нет.', en: 'There is no such key.' }
const REVOKED: Text = { ru: 'Ключ отозван.', en: 'The key was revoked.' }
const EXPIRED: Text = { ru: 'Срок действия ключа истёк.', en: 'The key has expired.' }
