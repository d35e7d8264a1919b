import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { buildConnector } from 'undici'
import { hostOf } from './destination.ts'
import { isPermitted, type Network } from './networks.ts'
import { OutboundRefusal } from './refusal.ts'
import type { Resolve } from './resolve.ts'

export type ConnectDeps = {
  allowed: readonly Network[]
  resolve: Resolve
  /** Certificates to trust besides the usual ones. */
  tls?: Pick<ConnectionOptions, 'ca'>
}

const CONNECT_TIMEOUT_MS = 10_000
const MOST_ADDRESSES = 4

/**
 * Opens every connection of the guard. The name is looked up once, each of its addresses is judged, and exactly a judged
 * address is dialled: what the name means a moment later (DNS rebinding) is never asked. One address that is not
 * permitted refuses them all. The certificate must be the name's.
 */
export function guardedConnector({ allowed, resolve, tls }: ConnectDeps): buildConnector.connector {
  const open = buildConnector({
    ...tls,
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
    maxCachedSessions: 0,
  })

  const dial = (options: buildConnector.Options) =>
    new Promise<Socket>((resolved, rejected) => {
      open(options, (...[error, socket]) => (error ? rejected(error) : resolved(socket)))
    })

  /** Whatever the way there was, who is at its other end is asked of the system. */
  function judged(socket: Socket): Socket {
    const { remoteAddress } = socket
    // It has none once the other end has gone.
    if (remoteAddress === undefined || isPermitted(remoteAddress, allowed)) return socket
    socket.destroy()
    throw new OutboundRefusal('blocked-address')
  }

  async function connect(options: buildConnector.Options): Promise<Socket> {
    const name = hostOf(options)
    const addresses = isIP(name) === 0 ? await resolve(name) : [name]
    if (addresses.length === 0) throw new OutboundRefusal('dns')
    if (!addresses.every((address) => isPermitted(address, allowed)))
      throw new OutboundRefusal('blocked-address')
    const servername = isIP(name) === 0 ? name : undefined
    let failure: unknown
    for (const hostname of addresses.slice(0, MOST_ADDRESSES)) {
      try {
        return judged(await dial({ ...options, hostname, ...(servername ? { servername } : {}) }))
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  return (options, callback) => {
    connect(options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }
}
