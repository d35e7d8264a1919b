import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request, type Dispatcher } from 'undici'
import { untraced } from '../tracing.ts'
import { readBody } from './body.ts'
import { guardedConnector, type ConnectDeps } from './connect.ts'
import { parseDestination } from './destination.ts'
import { parseNetworks } from './networks.ts'
import { post, type Post, type Posted } from './post.ts'
import { OutboundRefusal, refusalOf } from './refusal.ts'
import { createResolve, type Resolve } from './resolve.ts'

export type Outbound = ReturnType<typeof createOutbound>

export type OutboundOptions = {
  /** Networks in CIDR form that may be reached though they are not public. */
  allowedPrivateNetworks: readonly string[]
  resolve?: Resolve
  tls?: ConnectDeps['tls']
  /** To one origin at a time: 4 unless said otherwise; null for as many as are asked for. */
  connections?: number | null
}

export type FetchOptions = {
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Of the answer, packed and unpacked. */
  maxBytes: number
  /** From the first look-up to the last byte. */
  totalMs: number
  /** The longest wait for the head of an answer. */
  headersMs?: number
  /** The longest silence inside an answer. */
  idleMs?: number
  /** Other statuses are refused as `http-status`. */
  expect?: readonly number[]
  signal?: AbortSignal
}

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  /** To be read once, or left by `discard`. */
  bytes: AsyncIterable<Uint8Array>
  discard(): void
}

const MOST_DESTINATIONS = 1_000
const USER_AGENT = 'yarmarka/1 (import)'
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * The one way from here to an address that a seller named: https or http, to a permitted address, within bounds of
 * time and size. No redirect is followed. Proxies of the environment are not used: behind one, nobody would know who is dialled.
 */
export function createOutbound({
  allowedPrivateNetworks,
  resolve,
  tls,
  connections = 4,
}: OutboundOptions) {
  const allowed = parseNetworks(allowedPrivateNetworks)
  const agent = new Agent({
    connect: guardedConnector({
      allowed,
      resolve: resolve ?? createResolve(),
      ...(tls ? { tls } : {}),
    }),
    connections,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 16_384,
  })

  /** @throws {OutboundRefusal}, `redirect` saying where to; or the reason of `signal` */
  async function fetchOutside(target: string, options: FetchOptions): Promise<Answer> {
    const deadline = AbortSignal.timeout(options.totalMs)
    const signal = AbortSignal.any([deadline, ...(options.signal ? [options.signal] : [])])
    try {
      const answer = expected(
        await send(parseDestination(target, allowed), options, signal),
        options,
      )
      return { ...answer, bytes: judged(answer.bytes) }
    } catch (error) {
      throw reasonOf(error)
    }

    async function* judged(bytes: AsyncIterable<Uint8Array>) {
      try {
        yield* bytes
      } catch (error) {
        throw reasonOf(error)
      }
    }

    function reasonOf(error: unknown): unknown {
      if (options.signal?.aborted) return options.signal.reason
      return deadline.aborted ? new OutboundRefusal('timeout') : refusalOf(error)
    }
  }

  async function send(
    url: URL,
    {
      method = 'GET',
      headers = {},
      body,
      maxBytes,
      headersMs = 30_000,
      idleMs = 30_000,
    }: FetchOptions,
    signal: AbortSignal,
  ): Promise<Answer> {
    // Traced, it would send our trace ids along and keep the seller's URL, tokens and all, in a span.
    const answer: Dispatcher.ResponseData = await untraced(() =>
      request(url, {
        dispatcher: agent,
        method,
        headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'gzip, identity', ...headers },
        ...(body === undefined ? {} : { body }),
        headersTimeout: headersMs,
        bodyTimeout: idleMs,
        signal,
      }),
    )
    const discard = () => void answer.body.on('error', () => {}).destroy()
    if (REDIRECTS.has(answer.statusCode)) {
      discard()
      throw new OutboundRefusal('redirect', leadsTo(answer.headers['location'], url))
    }
    const encoding = answer.headers['content-encoding']
    const contentEncoding = Array.isArray(encoding) ? encoding.join(',') : encoding
    if (Number(answer.headers['content-length'] ?? 0) > maxBytes && method !== 'HEAD') {
      discard()
      throw new OutboundRefusal('too-large')
    }
    return {
      status: answer.statusCode,
      headers: answer.headers,
      bytes: readBody(answer.body, { contentEncoding, maxBytes }),
      discard,
    }
  }

  /** @throws {OutboundRefusal} */
  const postOutside = async (target: string, message: Post): Promise<Posted> =>
    post(agent, destination(target), message)

  /** The same few addresses are posted to again and again. */
  const destinations = new Map<string, URL>()
  function destination(target: string): URL {
    const known = destinations.get(target)
    if (known) return known
    const parsed = parseDestination(target, allowed)
    if (destinations.size >= MOST_DESTINATIONS) destinations.clear()
    destinations.set(target, parsed)
    return parsed
  }

  return {
    fetchOutside,
    postOutside,
    close: () => agent.destroy(),
  }
}

/** Judges a URL before it is kept, as far as that is possible without asking DNS. @throws {OutboundRefusal} */
export const checkDestination = (url: string, allowedPrivateNetworks: readonly string[]): void =>
  void parseDestination(url, parseNetworks(allowedPrivateNetworks))

function expected(answer: Answer, { expect = [200] }: FetchOptions): Answer {
  if (expect.includes(answer.status)) return answer
  answer.discard()
  const retryAfterSeconds = Number(answer.headers['retry-after'])
  throw new OutboundRefusal('http-status', {
    status: answer.status,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}

/** Where to without the path, which may hold a secret; nothing when it is no address of the web. */
function leadsTo(location: string | string[] | undefined, from: URL): { redirectsTo?: string } {
  if (typeof location !== 'string' || !URL.canParse(location, from.href)) return {}
  const { protocol, origin } = new URL(location, from.href)
  return /^https?:$/.test(protocol) ? { redirectsTo: origin } : {}
}
