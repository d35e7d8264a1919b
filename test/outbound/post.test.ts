import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createOutbound, type Outbound } from '../../clients/outbound/outbound.ts'
import type { Post } from '../../clients/outbound/post.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import { until } from '../support/until.ts'
import { hostileAddresses, hostileUrls } from './hostile-addresses.ts'
import { certificate, startOutside, type Outside } from './outside.ts'

const HERE = '127.0.0.2'
let names: Record<string, string[] | (() => string[])>
let outside: Outside
let secure: Outside
/** On loopback, which is not permitted. */
let trap: Outside
let outbound: Outbound

const resolve = async (name: string) => {
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
  outbound = createOutbound({
    ...{ allowedPrivateNetworks: [`${HERE}/32`], resolve, connections: null },
    tls: { ca: certificate },
  })
  outside.answer = (_request, response) => void response.end('ok')
  outside.connections = 0
  return () => outbound.close()
})
afterAll(() => Promise.all([outside, secure, trap].map((server) => server.close())))

const post = (url: string, more: Partial<Post> = {}) =>
  outbound.postOutside(url, {
    ...{ headers: { 'content-type': 'application/json' }, body: '{"a":"ё"}' },
    ...{ totalMs: 15_000, keepBytes: 1_000, ...more },
  })
const urlOf = (host = 'shop.example') => `http://${host}:${outside.port}/hook`
const refusal = (code: string) => expect.objectContaining({ code })

describe('what is posted', () => {
  it('arrives byte by byte, with its headers', async () => {
    let seen = ''
    outside.answer = (request, response) => {
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => (seen += chunk))
      request.on('end', () => {
        seen += ` ${request.method} ${request.headers['content-type']}`
        response.writeHead(202, { 'Retry-After': '7' }).end('thanks')
      })
    }
    const { status, retryAfter, answer } = await post(urlOf())
    expect(seen).toBe('{"a":"ё"} POST application/json')
    expect({ status, retryAfter, answer: answer.toString() }).toEqual({
      ...{ status: 202, retryAfter: '7', answer: 'thanks' },
    })
  })

  it('goes over connections that are kept: of two, one is free when the other has just answered', async () => {
    for (let times = 0; times < 20; times++) await post(urlOf())
    expect(outside.connections).toBeLessThanOrEqual(2)
  })

  it('asks for the certificate of its name', async () => {
    expect((await post(`https://shop.example:${secure.port}/`)).status).toBe(200)
    names['other.example'] = [HERE]
    await expect(post(`https://other.example:${secure.port}/`)).rejects.toEqual(refusal('tls'))
  })

  it('is not redirected', async () => {
    outside.answer = (_request, response) =>
      void response.writeHead(308, { Location: `http://127.0.0.1:${trap.port}/` }).end()
    expect((await post(urlOf())).status).toBe(308)
    expect(trap.connections).toBe(0)
  })

  it('has so much of its answer kept as was asked for, packed as it came', async () => {
    let sent = 0
    outside.answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('a'.repeat(1_000))) sent += 1_000
      }
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).on('drain', more)
      more()
    }
    expect((await post(urlOf())).answer).toHaveLength(1_000)
    expect(sent).toBeLessThan(10_000_000)
  })

  it('counts once the head is there, though the body drips, within the time in all', async () => {
    const release: (() => void)[] = []
    outside.answer = (_request, response) => {
      response.writeHead(200).write('.')
      const drip = setInterval(() => response.write('.'), 20)
      release.push(() => clearInterval(drip))
    }
    const { status, answer } = await post(urlOf(), { totalMs: 300 })
    expect(status).toBe(200)
    expect(answer.toString()).toMatch(/^\.+$/)
    release.forEach((stop) => stop())
  })

  it('lets go of the connection when its time is over', async () => {
    let cut = false
    outside.answer = (_request, response) => void response.on('close', () => (cut = true))
    await expect(post(urlOf(), { totalMs: 200 })).rejects.toEqual(refusal('timeout'))
    await until(() => cut)
  })

  it('is refused for silence, for breaking off, for a dead port and for an unknown name', async () => {
    outside.answer = () => {}
    await expect(post(urlOf(), { totalMs: 200 })).rejects.toEqual(refusal('timeout'))
    outside.answer = (_request, response) => void response.socket?.destroy()
    await expect(post(urlOf())).rejects.toEqual(refusal('interrupted'))
    const closed = await startOutside(HERE)
    await closed.close()
    await expect(post(`http://shop.example:${closed.port}/`)).rejects.toEqual(refusal('connect'))
    await expect(post(urlOf('nobody.example'))).rejects.toEqual(refusal('dns'))
  })
})

describe('the trap on loopback', () => {
  it('is never posted to, whatever is written or resolved, first or at the second connection', async () => {
    const written = [
      ...hostileUrls.map((url) => url.replace(/^http:\/\/([^/:@]+)\/$/, 'http://$1:PORT/')),
      ...Object.values(hostileAddresses)
        .flat()
        .map((one) => `http://${one.includes(':') ? `[${one}]` : one}:PORT/`),
    ].map((url) => url.replace('PORT', String(trap.port)))
    expect(written.length).toBeGreaterThan(120)
    for (const url of written) await expect(post(url), url).rejects.toThrow(OutboundRefusal)
    for (const address of Object.values(hostileAddresses).flat())
      for (const answer of [[address], [HERE, address], [address, HERE]]) {
        names['evil.example'] = answer
        await expect(post(`http://evil.example:${trap.port}/`)).rejects.toThrow('blocked-address')
      }
    // Public when it was looked at, loopback when it is dialled anew: each connection asks once and dials that.
    let asked = 0
    names['rebinding.example'] = () => (asked++ === 0 ? [HERE] : ['127.0.0.1'])
    outside.answer = (_request, response) => void response.setHeader('Connection', 'close').end()
    expect((await post(urlOf('rebinding.example'))).status).toBe(200)
    await expect(post(urlOf('rebinding.example'))).rejects.toThrow('blocked-address')
    expect(asked).toBe(2)
    expect(trap.connections).toBe(0)
  })

  it('is a trap: what is allowed to reach it does', async () => {
    const open = createOutbound({ allowedPrivateNetworks: ['127.0.0.1/32'] })
    const before = trap.connections
    await open.postOutside(`http://127.0.0.1:${trap.port}/`, {
      ...{ headers: {}, body: '', totalMs: 5_000, keepBytes: 10 },
    })
    expect(trap.connections).toBe(before + 1)
    trap.connections = 0
    await open.close()
  })
})
