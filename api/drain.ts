import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type DrainOptions = {
  /** How long readiness says no before the listening socket closes. */
  delayMs: number
  /** How long requests in flight may take after that, before they are cut. */
  graceMs: number
}

export type Drain = {
  isDraining(): boolean
  /** Resolves when the last connection is closed. */
  drain(options: DrainOptions): Promise<void>
}

/** A client that keeps its connection busy sends its next request within this, and is told there to leave. */
const LINGER_MS = 1000
const IDLE_CHECK_MS = 50

/**
 * Lets callers go without an error: kept-alive connections are told by `Connection: close` on their next answer, and are
 * cut only after a silence, because a request that is on its way to a closed connection fails.
 */
export function createDrain(server: Server): Drain {
  let isDraining = false
  const sockets = new Set<Socket>()
  const inFlight = new Set<ServerResponse>()
  const dismiss = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close')
  }
  // Node counts a connection that has not asked yet as a busy one.
  const closeIdle = () => {
    const busy = new Set([...inFlight].map(({ socket }) => socket))
    for (const socket of sockets) if (!busy.has(socket)) socket.destroy()
  }
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.prependListener('request', (_request, response) => {
    inFlight.add(response)
    response.once('close', () => inFlight.delete(response))
    if (isDraining) dismiss(response)
  })

  return {
    isDraining: () => isDraining,
    async drain({ delayMs, graceMs }) {
      isDraining = true
      inFlight.forEach(dismiss)
      await pause(delayMs)

      const closed = new Promise<void>((resolve) => server.once('close', resolve))
      const within = (ms: number) => Promise.race([closed, pause(ms)])
      stopListening(server)
      await within(Math.min(LINGER_MS, graceMs))
      closeIdle()
      const timer = setInterval(closeIdle, IDLE_CHECK_MS)
      await within(graceMs)
      clearInterval(timer)
      server.closeAllConnections()
      await closed
    },
  }
}

/** An HTTP server's own `close` would cut idle connections at once. */
const stopListening = (server: Server) => NetServer.prototype.close.call(server)
