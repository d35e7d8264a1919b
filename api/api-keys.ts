import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { listApiKeys, revokeApiKey, type ApiKeyRow } from '../db/catalog/api-keys.ts'
import type { Database } from '../db/database.ts'
import { asSeller } from '../db/tenancy.ts'
import { MARKETPLACE_SCOPES, SCOPES } from '../domain/api-key.ts'
import { audit } from './audit.ts'
import type { Requires } from './auth.ts'
import { decodeCursor, toPage } from './cursor.ts'
import { digestOf } from './digest.ts'
import { IdempotencyHeaders, idempotently, sameRequest } from './idempotency.ts'
import { issueApiKey, type KeyEnvironment } from './issue-api-key.ts'
import { createRouter, Instant, json, jsonBody, PageQuery, pageOf, problems } from './openapi.ts'
import { notFound, Problem } from './problem.ts'
import { seal, unseal } from './sealed.ts'

const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: Instant,
    expiresAt: Instant.optional(),
    lastUsedAt: Instant.optional(),
  })
  .openapi('ApiKey')

const IssuedApiKey = ApiKey.extend({
  key: z.string().openapi({ description: 'Shown here and never again.' }),
}).openapi('IssuedApiKey')

const NewApiKey = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z
      .array(z.enum(SCOPES).exclude(MARKETPLACE_SCOPES))
      .min(1)
      .max(SCOPES.length)
      .transform((scopes) => [...new Set(scopes)]),
    expiresAt: Instant.optional(),
  })
  .openapi('NewApiKey')

const Position = z.tuple([z.string().max(64)])

export type ApiKeysDeps = {
  seller: Kysely<Database>
  requires: Requires
  keyEnvironment: KeyEnvironment
}

export const apiKeys = ({ seller, requires, keyEnvironment }: ApiKeysDeps) =>
  createRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/',
        tags: ['API keys'],
        summary: 'Make a key that permits at most what the calling key does',
        security: [{ apiKey: ['keys:write'] }],
        middleware: requires('keys:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewApiKey) },
        responses: {
          201: json(IssuedApiKey, 'The key, shown once'),
          ...problems(400, 401, 403, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const caller = c.get('caller')
        const wanted = c.req.valid('json')
        refuseMoreThan(caller.scopes, wanted.scopes)
        const expiresAt = wanted.expiresAt ? inFuture(wanted.expiresAt) : null
        const fingerprint = digestOf(JSON.stringify(['POST', c.req.path, caller.keyId, wanted]))

        const issued = await idempotently(seller, {
          sellerId: caller.sellerId,
          key: c.req.valid('header')['idempotency-key'],
          again: (kept) => {
            const { sealed } = Sealed.parse(sameRequest(kept, fingerprint).body)
            return IssuedApiKey.parse(JSON.parse(unseal(sealed, caller.key)))
          },
          first: (keep) =>
            asSeller(seller, caller.sellerId, async (trx) => {
              const { key, row } = await issueApiKey(trx, {
                ...wanted,
                sellerId: caller.sellerId,
                expiresAt,
                environment: keyEnvironment,
              })
              await audit(trx, {
                action: 'api-key.issued',
                subject: `api-key:${row.id}`,
                data: { scopes: row.scopes },
              })
              const answer = { ...shown(row), key }
              const body = { sealed: seal(JSON.stringify(answer), caller.key) }
              await keep(trx, { fingerprint, status: 201, body })
              return answer
            }),
        })
        c.header('Cache-Control', 'no-store')
        return c.json(issued, 201)
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags: ['API keys'],
        summary: 'The keys that are not revoked',
        security: [{ apiKey: ['keys:write'] }],
        middleware: requires('keys:write'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(ApiKey), 'A page of keys'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listApiKeys(trx, { afterId, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, shown, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/{id}',
        tags: ['API keys'],
        summary: 'Revoke a key; it acts within a second',
        security: [{ apiKey: ['keys:write'] }],
        middleware: requires('keys:write'),
        request: { params: z.object({ id: z.string().max(64) }) },
        responses: { 204: { description: 'Revoked' }, ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        await asSeller(seller, c.get('caller').sellerId, async (trx) => {
          if (!(await revokeApiKey(trx, id))) throw notFound()
          await audit(trx, { action: 'api-key.revoked', subject: `api-key:${id}` })
        })
        return c.body(null, 204)
      },
    )

const Sealed = z.object({ sealed: z.string() })

const shown = (row: ApiKeyRow): z.infer<typeof ApiKey> => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  ...(row.expiresAt && { expiresAt: row.expiresAt.toISOString() }),
  ...(row.lastUsedAt && { lastUsedAt: row.lastUsedAt.toISOString() }),
})

/** Otherwise a key that may make keys could make one that may do anything. */
function refuseMoreThan(held: readonly string[], wanted: readonly string[]) {
  const missing = wanted.filter((scope) => !held.includes(scope)).join(', ')
  if (missing)
    throw new Problem('forbidden', {
      detail: {
        ru: `Ваш ключ сам не имеет прав ${missing} и не может их дать.`,
        en: `Your key does not have ${missing} and cannot give what it does not have.`,
      },
    })
}

function inFuture(instant: string): Date {
  const at = new Date(instant)
  if (at.getTime() > Date.now()) return at
  throw new Problem('validation-failed', {
    errors: [
      { path: 'expiresAt', message: { ru: 'должно быть в будущем', en: 'must be in the future' } },
    ],
  })
}
