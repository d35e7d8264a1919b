import { Hono } from 'hono'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { gunzipSync } from 'node:zlib'
import { createServer, listen } from '../../api/server.ts'
import { answeredBefore } from '../../api/storefront/answered-before.ts'
import { decodeEntry, encodeEntry } from '../../clients/cache/entry.ts'
import { represent } from '../../clients/cache/representations.ts'

const times = { madeAt: 1, refreshAt: 2, softAt: 3, hardAt: 4 }
const entry = decodeEntry(encodeEntry(await represent('{"items":[]}'), times))!
const key = { kind: 'listing', scope: '-:-:-', page: 'new|20|' }
const counted: object[] = []
let isInMemory = true
const before = answeredBefore(
  { peek: () => (isInMemory ? entry : undefined) },
  { route: '/v1/listings', onAnswer: (answered) => counted.push(answered) },
)
before.note('/v1/listings?sort=new', key)

const app = new Hono().all('*', (c) => c.text(`the app: ${c.req.method}`))
const server = createServer({ fetch: app.fetch, shortcut: before.answer })
await listen(server, { host: '127.0.0.1', port: 0 })
const { port } = server.address() as AddressInfo
const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
afterAll(() => void server.close())

describe('an address that was right', () => {
  it('is answered from memory, with the headers that the app would give, and counted', async () => {
    const response = await ask('/v1/listings?sort=new', {
      headers: { 'Accept-Encoding': 'identity', 'X-Request-Id': 'mine' },
    })
    expect(await response.text()).toBe('{"items":[]}')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-status': 'yarmarka; hit; detail=memory',
      'content-type': 'application/json; charset=utf-8',
      etag: `"${entry.etag}"`,
      'referrer-policy': 'no-referrer',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-request-id': 'mine',
    })
    expect(counted).toEqual([key])
  })

  it('is answered in the encoding that is accepted', () => {
    const answer = before.answer({
      url: '/v1/listings?sort=new',
      headers: { 'accept-encoding': 'gzip' },
    } as never)!
    expect(answer.headers).toMatchObject({
      'Content-Encoding': 'gzip',
      ETag: `"${entry.etag}-gzip"`,
    })
    expect(gunzipSync(answer.body!).toString()).toBe('{"items":[]}')
  })

  it('is answered 304 to whoever has it', async () => {
    const response = await ask('/v1/listings?sort=new', {
      headers: { 'If-None-Match': `"${entry.etag}-br"` },
    })
    expect([response.status, await response.text()]).toEqual([304, ''])
    expect(response.headers.get('Content-Type')).toBeNull()
  })

  it('has an id of ours where that of the caller could be none', async () => {
    const response = await ask('/v1/listings?sort=new', { headers: { 'X-Request-Id': 'a b' } })
    expect(response.headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('the app answers', () => {
  it('other addresses', async () => {
    expect(await (await ask('/v1/listings?sort=old')).text()).toBe('the app: GET')
  })
  it('other methods', async () => {
    const response = await ask('/v1/listings?sort=new', { method: 'POST', body: 'x' })
    expect(await response.text()).toBe('the app: POST')
  })
  it('what memory does not have', async () => {
    isInMemory = false
    expect(await (await ask('/v1/listings?sort=new')).text()).toBe('the app: GET')
    isInMemory = true
  })
})
