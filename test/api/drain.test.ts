import { Agent, request as httpRequest, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { createDrain } from '../../api/drain.ts'
import { createServer, listen } from '../../api/server.ts'
import { until } from '../support/until.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.closeAllConnections()))

async function serve(app: Hono) {
  const server = createServer({ fetch: app.fetch })
  servers.push(server)
  const drain = createDrain(server)
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { ...drain, server, port: (server.address() as AddressInfo).port }
}

type Answer = { status: number | undefined; connection: string | undefined; body: string }

const get = (port: number, path: string, agent: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    httpRequest({ port, path, agent }, (response) => {
      const { statusCode: status, headers } = response
      text(response).then(
        (body) => resolve({ status, connection: headers.connection, body }),
        reject,
      )
    })
      .on('error', reject)
      .end()
  })

const soon = { delayMs: 0, graceMs: 10_000 }

describe('draining', () => {
  it('breaks no request: busy connections are told to leave, and their clients go elsewhere', async () => {
    const app = new Hono().get('/', async (c) => {
      await pause(Math.random() * 4)
      return c.text('answer')
    })
    const [leaving, staying] = [await serve(app), await serve(app)]
    let isOver = false
    const statuses: (number | undefined)[] = []
    const clients = Array.from({ length: 16 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      let port = leaving.port
      while (!isOver) {
        const { status, connection } = await get(port, '/', agent)
        statuses.push(status)
        if (connection === 'close') port = staying.port
      }
      agent.destroy()
      return port
    })
    await until(() => statuses.length > 200)
    await leaving.drain({ delayMs: 0, graceMs: 10_000 })
    isOver = true

    expect(new Set(await Promise.all(clients))).toEqual(new Set([staying.port]))
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('finishes a request that is in flight and closes its connection', async () => {
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const app = new Hono().get('/', async (c) => {
      arrived.resolve()
      await released.promise
      return c.text('late answer')
    })
    const { port, drain, isDraining } = await serve(app)
    const agent = new Agent({ keepAlive: true })
    const answer = get(port, '/', agent)
    await arrived.promise
    const drained = drain(soon)
    expect(isDraining()).toBe(true)
    released.resolve()
    expect(await answer).toEqual({ status: 200, connection: 'close', body: 'late answer' })
    await drained
    agent.destroy()
  })

  it('does not wait for connections that say nothing', async () => {
    const { port, drain } = await serve(new Hono().get('/', (c) => c.text('answer')))
    const silent = connect(port, '127.0.0.1')
    const agent = new Agent({ keepAlive: true })
    await get(port, '/', agent)
    await drain({ delayMs: 0, graceMs: 24 * 60 * 60_000 })
    silent.destroy()
    agent.destroy()
  })

  it('cuts what takes longer than the grace', async () => {
    const arrived = Promise.withResolvers<void>()
    const app = new Hono().get('/', () => {
      arrived.resolve()
      return new Promise<Response>(() => {})
    })
    const { port, drain } = await serve(app)
    const agent = new Agent({ keepAlive: true })
    const answer = get(port, '/', agent)
    const cut = expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' })
    await arrived.promise
    await drain({ delayMs: 0, graceMs: 100 })
    await cut
    agent.destroy()
  })

  it('goes on accepting during the delay, telling everybody to leave', async () => {
    const { port, drain } = await serve(new Hono().get('/', (c) => c.text('answer')))
    const agent = new Agent({ keepAlive: true })
    const drained = drain({ delayMs: 500, graceMs: 1000 })
    expect(await get(port, '/', agent)).toMatchObject({ status: 200, connection: 'close' })
    await drained
    agent.destroy()
  })
})

describe('an answer before the request is in', () => {
  it('reaches a client that sends everything before it reads', async () => {
    const app = new Hono().post('/', (c) => c.text('refused', 422))
    const { port } = await serve(app)
    const size = 40_000_000
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST / HTTP/1.1\r\nHost: api\r\nContent-Length: ${size}\r\n\r\n`)
    const chunk = Buffer.alloc(1_000_000, '<')
    for (let sent = 0; sent < size; sent += chunk.length)
      await new Promise<void>((resolve, reject) =>
        socket.write(chunk, (error) => (error ? reject(error) : resolve())),
      )
    const [answer] = (await new Promise<Buffer>((resolve) => socket.once('data', resolve)))
      .toString()
      .split('\r\n')
    expect(answer).toBe('HTTP/1.1 422 Unprocessable Entity')
    socket.destroy()
  })
})
