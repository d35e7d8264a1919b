import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDeadline, within } from '../../clients/carriers/deadline.ts'
import {
  dueBy,
  expectedBy,
  instantOf,
  jsonOf,
  many,
  maybe,
  several,
  text,
} from '../../clients/carriers/lenient.ts'
import { retryAfter, throwOnTrouble } from '../../clients/carriers/trouble.ts'
import { answering, effecting, Unanswered } from '../../clients/carriers/unanswered.ts'
import { createDispatcher, createWire } from '../../clients/carriers/wire.ts'
import { startScripted, type Reply, type Scripted } from './scripted.ts'

let server: Scripted
const wire = createWire(createDispatcher())

beforeAll(async () => {
  server = await startScripted()
})
beforeEach(() => server.reset())
afterAll(() => server.close())

const send = (reply: Reply, { ms = 5_000, signal }: { ms?: number; signal?: AbortSignal } = {}) => {
  server.on('POST', /./, reply)
  const ask = { method: 'POST' as const, url: new URL(`${server.baseUrl}/x`), body: '{}' }
  return wire({ ...ask, maxBytes: 1_000 }, startDeadline(signal ? { signal } : {}, ms))
}
const unanswered = (code: string, mayHaveArrived: boolean) =>
  expect.objectContaining({ details: expect.objectContaining({ code, mayHaveArrived }) as object })

it('that is no JSON is not quoted', () => {
  const bytes = Buffer.from('{"name": Иван Петров}')
  let thrown: unknown
  try {
    jsonOf({ bytes })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(Unanswered)
  expect(thrown).not.toHaveProperty('cause')
  expect((thrown as Error).message).toBe('malformed: no JSON')
})

it('text has no U+0000, which PostgreSQL keeps nowhere', () =>
  expect(text.parse('Мос\0ква ')).toBe('Москва'))

it.each([
  ['2026-01-19', '2026-01-19T20:59:59.000Z'],
  ['2026-01-19+03:00', '2026-01-19T20:59:59.000Z'],
  ['2026-01-19T12:00:00', '2026-01-19T09:00:00.000Z'],
  ['2026-01-19T12:00:00+0700', '2026-01-19T05:00:00.000Z'],
])('%s is due by %s', (told, due) => expect(dueBy('+03:00').parse(told)).toBe(due))

it.each(['', '19.01.2026', '2026-13-01', '0000-01-01', '9999-12-31', '2026-01-19 soon'])(
  '«%s» is due by nothing',
  (told) => expect(dueBy('+03:00').safeParse(told).success).toBe(false),
)

it.each([
  ['2026-01-19', '2026-01-19'],
  ['2026-01-19+03:00', '2026-01-19'],
  ['2026-01-19T12:00:00', '2026-01-19T09:00:00.000Z'],
  ['2026-01-19T12:00:00+0700', '2026-01-19T05:00:00.000Z'],
])('%s is expected by %s: a day has no zone', (told, by) =>
  expect(expectedBy('+03:00').parse(told)).toBe(by),
)

it.each(['', '19.01.2026', '2026-13-01', '2026-02-30', '0000-01-01', '9999-12-31', 'soon'])(
  '«%s» is expected by nothing',
  (told) => expect(expectedBy('+03:00').safeParse(told).success).toBe(false),
)

describe('an answer', () => {
  it('comes with its bytes, unpacked', async () => {
    const told = await send({
      ...{ headers: { 'Content-Encoding': 'gzip', 'Retry-After': '3' } },
      body: gzipSync('{"a":1}'),
    })
    expect(told.bytes.toString()).toBe('{"a":1}')
    expect(told.headers['retry-after']).toBe('3')
  })

  it.each<[string, Reply, string]>([
    ['is too long', { body: 'x'.repeat(2_000) }, 'too-large'],
    [
      'swells',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('x'.repeat(50_000)) },
      'too-large',
    ],
    ['is not packed', { headers: { 'content-encoding': 'gzip' }, body: 'plain' }, 'malformed'],
    ['is packed otherwise', { headers: { 'content-encoding': 'br' }, body: 'x' }, 'malformed'],
    ['ends too early', { body: 'x'.repeat(900), cutAt: 100 }, 'interrupted'],
    ['does not come', { instead: 'drop' }, 'interrupted'],
  ])('that %s is none, though the request has arrived', async (_, reply, code) => {
    await expect(send(reply)).rejects.toEqual(unanswered(code, true))
  })

  it('that comes too late, or to nobody, is none', async () => {
    await expect(send({ instead: 'silence' }, { ms: 50 })).rejects.toEqual(
      unanswered('timeout', true),
    )
    const leaving = new AbortController()
    const sent = send({ instead: 'silence' }, { signal: leaving.signal })
    setTimeout(() => leaving.abort(), 20)
    await expect(sent).rejects.toEqual(unanswered('aborted', true))
  })
})

describe('what has not arrived', () => {
  const to = async (port: number, ms = 2_000) =>
    wire(
      { method: 'POST', url: new URL(`http://127.0.0.1:${port}/x`), body: '{}' },
      startDeadline({}, ms),
    )

  it('is known not to have, where the connection is refused', async () => {
    const gone = createTcpServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    await expect(to(port)).rejects.toEqual(unanswered('unreachable', false))
  })

  it('is known not to have, where there was no time or nobody to send it for', async () => {
    server.on('POST', /./, { body: '{}' })
    const port = Number(new URL(server.baseUrl).port)
    await expect(to(port, 0)).rejects.toEqual(unanswered('timeout', false))
    await expect(send({}, { signal: AbortSignal.abort() })).rejects.toEqual(
      unanswered('aborted', false),
    )
    expect(server.asked).toEqual([])
  })
})

describe('no answer', () => {
  const asked = { carrier: 'cdek', operation: 'book' } as const
  const failing =
    (code: 'timeout' | 'busy' | 'malformed' | 'credentials', arrived: boolean) => () =>
      Promise.reject(new Unanswered({ code, mayHaveArrived: arrived, retryAfterMs: 7_000 }))

  it('is an outcome of what may have been done, and a failure of what was not', async () => {
    expect(await effecting(asked, failing('timeout', true))).toMatchObject({
      ...{ outcome: 'unknown', reason: { code: 'timeout' } },
    })
    await expect(effecting(asked, failing('busy', false))).rejects.toMatchObject({
      ...{ name: 'CarrierError', kind: 'unavailable', retryAfterMs: 7_000, carrier: 'cdek' },
    })
  })

  it('is a failure of whatever changes nothing', async () => {
    for (const [code, kind] of [
      ['timeout', 'unavailable'],
      ['malformed', 'malformed'],
      ['credentials', 'credentials'],
    ] as const)
      await expect(answering(asked, failing(code, true))).rejects.toMatchObject({ kind })
  })
})

describe('statuses', () => {
  it.each([
    [429, 'busy', false],
    [408, 'timeout', true],
    [500, 'http-500', true],
    [302, 'http-302', true],
  ])('%d is trouble: %s', (status, code, arrived) => {
    expect(() => throwOnTrouble({ status, headers: {} })).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ code, mayHaveArrived: arrived }) as object,
      }) as Error,
    )
  })
  it.each([200, 202, 400, 404, 409])('%d is an answer', (status) =>
    expect(throwOnTrouble({ status, headers: {} })).toBeUndefined(),
  )
  it.each([
    ['7', 7_000],
    ['99999', 900_000],
    ['Thu, 15 Jan 2026 09:00:30 GMT', 30_000],
    ['Thu, 15 Jan 2026 08:00:00 GMT', 0],
    ['soon', undefined],
  ])('«Retry-After: %s» is %d ms', (header, ms) =>
    expect(retryAfter(header, Date.parse('2026-01-15T09:00:00Z'))).toBe(ms),
  )
})

describe('leniency', () => {
  it.each([
    ['2026-01-15T10:00:00+0700', '2026-01-15T03:00:00.000Z'],
    ['2026-01-15T10:00:00.5-03:30', '2026-01-15T13:30:00.500Z'],
    ['2026-01-15T10:00:00Z', '2026-01-15T10:00:00.000Z'],
    ['2026-01-15T10:00:00', undefined],
    ['2026-13-45T10:00:00Z', undefined],
    ['yesterday', undefined],
  ])('%s is %s', (told, instant) => expect(instantOf(told)).toBe(instant))

  it('takes one for a list of one, and a number for its text', () => {
    expect(many(text).parse(5)).toEqual(['5'])
    expect(many(text).parse(null)).toEqual([])
    expect(many(text).safeParse(['a', {}]).success).toBe(false)
    expect(several(text).parse([' a ', {}, 7])).toEqual(['a', '7'])
    expect(maybe(text).parse({})).toBeUndefined()
  })
})

it('what others wait for too is left to them', async () => {
  const slow = new Promise<string>((resolve) => setTimeout(() => resolve('token'), 30))
  const [early, late] = await Promise.allSettled([
    within(startDeadline({}, 1), slow),
    within(startDeadline({}, 5_000), slow),
  ])
  expect(early).toMatchObject({
    status: 'rejected',
    reason: unanswered('timeout', false) as object,
  })
  expect(late).toEqual({ status: 'fulfilled', value: 'token' })
})
