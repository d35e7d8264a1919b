import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveOrders } from './helper-process.ts'

/** What everybody is answered; without it, what is sent is read and thrown away, as a collector of nothing does. */
export type RawOrder = { answer?: { headers: Record<string, string>; body: Uint8Array } }
export type RawReport = { url: string }

serveOrders<RawOrder, RawReport>(async ({ answer }) => {
  const server = createServer((request, response) => {
    if (answer) {
      response.writeHead(200, answer.headers).end(answer.body)
      return
    }
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
