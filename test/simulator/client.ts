import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Told = {
  raw: string
  body: { id?: string; type?: string; kind?: string; status?: string; uuid?: string }
  headers: IncomingHttpHeaders
}

/** Somebody whom carriers call. */
export async function startClient() {
  const told: Told[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const raw = Buffer.concat(parts).toString()
      told.push({ raw, body: JSON.parse(raw) as Told['body'], headers: request.headers })
      if (!client.isSilent) response.writeHead(client.status).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const client = {
    told,
    /** What it answers. */
    status: 200,
    /** Takes a call, and never answers. */
    isSilent: false,
    url: `http://127.0.0.1:${port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
  return client
}
