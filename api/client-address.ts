import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import { isInNetworks, parseNetworks } from '../clients/outbound/networks.ts'
import type { ApiEnv } from './openapi.ts'

export type ClientAddressOptions = {
  /** In CIDR form: who may say whom a request comes from, in `X-Forwarded-For`. */
  trustedProxies: readonly string[]
}

const MOST_ADDRESSES = 10_000

/**
 * Whom a request comes from: the peer of the connection, or behind trusted proxies the last address in `X-Forwarded-For` that is
 * not one of theirs. What a caller wrote there itself stands further left and is not believed.
 */
export function clientAddress({ trustedProxies }: ClientAddressOptions) {
  const trusted = parseNetworks(trustedProxies)
  return (peer: string | undefined, forwardedFor: string | undefined): string | undefined => {
    if (peer === undefined || forwardedFor === undefined || !isInNetworks(peer, trusted))
      return peer
    let address = peer
    for (const hop of forwardedFor.split(',').reverse()) {
      const candidate = hop.trim()
      if (!ipaddr.isValid(candidate)) return address
      address = candidate
      if (!isInNetworks(address, trusted)) return address
    }
    return address
  }
}

/** The same of a request that is being answered. */
export function requestAddress(options: ClientAddressOptions) {
  const addressOf = clientAddress(options)
  return (c: Context<ApiEnv>): string | undefined =>
    addressOf(c.env?.incoming?.socket.remoteAddress, c.req.header('X-Forwarded-For'))
}

/** What is counted as one caller: an IPv4 address, or the /64 that an IPv6 subscriber has at least. */
export function callerOf(address: string): string {
  const known = callers.get(address)
  if (known) return known
  const caller = describe(address)
  callers.set(address, caller)
  return caller
}

const callers = new LRUCache<string, string>({ max: MOST_ADDRESSES })

function describe(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  return `${new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`
}
