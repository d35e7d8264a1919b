import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let sellerId: string
let auth: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  app = testApp({ seller: database.seller.db, storefront: database.storefront.db }).app
  ;({ sellerId } = await createShop(database.owner.db))
  auth = await authorised(database.owner.db, sellerId)
})
afterAll(() => database.drop())

type Key = { id: string; key: string; name: string; scopes: string[] }

const post = (body: unknown, headers: Record<string, string> = auth) =>
  app.request('/v1/api-keys', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const list = (headers: Record<string, string> = auth, query = '') =>
  app.request(`/v1/api-keys${query}`, { headers })
const remove = (id: string, headers: Record<string, string> = auth) =>
  app.request(`/v1/api-keys/${id}`, { method: 'DELETE', headers })
const created = async (response: Response) => (await response.json()) as Key

describe('who calls', () => {
  it.each([
    ['nothing', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['no key', 'Bearer hello'],
    ['a key with a typo', `Bearer mk_live_0Lu34xkVu2BFt_${'a'.repeat(39)}`],
  ])('is 401 with %s', async (_name, header) => {
    const response = await list(header ? { Authorization: header } : {})
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="yarmarka"/)
    expect(await response.json()).toMatchObject({ type: '/problems/unauthenticated' })
  })

  it('is 401 with the id of one key and the secret of another', async () => {
    const other = await authorised(database.owner.db, sellerId)
    const [, , id] = auth.Authorization.split('_')
    const mixed = other.Authorization.replace(/_[^_]+_/, `_${id}_`)
    expect((await list({ Authorization: mixed })).status).toBe(401)
  })

  it('is 401 with a key that has expired', async () => {
    const { key } = await issueApiKey(database.owner.db, {
      sellerId,
      name: 'old',
      scopes: ALL_SCOPES,
      expiresAt: new Date(Date.now() - 1000),
    })
    const response = await list({ Authorization: `Bearer ${key}`, 'Accept-Language': 'en' })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ detail: 'The key has expired.' })
  })

  it('is 403 without the scope, naming it', async () => {
    const weak = await authorised(database.owner.db, sellerId, ['imports:read'])
    const response = await list(weak)
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toContain('scope="keys:write"')
  })

  it('is 403 with an operator’s key, which has no seller', async () => {
    const operator = await authorised(database.owner.db, null, ['admin', 'keys:write'])
    expect((await list(operator)).status).toBe(403)
  })

  it('is noted as the last use of the key', async () => {
    await list()
    const { items } = (await (await list()).json()) as { items: { lastUsedAt?: string }[] }
    expect(items.some(({ lastUsedAt }) => lastUsedAt)).toBe(true)
  })
})

describe('POST /v1/api-keys', () => {
  it('is 201 with a key that works, and keeps nothing of its secret', async () => {
    const response = await post({ name: 'erp', scopes: ['imports:read', 'imports:read'] })
    expect(response.status).toBe(201)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const issued = await created(response)
    expect(issued).toMatchObject({ name: 'erp', scopes: ['imports:read'] })
    const works = await app.request('/v1/imports', {
      headers: { Authorization: `Bearer ${issued.key}` },
    })
    expect(works.status).toBe(200)
    const secret = issued.key.split('_')[3]!
    const everything = await database.owner.db.selectFrom('apiKey').selectAll().execute()
    expect(JSON.stringify(everything)).not.toContain(secret.slice(0, 20))
  })

  it.each([
    ['nothing in it', {}, ['name', 'scopes']],
    ['an unknown field', { name: 'a', scopes: ['imports:read'], admin: true }, ['admin']],
    ['an unknown scope', { name: 'a', scopes: ['root'] }, ['scopes.0']],
    ['the operators’ scope', { name: 'a', scopes: ['admin'] }, ['scopes.0']],
    ['a name that cannot be kept', { name: 'a\0b', scopes: ['imports:read'] }, ['name']],
    ['no scope', { name: 'a', scopes: [] }, ['scopes']],
    [
      'an expiry in the past',
      { name: 'a', scopes: ['imports:read'], expiresAt: '2020-01-01T00:00:00Z' },
      ['expiresAt'],
    ],
  ])('is 400 with %s', async (_name, body, paths) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors?: { path: string }[] }
    expect(errors?.map(({ path }) => path)).toEqual(paths)
  })

  it('is 403 for more than the calling key may do', async () => {
    const weak = await authorised(database.owner.db, sellerId, ['keys:write'])
    const response = await post({ name: 'more', scopes: ['imports:write'] }, weak)
    expect(response.status).toBe(403)
  })

  it('gives the same key again for the same Idempotency-Key, readable by its caller alone', async () => {
    const headers = { ...auth, 'Idempotency-Key': 'make-one' }
    const wanted = { name: 'once', scopes: ['imports:read'] }
    const [first, again] = [
      await created(await post(wanted, headers)),
      await created(await post(wanted, headers)),
    ]
    expect(again).toEqual(first)
    const kept = await database.owner.db.selectFrom('idempotencyKey').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(first.key.slice(-20))

    const colleague = await authorised(database.owner.db, sellerId)
    expect((await post(wanted, { ...headers, ...colleague })).status).toBe(422)
  })

  it('is 422 for another body with the same Idempotency-Key', async () => {
    const headers = { ...auth, 'Idempotency-Key': 'make-another' }
    expect((await post({ name: 'a', scopes: ['imports:read'] }, headers)).status).toBe(201)
    const response = await post({ name: 'b', scopes: ['imports:read'] }, headers)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ type: '/problems/idempotency-mismatch' })
  })

  it('is 400 for an Idempotency-Key that is none', async () => {
    const headers = { ...auth, 'Idempotency-Key': 'with space' }
    expect((await post({ name: 'a', scopes: ['imports:read'] }, headers)).status).toBe(400)
  })

  it('frees the Idempotency-Key of a request that failed', async () => {
    const weak = await authorised(database.owner.db, sellerId, ['keys:write'])
    const headers = { ...weak, 'Idempotency-Key': 'failed-once' }
    expect((await post({ name: 'a', scopes: ['imports:read'] }, headers)).status).toBe(403)
    const strong = { ...auth, 'Idempotency-Key': 'failed-once' }
    expect((await post({ name: 'a', scopes: ['imports:read'] }, strong)).status).toBe(201)
  })
})

describe('GET /v1/api-keys', () => {
  it('pages through the keys of the seller alone, each once', async () => {
    const stranger = await createShop(database.owner.db)
    const theirs = await authorised(database.owner.db, stranger.sellerId)
    for (let made = 0; made < 5; made++) await post({ name: `k${made}`, scopes: ['keys:write'] })
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const response = await list(auth, `?limit=2${cursor && `&cursor=${cursor}`}`)
      const page = (await response.json()) as { items: Key[]; nextCursor: string | null }
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    const all = await database.owner.db
      .selectFrom('apiKey')
      .select('id')
      .where('sellerId', '=', sellerId)
      .where('revokedAt', 'is', null)
      .execute()
    expect(seen.toSorted()).toEqual(all.map(({ id }) => id).toSorted())
    const { items } = (await (await list(theirs)).json()) as { items: Key[] }
    expect(items).toHaveLength(1)
  })

  it('never shows a secret', async () => {
    expect(await (await list()).text()).not.toMatch(/secret|mk_/i)
  })

  it.each(['x', 'W10', 'WyJhIiwiYiJd', '!!!'])(
    'is 400 for the forged cursor %s',
    async (cursor) => {
      const response = await list(auth, `?cursor=${cursor}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ type: '/problems/invalid-cursor' })
    },
  )

  it.each(['0', '101', 'x', '1.5'])('is 400 for the limit %s', async (limit) => {
    expect((await list(auth, `?limit=${limit}`)).status).toBe(400)
  })
})

describe('DELETE /v1/api-keys/{id}', () => {
  it('is 204 and acts within a second', async () => {
    const issued = await created(await post({ name: 'leaked', scopes: ['keys:write'] }))
    const leaked = { Authorization: `Bearer ${issued.key}` }
    expect((await list(leaked)).status).toBe(200)
    expect((await remove(issued.id)).status).toBe(204)
    await until(async () => (await list(leaked)).status === 401, { deadlineMs: 5000 })
    expect(await (await list(leaked)).json()).toMatchObject({ detail: 'Ключ отозван.' })
  })

  it('is 404 for a key that is revoked, unknown, or another seller’s', async () => {
    const stranger = await createShop(database.owner.db)
    const theirs = await authorised(database.owner.db, stranger.sellerId)
    const issued = await created(await post({ name: 'mine', scopes: ['keys:write'] }))
    expect((await remove(issued.id, theirs)).status).toBe(404)
    expect((await remove(issued.id)).status).toBe(204)
    expect((await remove(issued.id)).status).toBe(404)
    for (const id of ['unknown', '1'.repeat(64), "'"]) expect((await remove(id)).status).toBe(404)
  })
})
