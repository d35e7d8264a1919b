import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createOutbound,
  type FetchOptions,
  type Outbound,
} from '../../clients/outbound/outbound.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import { until } from '../support/until.ts'
import { hostileAddresses, hostileUrls } from './hostile-addresses.ts'
import { certificate, startOutside, type Outside } from './outside.ts'

const HERE = '127.0.0.2'
/** What names mean: an address, several, or one after the other. */
let names: Record<string, string[] | (() => string[])>
let lookups: string[]
let outside: Outside
let secure: Outside
/** On loopback, which is not permitted. */
let trap: Outside
let outbound: Outbound

const resolve = async (name: string) => {
  lookups.push(name)
  const found = names[name]
  if (!found) throw new OutboundRefusal('dns', { reason: 'ENOTFOUND' })
  return typeof found === 'function' ? found() : found
}

beforeAll(async () => {
  outside = await startOutside(HERE)
  secure = await startOutside(HERE, { tls: true })
  trap = await startOutside('127.0.0.1')
})
beforeEach(() => {
  names = { 'shop.example': [HERE] }
  lookups = []
  outbound = createOutbound({
    allowedPrivateNetworks: [`${HERE}/32`],
    resolve,
    tls: { ca: certificate },
  })
  outside.answer = (_request, response) => void response.end('ok')
  outside.connections = 0
  return () => outbound.close()
})
afterAll(() => Promise.all([outside, secure, trap].map((server) => server.close())))

const limits = { maxBytes: 1_000, totalMs: 20_000 }
const urlOf = (path = '/', host = 'shop.example') => `http://${host}:${outside.port}${path}`

async function read(url: string, options: Partial<FetchOptions> = {}) {
  const answer = await outbound.fetchOutside(url, { ...limits, ...options })
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.bytes) chunks.push(chunk)
  return { ...answer, text: Buffer.concat(chunks).toString() }
}
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) as object })

describe('what is permitted', () => {
  it('is fetched by its name, from the one address that was judged', async () => {
    outside.answer = (request, response) => void response.end(request.headers.host)
    expect((await read(urlOf())).text).toBe(`shop.example:${outside.port}`)
    expect(lookups).toEqual(['shop.example'])
  })

  it('is tried at its next address when the first is dead', async () => {
    outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.0/30'], resolve })
    names['shop.example'] = ['127.0.0.3', HERE]
    expect((await read(urlOf())).text).toBe('ok')
  })

  it('is the same host however its name is written', async () => {
    await read(urlOf('/', 'SHOP.example.'))
    await read(`https://SHOP.example.:${secure.port}/`)
    expect(lookups).toEqual(['shop.example', 'shop.example'])
  })

  it('may be unpacked', async () => {
    outside.answer = (_request, response) =>
      void response.setHeader('Content-Encoding', 'gzip').end(gzipSync('packed'))
    expect((await read(urlOf())).text).toBe('packed')
  })

  it('has any status that is expected, and its headers', async () => {
    outside.answer = (request, response) =>
      void response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 200).end()
    const headers = { 'If-None-Match': '"1"' }
    expect((await read(urlOf(), { headers, expect: [200, 304] })).status).toBe(304)
  })

  it('shows the certificate of its name', async () => {
    expect((await read(`https://shop.example:${secure.port}/`)).text).toBe('ok')
  })
})

describe('the trap on loopback', () => {
  const everywhere = [
    ...hostileUrls.map((url) => url.replace(/^http:\/\/([^/:@]+)\/$/, 'http://$1:PORT/')),
    ...Object.values(hostileAddresses)
      .flat()
      .map((one) => `http://${one.includes(':') ? `[${one}]` : one}:PORT/`),
  ]

  it('is never connected to, whatever is written', async () => {
    for (const url of everywhere)
      await expect(read(url.replace('PORT', String(trap.port))), url).rejects.toThrow(
        OutboundRefusal,
      )
    expect(trap.connections).toBe(0)
    expect(everywhere.length).toBeGreaterThan(120)
  })

  it('is never connected to by a name that means a forbidden address, alone or among others', async () => {
    for (const address of Object.values(hostileAddresses).flat()) {
      for (const answer of [[address], [HERE, address], [address, HERE]]) {
        names['evil.example'] = answer
        await expect(read(`http://evil.example:${trap.port}/`), address).rejects.toThrow(
          'blocked-address',
        )
      }
    }
    expect(trap.connections + outside.connections).toBe(0)
  })

  it('is never connected to by a name that changes its meaning after it was judged', async () => {
    let asked = 0
    names['rebinding.example'] = () => [asked++ % 2 === 0 ? HERE : '127.0.0.1']
    const outcomes: string[] = []
    for (let round = 0; round < 6; round++) {
      // A new guard has no connection that it could use again.
      const fresh = createOutbound({ allowedPrivateNetworks: [`${HERE}/32`], resolve })
      const url = `http://rebinding.example:${outside.port}/`
      const answer = fresh.fetchOutside(url, limits)
      outcomes.push(
        await answer.then(
          ({ status }) => `${status}`,
          (error: Error) => error.message,
        ),
      )
      await fresh.close()
    }
    expect(outcomes).toEqual([
      '200',
      'blocked-address',
      '200',
      'blocked-address',
      '200',
      'blocked-address',
    ])
    expect(lookups).toHaveLength(6)
    expect(trap.connections).toBe(0)
  })

  it.each([301, 302, 303, 307, 308])('is never connected to by a redirect %i', async (status) => {
    names['inside.example'] = ['127.0.0.1']
    for (const host of [
      '127.0.0.1',
      'localhost',
      '0x7f000001',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'inside.example',
    ]) {
      const location = `http://${host}:${trap.port}/`
      outside.answer = (_request, response) => void response.writeHead(status, { location }).end()
      await expect(read(urlOf()), host).rejects.toEqual(refusal('redirect'))
    }
    expect(trap.connections).toBe(0)
  })

  it('is a trap that can be sprung', async () => {
    const open = createOutbound({ allowedPrivateNetworks: ['127.0.0.1/32'] })
    await open.fetchOutside(`http://127.0.0.1:${trap.port}/`, limits)
    expect(trap.connections).toBe(1)
    trap.connections = 0
    await open.close()
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is not followed, and says where it leads',
    async (status) => {
      names['cdn.example'] = [HERE]
      const location = `http://cdn.example:${outside.port}/secret/feed.xml?token=1`
      outside.answer = (_request, response) => void response.writeHead(status, { location }).end()
      const redirectsTo = `http://cdn.example:${outside.port}`
      await expect(read(urlOf())).rejects.toEqual(refusal('redirect', { redirectsTo }))
      expect(lookups).toEqual(['shop.example'])
      expect(outside.connections).toBe(1)
    },
  )

  it.each<[string | undefined, () => string | undefined]>([
    ['/elsewhere', () => `http://shop.example:${outside.port}`],
    ['https://shop.example/', () => 'https://shop.example'],
    ['http://user:secret@shop.example/', () => 'http://shop.example'],
    ['file:///etc/passwd', () => undefined],
    ['http://', () => undefined],
    [undefined, () => undefined],
  ])('to %s names no more than the origin', async (location, redirectsTo) => {
    outside.answer = (_request, response) =>
      void response.writeHead(302, location === undefined ? {} : { location }).end()
    const refused = await read(urlOf()).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'redirect' })
    expect((refused as OutboundRefusal).details.redirectsTo).toBe(redirectsTo())
    expect((refused as OutboundRefusal).isTransient).toBe(false)
  })

  it('from https is not followed either', async () => {
    secure.answer = (_request, response) =>
      void response.writeHead(302, { location: urlOf() }).end()
    await expect(read(`https://shop.example:${secure.port}/`)).rejects.toEqual(refusal('redirect'))
    expect(outside.connections).toBe(0)
  })
})

describe('an answer is refused', () => {
  it('for its certificate, when the name is another’s or nobody trusts it', async () => {
    names['other.example'] = [HERE]
    await expect(read(`https://other.example:${secure.port}/`)).rejects.toEqual(refusal('tls'))
    const strict = createOutbound({ allowedPrivateNetworks: [`${HERE}/32`], resolve })
    await expect(
      strict.fetchOutside(`https://shop.example:${secure.port}/`, limits),
    ).rejects.toEqual(refusal('tls'))
    await strict.close()
  })

  it('for a length that is declared, before its bytes are read', async () => {
    outside.answer = (_request, response) =>
      void response.writeHead(200, { 'Content-Length': 1_001 }).write('a')
    await expect(outbound.fetchOutside(urlOf(), limits)).rejects.toEqual(refusal('too-large'))
  })

  it('for bytes that do not end', async () => {
    let sent = 0
    outside.answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('a'.repeat(1_000))) sent += 1_000
      }
      response.on('drain', more)
      more()
    }
    await expect(read(urlOf(), { maxBytes: 100_000 })).rejects.toEqual(refusal('too-large'))
    expect(sent).toBeLessThan(10_000_000)
  })

  it('for a small answer that unpacks into a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    outside.answer = (_request, response) =>
      void response.setHeader('Content-Encoding', 'gzip').end(bomb)
    await expect(read(urlOf(), { maxBytes: 100_000 })).rejects.toEqual(refusal('too-large'))
  })

  it.each([
    ['a broken packing', 'gzip', Buffer.from('not packed')],
    ['a packing that breaks off', 'gzip', gzipSync('a'.repeat(500)).subarray(0, 20)],
    ['a packing that was not asked for', 'br', Buffer.from('?')],
  ])('for %s', async (_what, encoding, bytes) => {
    outside.answer = (_request, response) =>
      void response.setHeader('Content-Encoding', encoding).end(bytes)
    await expect(read(urlOf())).rejects.toEqual(refusal('malformed-answer'))
  })

  it('for headers without end', async () => {
    outside.answer = (_request, response) =>
      void response
        .setHeader('X-Long', 'a'.repeat(15_000))
        .setHeader('X-More', 'a'.repeat(15_000))
        .end()
    await expect(read(urlOf())).rejects.toEqual(refusal('malformed-answer'))
  })

  it('for its status', async () => {
    outside.answer = (_request, response) =>
      void response.writeHead(503, { 'Retry-After': '120' }).end('inside')
    const details = { status: 503, retryAfterSeconds: 120 }
    await expect(read(urlOf())).rejects.toEqual(refusal('http-status', details))
  })

  it('for breaking off', async () => {
    outside.answer = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('half')
      response.socket?.end()
    }
    await expect(read(urlOf())).rejects.toEqual(refusal('interrupted'))
  })

  it('for keeping silent before its head, inside its body, and altogether', async () => {
    const release: (() => void)[] = []
    outside.answer = ({ url }, response) => {
      if (url === '/silent') return
      const drip = setInterval(() => response.write('.'), url === '/drip' ? 20 : 60_000)
      response.write('.')
      release.push(() => clearInterval(drip))
    }
    await expect(read(urlOf('/silent'), { headersMs: 100 })).rejects.toEqual(refusal('timeout'))
    await expect(read(urlOf('/'), { idleMs: 100 })).rejects.toEqual(refusal('timeout'))
    await expect(read(urlOf('/drip'), { totalMs: 300 })).rejects.toEqual(refusal('timeout'))
    for (const stop of release) stop()
  })

  it('for a name that is not known, and for a port where nobody listens', async () => {
    await expect(read(urlOf('/', 'nobody.example'))).rejects.toEqual(refusal('dns'))
    names['shop.example'] = ['127.0.0.2']
    const closed = await startOutside(HERE)
    await closed.close()
    await expect(read(`http://shop.example:${closed.port}/`)).rejects.toEqual(
      refusal('connect', { reason: 'ECONNREFUSED' }),
    )
  })
})

describe('a refusal', () => {
  it('tells no address, whoever prints it', async () => {
    names['evil.example'] = ['10.11.12.13']
    const refused = await read(urlOf('/', 'evil.example')).catch((error: unknown) => error)
    const closed = await startOutside(HERE)
    await closed.close()
    const unreachable = await read(`http://shop.example:${closed.port}/`).catch(
      (error: unknown) => error,
    )
    for (const error of [refused, unreachable]) {
      const { message, cause, details } = error as OutboundRefusal
      expect(JSON.stringify([message, details])).not.toMatch(/\d+\.\d+\.\d+\.\d+|example/)
      expect(cause).toBeUndefined()
    }
  })

  it('is not made of a cancellation: its reason is passed on, and the connection is cut', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    let cut = false
    outside.answer = (_request, response) => {
      response.on('close', () => (cut = true)).write('a')
      controller.abort(reason)
    }
    await expect(read(urlOf(), { signal: controller.signal })).rejects.toBe(reason)
    await until(() => cut)
  })
})

it('the environment’s proxies are not used', async () => {
  const proxies = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']
  const before = proxies.map((name) => process.env[name])
  for (const name of proxies) process.env[name] = `http://127.0.0.1:${trap.port}`
  try {
    expect((await read(urlOf())).text).toBe('ok')
    expect(trap.connections).toBe(0)
  } finally {
    proxies.forEach((name, index) => {
      if (before[index] === undefined) delete process.env[name]
      else process.env[name] = before[index]
    })
  }
})
