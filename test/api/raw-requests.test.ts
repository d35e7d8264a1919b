import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, listen } from '../../api/server.ts'
import { testApp } from './app.ts'

const { app } = testApp()
const server = createServer({ fetch: app.fetch })
beforeAll(() => listen(server, { host: '127.0.0.1', port: 0 }))
afterAll(() => void (server.close(), server.closeAllConnections()))

/** All that comes back for these bytes until the connection ends. */
async function send(request: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(Buffer.from(request, 'latin1'))
  return text(socket)
}
const answersOf = (received: string) => received.split(/(?=HTTP\/1\.1 \d{3})/)
const problemOf = (answer: string) =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { type: string; status: number }

const get = (headers: string, target = '/healthz') =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`
const post = (headers: string, body = '') =>
  `POST /v1/feeds HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`
const SMUGGLED = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'

describe('what is no request of HTTP', () => {
  it.each([
    ['a line feed alone within a header', get('X-Request-Id: a\nSet-Cookie: x=1\n')],
    ['a carriage return alone', get('X-Request-Id: a\rSet-Cookie: x=1\r\n')],
    ['U+0000 in a header', get('X-Request-Id: a\0b\r\n')],
    ['a name with a space', get('X Request: a\r\n')],
    ['a space before the colon', get('X-Request-Id : a\r\n')],
    ['a header without a name', get(': a\r\n')],
    ['two lengths', post('Content-Length: 0\r\nContent-Length: 30\r\n', SMUGGLED)],
    ['a length that is no number', post('Content-Length: 0x1e\r\n', SMUGGLED)],
    ['a negative length', post('Content-Length: -1\r\n', SMUGGLED)],
    [
      'a length and chunks',
      post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${SMUGGLED}`),
    ],
    ['chunks under another name', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${SMUGGLED}`)],
    ['a chunk that is no number', post('Transfer-Encoding: chunked\r\n', `zz\r\n${SMUGGLED}`)],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('is answered 400 and nothing after it: %s', async (_what, request) => {
    const answers = answersOf(await send(request))
    expect(answers).toHaveLength(1)
    expect(answers[0]).toMatch(/^HTTP\/1\.1 400 /)
    expect(answers[0]).toMatch(/^connection: close\r$/im)
    expect(answers[0]).not.toMatch(/^set-cookie/im)
    expect(answers[0]).toMatch(/^content-type: application\/problem\+json/im)
    expect(problemOf(answers[0]!)).toMatchObject({ status: 400 })
  })

  it('is 400 without a host', async () => {
    expect(await send('GET /healthz HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('is 431 when its headers do not end', async () => {
    const [answer] = answersOf(await send(get(`X: ${'x'.repeat(200_000)}\r\n`)))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(problemOf(answer!)).toMatchObject({ type: '/problems/headers-too-large' })
  })
})

describe('what a caller says', () => {
  it.each([
    get('X-Request-Id: a%0d%0aSet-Cookie: x=1\r\n'),
    get('X-Request-Id: \x85Set-Cookie: x=1\r\n'),
    get('traceparent: 00-%0d%0aSet-Cookie: x=1\r\n'),
    get('Origin: https://a.example%0d%0aSet-Cookie: x=1\r\n'),
    get('Accept-Language: en\tSet-Cookie: x=1\r\n'),
    get('', '/v1/cities%0d%0aSet-Cookie:%20x=1'),
    get('', '/nowhere?x=%0d%0aSet-Cookie:%20x=1'),
    get('', '/nowhere/\u00e9\u008a\u008d'),
  ])('comes back in no header of its own: %j', async (request) => {
    const answers = answersOf(await send(request))
    expect(answers).toHaveLength(1)
    const [head = ''] = answers[0]!.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 (200|400|404|503) /)
    expect(head).not.toMatch(/set-cookie/i)
    for (const line of head.split('\r\n')) expect(line).toMatch(/^[\x20-\x7e]*$/)
  })
})
