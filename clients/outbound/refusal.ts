/**
 * Why nothing was fetched.
 * - `invalid-url`: no address of the web, or one with a name and a password in it
 * - `blocked-address`: it leads where no request of a seller's may go
 * - `blocked-port`
 * - `redirect`: what is wanted has moved; no redirect is followed
 * - `dns`, `connect`, `tls`, `timeout`, `interrupted`: the other side, or the way to it
 * - `malformed-answer`, `too-large`, `http-status`: what came back
 */
export type RefusalCode =
  | 'invalid-url'
  | 'blocked-address'
  | 'blocked-port'
  | 'redirect'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'interrupted'
  | 'malformed-answer'
  | 'too-large'
  | 'http-status'

export type RefusalDetails = {
  status?: number
  /** Of `Retry-After`, in seconds. */
  retryAfterSeconds?: number
  /** Of a redirect: the origin that it leads to, `https://cdn.example`. */
  redirectsTo?: string
  /** The system's or the library's own code, for whoever operates this: `ECONNREFUSED`. */
  reason?: string
}

/**
 * Safe to show to a seller and to keep in a history: it names neither an address nor a URL, but for the origin that the
 * seller's own site redirects to.
 */
export class OutboundRefusal extends Error {
  override name = 'OutboundRefusal'
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code)
    this.code = code
    this.details = details
  }

  /** Whether the same request may well succeed a little later. */
  get isTransient(): boolean {
    const { status } = this.details
    if (status !== undefined) return status >= 500 || status === 429 || status === 408
    return TRANSIENT.has(this.code)
  }
}

const TRANSIENT = new Set<RefusalCode>(['dns', 'connect', 'timeout', 'interrupted'])

/** What a failure of the network, of TLS or of the HTTP library means; the rest is passed on as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof OutboundRefusal) return error
  const reason = codeOf(error)
  if (reason === undefined) return error
  const found = MEANINGS.find(([pattern]) => pattern.test(reason))
  return found ? new OutboundRefusal(found[1], { reason }) : error
}

const MEANINGS: [RegExp, RefusalCode][] = [
  [/^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/, 'timeout'],
  [/^ERR_TLS_|^ERR_SSL_|CERT|^UNABLE_TO_|^EPROTO$|^HOSTNAME_MISMATCH$|^CRL_/, 'tls'],
  [/^HPE_|^UND_ERR_(HEADERS_OVERFLOW|RES_|RESPONSE)|^Z_|^ERR_PADDING/, 'malformed-answer'],
  [/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|ACCES|INVAL|HOSTDOWN)$/, 'connect'],
  [/^ECONNRESET$|^EPIPE$|^ECONNABORTED$|^UND_ERR_SOCKET$|^ERR_STREAM_PREMATURE/, 'interrupted'],
]

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : undefined
}
