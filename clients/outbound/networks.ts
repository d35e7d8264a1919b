import ipaddr from 'ipaddr.js'
import { isIP } from 'node:net'

type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Network = [Address, number]

/** @param cidrs such as `10.0.0.0/8`, checked by config.ts */
export const parseNetworks = (cidrs: readonly string[]): Network[] =>
  cidrs.map((cidr) => ipaddr.parseCIDR(cidr))

/**
 * Whether a request on behalf of a seller may go to this address: it is global unicast, or in a network that the
 * operator allows. An IPv6 address that carries an IPv4 one is that IPv4 address where it is only written so
 * (`::ffff:…`), and refused where a gateway would translate it (6to4, Teredo, NAT64).
 */
export function isPermitted(address: string, allowed: readonly Network[]): boolean {
  const parsed = parse(address)
  if (parsed === undefined) return false
  return isGlobal(parsed) || allowed.some((network) => isIn(parsed, network))
}

/** Whether an address, also an IPv4 one that is written as IPv6, is in one of the networks. */
export function isInNetworks(address: string, networks: readonly Network[]): boolean {
  if (networks.length === 0) return false
  const parsed = parse(address)
  return parsed !== undefined && networks.some((network) => isIn(parsed, network))
}

/** ipaddr.js takes `::8.8.8.8` for `::ffff:8.8.8.8`; written in hexadecimal, as the URL parser does, it is what it is. */
function parse(address: string): Address | undefined {
  if (isIP(address) === 4) return ipaddr.parse(address)
  const url = `http://[${address}]`
  if (isIP(address) === 0 || !URL.canParse(url)) return undefined
  return ipaddr.process(new URL(url).hostname.slice(1, -1))
}

/** IANA's special-purpose registries as ipaddr.js has them; of IPv6 nothing but 2000::/3 is given out (RFC 4291). */
const isGlobal = (address: Address): boolean =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || isIn(address, GIVEN_OUT))

const GIVEN_OUT: Network = ipaddr.parseCIDR('2000::/3')

const isIn = (address: Address, [base, bits]: Network): boolean =>
  address.kind() === base.kind() && address.match([base, bits] as never)
