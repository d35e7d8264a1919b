import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'

export type ServerOptions = {
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch']
}

/** The HTTP server around an app; `listen` opens it. */
export function createServer({ fetch }: ServerOptions): Server {
  const server = createAdaptorServer({
    fetch,
    autoCleanupIncoming: false,
    serverOptions: {
      // A query of ten thousand letters is told what is wrong with it, which Node's own 16 kB would only cut off.
      maxHeaderSize: 128 * 1024,
      // Longer than the usual 60 s of balancers: who closes first would break a request that is on its way.
      keepAliveTimeout: 65_000,
      // An upload takes as long as it takes; silence within one is bounded where it is read.
      requestTimeout: 60 * 60_000,
    },
  }) as Server
  server.on('request', lingerAfterRefusal)
  return server
}

/** Resolves when connections are accepted. */
export async function listen(server: Server, { host, port }: { host: string; port: number }) {
  server.listen(port, host)
  await once(server, 'listening')
}

const LINGER_MS = 30_000

/**
 * An answer may be out before its request is in, as when a file is refused by its first bytes. The rest is read and
 * thrown away for a while (RFC 9112, 9.6): closing at once would reset the connection, and many a client would lose the
 * answer that it has not read yet.
 */
function lingerAfterRefusal(request: IncomingMessage, response: ServerResponse) {
  if (request.method === 'GET' || request.method === 'HEAD') return
  response.once('finish', () => {
    if (request.complete || request.destroyed) return
    const timer = setTimeout(() => request.socket.destroySoon(), LINGER_MS)
    request.once('close', () => clearTimeout(timer))
    request.removeAllListeners('data').resume()
  })
}
