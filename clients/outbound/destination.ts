import { isIP } from 'node:net'
import { isPermitted, type Network } from './networks.ts'
import { OutboundRefusal } from './refusal.ts'

/**
 * A URL that a seller gave, as far as it can be judged without asking DNS. The URL parser has by then
 * made one form of decimal, octal, hexadecimal and full-width addresses.
 * @throws {OutboundRefusal} `invalid-url`, `blocked-address`, `blocked-port`
 */
export function parseDestination(text: string, allowed: readonly Network[]): URL {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) throw new OutboundRefusal('invalid-url')
  const url = new URL(text)
  url.hash = ''
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new OutboundRefusal('invalid-url')
  if (url.username || url.password) throw new OutboundRefusal('invalid-url')
  if (!isPermittedPort(url.port)) throw new OutboundRefusal('blocked-port')
  const host = hostOf(url)
  const isFine =
    isIP(host) === 0 ? allowed.length > 0 || isPublicName(host) : isPermitted(host, allowed)
  if (!isFine) throw new OutboundRefusal('blocked-address')
  return url
}

/** Without brackets and without the dot of the root. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string =>
  hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

const MAX_URL_LENGTH = 2048

/** The web's own two ports, and those that any user may open; never those of mail, of files or of remote shells. */
const isPermittedPort = (port: string): boolean =>
  port === '' ||
  port === '80' ||
  port === '443' ||
  (Number(port) >= 1024 && !OTHERS_PORTS.has(Number(port)))

/** Above 1023, where something else than the web listens: what browsers refuse (WHATWG Fetch, «bad port»), and stores. */
const OTHERS_PORTS = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668],
  ...[6669, 6679, 6697, 10080],
  ...[1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 6379, 7233, 9042, 9092],
  ...[9200, 9300, 10250, 11211, 27017],
])

/** Names that never mean a public host (RFC 6761, 6762, 8375, ICANN's `.internal`, Kubernetes). Addresses decide anyway. */
const isPublicName = (name: string): boolean =>
  name.includes('.') &&
  !/\.(local|localhost|localdomain|internal|intranet|lan|home|corp|svc|test|invalid|onion|home\.arpa)$/i.test(
    name,
  )
