import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'

/** For shop.example alone, signed by itself. */
const certificates = join(import.meta.dirname, 'certificates')
export const certificate = readFileSync(join(certificates, 'shop.example.crt'), 'utf8')
const key = readFileSync(join(certificates, 'shop.example.key'), 'utf8')

export type Outside = {
  port: number
  /** How many connections were opened to it. */
  connections: number
  /** What is answered from now on. */
  answer: RequestListener
  close(): Promise<void>
}

/** A server that stands for the rest of the world: at 127.0.0.2, which tests permit; the trap is at 127.0.0.1. */
export async function startOutside(
  host: '127.0.0.1' | '127.0.0.2',
  { tls = false } = {},
): Promise<Outside> {
  const listener: RequestListener = (request, response) => outside.answer(request, response)
  const server: Server = tls
    ? createTlsServer({ cert: certificate, key }, listener)
    : createServer(listener)
  await once(server.listen(0, host), 'listening')
  const outside: Outside = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    answer: (_request, response) => void response.end('ok'),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  server.on('connection', () => outside.connections++)
  return outside
}
