import { serve } from '@hono/node-server'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Booking } from '../../simulator/booking.ts'
import type { FaultOrder } from '../../simulator/faults.ts'
import { createSimulator, type SimulatorOptions } from '../../simulator/simulator.ts'

export type TestSimulator = AsyncDisposable & {
  /** Of the simulator; carriers are below it. */
  url: string
  carriers: { cdek: string; dpd: string; uber: string }
  /** Calls a route of the simulator, or of a carrier. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>
  fault(...orders: FaultOrder[]): Promise<void>
  advance(ms: number): Promise<void>
  move(id: string, to: string): Promise<Booking>
  ledger(reference?: string): Promise<Booking[]>
}
export type Answer = { status: number; headers: Headers; body: unknown }

/** A simulator in this process, with an empty ledger; parcels move when they are told to. */
export async function startTestSimulator(
  options: Partial<SimulatorOptions> = {},
): Promise<TestSimulator> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'simulator-'))
  const simulator = createSimulator({
    ...{ dataDir, seed: 'test', pointCount: 400, journeys: 'manual' as const },
    ...options,
  })
  const server = serve({
    ...{ fetch: simulator.fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false },
  }) as Server
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = simulatorClient(`http://127.0.0.1:${port}`)
  return {
    ...client,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await simulator.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** For one that runs in another process. */
export function simulatorClient(url: string): Omit<TestSimulator, typeof Symbol.asyncDispose> {
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isText = typeof body === 'string'
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(isText || body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') && text !== ''
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    }
  }
  async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, body: said } = await call(method, `/_admin${path}`, body)
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`)
    return said
  }
  return {
    url,
    carriers: { cdek: `${url}/cdek`, dpd: `${url}/dpd`, uber: `${url}/uber` },
    call,
    fault: async (...orders) => void (await admin('POST', '/faults', orders)),
    advance: async (ms) => void (await admin('POST', '/clock', { advanceMs: ms })),
    move: (id, to) => admin('POST', `/bookings/${id}/advance`, { to }) as Promise<Booking>,
    async ledger(reference = '') {
      const said = await admin('GET', `/ledger?reference=${encodeURIComponent(reference)}`)
      return (said as { bookings: Booking[] }).bookings
    },
  }
}

const json = { 'content-type': 'application/json' }
