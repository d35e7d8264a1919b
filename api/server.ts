import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { answerMalformed } from './malformed-requests.ts'
import { requestIdOf } from './request-id.ts'
import { SECURE_HEADERS } from './secure-headers.ts'
import { traceAnswers } from './trace.ts'

export type ShortcutAnswer = {
  /** The pattern that the app would have answered by. */
  route: string
  status: number
  headers: Record<string, string>
  body?: Buffer
}

/** What can be answered to a `GET` at once, without the app; `undefined` is left to it. */
export type Shortcut = (request: IncomingMessage) => ShortcutAnswer | undefined

export type ServerOptions = {
  fetch: Parameters<typeof getRequestListener>[0]
  shortcut?: Shortcut
}

/** The HTTP server around an app; `listen` opens it. */
export function createServer({ fetch, shortcut = () => undefined }: ServerOptions): Server {
  const askApp = getRequestListener(fetch, { autoCleanupIncoming: false })
  const traceAnswer = traceAnswers()
  const server = createHttpServer(
    {
      // A query of ten thousand letters is told what is wrong with it, which Node's own 16 kB would only cut off.
      maxHeaderSize: 128 * 1024,
      // Longer than the usual 60 s of balancers: who closes first would break a request that is on its way.
      keepAliveTimeout: 65_000,
      // An upload takes as long as it takes; silence within one is bounded where it is read.
      requestTimeout: 60 * 60_000,
    },
    (request, response) => {
      const startedAt = performance.now()
      const answer = request.method === 'GET' ? shortcut(request) : undefined
      if (!answer) {
        lingerAfterRefusal(request, response)
        void askApp(request, response)
        return
      }
      const { status, headers, body } = answer
      response.writeHead(status, {
        ...SECURE_HEADERS,
        'X-Request-Id': requestIdOf(request.headers['x-request-id']),
        ...traceAnswer(request, answer, startedAt),
        ...headers,
        ...(body && { 'Content-Length': body.length }),
      })
      response.end(body)
    },
  )
  answerMalformed(server)
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
