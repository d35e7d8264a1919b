import type { MiddlewareHandler } from 'hono'
import { createRoute } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { deprecated } from '../../api/deprecated.ts'
import { createRouter, problems } from '../../api/openapi.ts'
import { refuseUnguarded } from '../../api/refuse-unguarded.ts'
import { withoutSecrets } from '../../domain/without-secrets.ts'
import { testApp } from './app.ts'

const preflight = (origin: string, method: string) => ({
  method: 'OPTIONS',
  headers: { Origin: origin, 'Access-Control-Request-Method': method },
})

describe('pages of another origin', () => {
  const { app } = testApp({}, { corsOrigins: ['https://erp.example'] })
  it('may read what is public', async () => {
    const response = await app.request('/v1/cities', preflight('https://any.example', 'GET'))
    expect(response.status).toBe(204)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET, HEAD')
  })
  it('may call with a key only when they are named', async () => {
    const named = await app.request('/v1/feeds', preflight('https://erp.example', 'POST'))
    expect(named.headers.get('Access-Control-Allow-Origin')).toBe('https://erp.example')
    expect(named.headers.get('Access-Control-Allow-Headers')).toContain('Authorization')
    expect(named.headers.get('Vary')).toContain('Origin')
    expect(named.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    for (const origin of ['https://any.example', 'null', 'https://erp.example.evil.example']) {
      const refused = await app.request('/v1/feeds', preflight(origin, 'POST'))
      expect(refused.headers.get('Access-Control-Allow-Origin')).toBeNull()
      const failed = await app.request('/v1/feeds', { headers: { Origin: origin } })
      expect(failed.headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })
  it('see the limits and the id of a failure', async () => {
    const response = await app.request('/v1/feeds', { headers: { Origin: 'https://erp.example' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('RateLimit')
  })
})

describe('what every answer says', () => {
  it.each(['/healthz', '/v1/feeds', '/v2/feeds', '/openapi.json'])('on %s', async (path) => {
    const { headers } = await testApp().app.request(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000',
    })
  })
  it('to whoever asks for another version: which there is', async () => {
    const response = await testApp().app.request('/v2/feeds', {
      headers: { 'Accept-Language': 'en' },
    })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: 'There is only version /v1.' })
  })
})

describe('a route that is on its way out', () => {
  const day = (text: string) => new Date(`${text}T00:00:00Z`)
  const { announced } = deprecated({
    since: day('2026-11-26'),
    until: day('2027-11-26'),
    successor: '/v2/things',
  })
  it('says so in each answer (RFC 9745, RFC 8594)', async () => {
    const app = createRouter()
    app.get('/', announced, (c) => c.text(''))
    const { headers } = await app.request('/')
    expect(headers.get('Deprecation')).toBe('@1795651200')
    expect(headers.get('Sunset')).toBe('Fri, 26 Nov 2027 00:00:00 GMT')
    expect(headers.get('Link')).toContain('</v2/things>; rel="successor-version"')
  })
  it('is announced half a year before', () => {
    const soon = { since: day('2026-11-26'), until: day('2027-01-01'), successor: '/v2' }
    expect(() => deprecated(soon)).toThrow(RangeError)
  })
})

describe('a route that nobody guards', () => {
  const guard = (scope: string) =>
    Object.assign((async (_c, next) => next()) as MiddlewareHandler, { scope })
  const routed = (options: object) =>
    createRouter().openapi(
      createRoute({ method: 'get', path: '/v1/new', responses: problems(404), ...options }),
      (c) => c.text('') as never,
    )
  it.each([
    ['without a guard', {}, 'GET /v1/new has no guard'],
    ['with a guard that it does not tell of', { middleware: guard('admin') }, 'wants admin'],
    [
      'with a guard other than it says',
      { middleware: guard('admin'), security: [{ apiKey: ['feeds:read'] }] },
      'says feeds:read',
    ],
  ])('is not served: %s', (_name, options, message) => {
    expect(() => refuseUnguarded(routed(options))).toThrow(message)
  })
  it('is served once it has one and says so', () => {
    const options = { middleware: guard('admin'), security: [{ apiKey: ['admin'] }] }
    expect(() => refuseUnguarded(routed(options))).not.toThrow()
  })
})

describe('the log of requests', () => {
  it('has what failed, without what opens a door', async () => {
    const { app, requests } = testApp()
    const key = 'mk_live_0Lu34xkVu2BFt_abcdef'
    await app.request(`/v1/${key}?token=secret`, { headers: { Authorization: `Bearer ${key}` } })
    await app.request('/healthz')
    expect(requests).toMatchObject([{ method: 'GET', path: '/v1/mk_***', status: 404 }])
    expect(JSON.stringify(requests)).not.toMatch(/abcdef|secret/)
  })
  it.each([
    ['/feeds/3q2-7w.xml', '/feeds/***'],
    ['/track/abc', '/track/***'],
    ['/hooks/carriers/cdek/abc', '/hooks/carriers/cdek/***'],
    ['/v1/feeds/1', '/v1/feeds/1'],
    ['/v1/a\nb', '/v1/ab'],
  ])('has of %s the path %s', (path, expected) => {
    expect(withoutSecrets(path)).toBe(expected)
  })
})
