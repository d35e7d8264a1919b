import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { answerFailures } from '../../api/failures.ts'
import { jsonBodies } from '../../api/json-bodies.ts'
import { limits } from '../../api/limits.ts'
import { createRouter } from '../../api/openapi.ts'
import { findJsonFlaw } from '../../domain/json-flaws.ts'

const app = createRouter()
answerFailures(app, { error: () => {}, warn: () => {} })
app.use(...limits(), jsonBodies(50))
app.post('/', async (c) => c.text(JSON.stringify(await c.req.json())))

const post = (
  body: string | Buffer<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
) =>
  app.request('/', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
    duplex: 'half',
  } as RequestInit)
const problem = async (response: Response) =>
  (await response.json()) as { type: string; errors?: { path: string }[] }
const bytes = (text: string) => Buffer.from(text, 'latin1')
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

/** Never ends, and is never silent for long. */
async function* drip() {
  for (;;) {
    yield Buffer.from(' ')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('a JSON body', () => {
  it.each([
    '{"a":{"b":1},"c":{"b":2},"d":[{"b":1},{"b":2}]}',
    '{"a":"\\"b\\":1,\\"b\\":2","c":"😀"}',
    nested(32),
    '"\\ud83d\\ude00"',
  ])('reaches its route as it is: %s', async (body) => {
    const response = await post(body)
    expect([response.status, await response.json()]).toEqual([200, JSON.parse(body)])
  })

  it.each([
    ['no JSON', '{"a":', 400, 'malformed-body'],
    ['broken UTF-8', bytes('{"a":"\xc3\x28"}'), 400, 'malformed-body'],
    ['an overlong NUL', bytes('{"a":"\xc0\x80"}'), 400, 'malformed-body'],
    ['33 levels', nested(33), 400, 'malformed-body'],
    ['100,000 levels', nested(100_000), 400, 'malformed-body'],
  ])('is refused for %s', async (_name, body, status, code) => {
    const response = await post(body)
    expect(response.status).toBe(status)
    expect(await problem(response)).toMatchObject({ type: `/problems/${code}` })
  })

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x":[0,{"y":{"b":1,"b":1}}]}', 'x.1.y.b'],
    ['{"a":"\\u0000"}', 'a'],
    ['{"a":["ok","\\ud800"]}', 'a.1'],
    ['{"\\udc00":1}', '\ufffd'],
  ])('is refused for what is in %s, naming the field', async (body, path) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect((await problem(response)).errors).toMatchObject([{ path }])
  })

  it.each([{ 'Content-Type': 'application/json; charset=utf-16' }, { 'Content-Encoding': 'gzip' }])(
    'is 415 with %j',
    async (headers) => {
      expect((await post('{}', headers)).status).toBe(415)
    },
  )

  it('is 408 when it does not come', async () => {
    const silent = new ReadableStream<Uint8Array>({ start() {} })
    expect((await post(silent)).status).toBe(408)
    const dripping = ReadableStream.from(drip())
    expect((await post(dripping)).status).toBe(408)
  })

  it.each([
    ['that says so', { 'Content-Length': '1048577' }, '{}'],
    ['in chunks', {}, new Blob(['"', 'x'.repeat(1024 ** 2), '"']).stream()],
  ])('is 413 when it is larger than a megabyte, %s', async (_how, headers, body) => {
    expect((await post(body, headers)).status).toBe(413)
  })

  it('of another kind is left alone', async () => {
    const plain = new Hono().use(jsonBodies()).post('/', async (c) => c.text(await c.req.text()))
    const response = await plain.request('/', { method: 'POST', body: '{"a":1,"a":2}' })
    expect(await response.text()).toBe('{"a":1,"a":2}')
  })
})

describe('findJsonFlaw', () => {
  it('finds none in what JSON.stringify writes of any shape', () => {
    const shapes = [0, 'a', null, [], {}, [[], {}], { a: [{ a: [] }, 'a,b', '}"{'] }]
    for (const shape of shapes) expect(findJsonFlaw(JSON.stringify(shape), 32)).toBeUndefined()
  })
})
