import type { MiddlewareHandler } from 'hono'
import { isInNetworks, parseNetworks } from '../clients/outbound/networks.ts'
import { callerOf, requestAddress, type ClientAddressOptions } from './client-address.ts'
import type { ApiEnv } from './openapi.ts'
import type { Limit, RatePolicies } from './rate-limits.ts'

export type LimitAddressesOptions = ClientAddressOptions & {
  limit: Limit
  policies: Pick<RatePolicies, 'address'>
  /** In CIDR form: whose requests are not counted by their address. */
  uncountedNetworks: readonly string[]
}

/** So many requests from one address, whatever key they show. Answers that memory gives before the app are not counted. */
export function limitAddresses(options: LimitAddressesOptions): MiddlewareHandler<ApiEnv> {
  const { limit, policies, uncountedNetworks } = options
  const uncounted = parseNetworks(uncountedNetworks)
  const addressOf = requestAddress(options)

  return async function limitAddress(c, next) {
    const address = addressOf(c)
    if (address !== undefined && !isInNetworks(address, uncounted)) {
      const caller = callerOf(address)
      const fields = await limit({
        group: caller,
        buckets: [{ id: 'address', policy: policies.address }],
      })
      for (const [name, value] of Object.entries(fields)) c.header(name, value)
    }
    await next()
  }
}
