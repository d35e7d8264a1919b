import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { problemText, type ProblemCode } from './problem.ts'
import { SECURE_HEADERS } from './secure-headers.ts'

/**
 * Answers what is no request of HTTP at all, so that nothing else has seen it: line breaks in headers, two lengths, a head
 * without end. The connection closes: where the next request would begin, nobody can say (RFC 9112, 11.2).
 */
export function answerMalformed(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
    const { status, body } = problemText(CODES[error.code ?? ''] ?? 'malformed-request')
    const headers = {
      ...SECURE_HEADERS,
      'X-Request-Id': crypto.randomUUID(),
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      Connection: 'close',
    }
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} \r\n${head.join('')}\r\n${body}`)
  })
}

const CODES: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}
