/** What a key permits. */
export const SCOPES = [
  'catalog:read',
  'imports:read',
  'imports:write',
  'feeds:read',
  'feeds:write',
  'orders:read',
  'orders:write',
  'deliveries:read',
  'deliveries:write',
  'webhooks:read',
  'webhooks:write',
  'keys:write',
  'checkouts:write',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** They belong to the marketplace's own keys, which have no seller: its shop window's, its operators'. */
export const MARKETPLACE_SCOPES = ['checkouts:write', 'admin'] as const satisfies Scope[]
export type MarketplaceScope = (typeof MARKETPLACE_SCOPES)[number]

export const isMarketplaceScope = (scope: Scope): scope is MarketplaceScope =>
  MARKETPLACE_SCOPES.some((one) => one === scope)

/** `mk_<environment>_<id>_<secret><checksum>`: the id finds the key, the checksum tells a typo from a wrong key. */
export type ApiKeyParts = { environment: string; id: string; secret: string }

export const ID_BYTES = 9
export const SECRET_BYTES = 24

/** Base62 digits that hold so many bytes: 72 bits of id, 192 bits of secret, 32 bits of CRC. */
const ID_LENGTH = 13
const SECRET_LENGTH = 33
const CHECKSUM_LENGTH = 6

const KEY = new RegExp(
  `^mk_([a-z]{1,16})_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
)

/** Makes a key of `ID_BYTES` and `SECRET_BYTES` random bytes. */
export function formatApiKey(environment: string, id: Uint8Array, secret: Uint8Array) {
  const parts: ApiKeyParts = {
    environment,
    id: base62(integerOf(id), ID_LENGTH),
    secret: base62(integerOf(secret), SECRET_LENGTH),
  }
  const body = bodyOf(parts)
  return { ...parts, key: body + checksum(body) }
}

/** Absent when the text is no key at all; whether the key exists is for the database to say. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, environment, id, secret, given] = KEY.exec(text) ?? []
  if (!environment || !id || !secret) return undefined
  const parts = { environment, id, secret }
  return checksum(bodyOf(parts)) === given ? parts : undefined
}

const bodyOf = ({ environment, id, secret }: ApiKeyParts) => `mk_${environment}_${id}_${secret}`

const checksum = (body: string) => base62(BigInt(crc32(body)), CHECKSUM_LENGTH)

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function base62(value: bigint, length: number): string {
  let digits = ''
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = DIGITS.charAt(Number(rest % 62n)) + digits
  return digits
}

const integerOf = (bytes: Uint8Array) =>
  bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)

/** CRC-32 of ISO 3309, bit by bit: keys are short. */
function crc32(ascii: string): number {
  let crc = ~0
  for (let at = 0; at < ascii.length; at++) {
    crc ^= ascii.charCodeAt(at)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
