import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import type { Deadline } from './deadline.ts'
import { Unanswered } from './unanswered.ts'

export type Ask = {
  method: 'GET' | 'POST' | 'DELETE'
  url: URL
  headers?: Record<string, string>
  body?: string
  /** Of the answer, packed and unpacked. */
  maxBytes?: number
}
export type Told = { status: number; headers: Record<string, string>; bytes: Buffer }

/** Sends once and follows nothing. @throws {Unanswered} for anything but a whole answer */
export type Wire = (ask: Ask, deadline: Deadline) => Promise<Told>

const MAX_BYTES = 2 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 5_000

/** Connections to the carriers; one for a process is enough. */
export const createDispatcher = (): Dispatcher =>
  new Agent({
    connections: 64,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 16_384,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })

export const createWire =
  (dispatcher: Dispatcher): Wire =>
  async (ask, deadline) => {
    const told = await exchange(dispatcher, ask, deadline)
    return { ...told, bytes: await unpacked(told, ask.maxBytes ?? MAX_BYTES) }
  }

/**
 * What was refused a connection never arrived; from the moment that a request is written, it may have. Received without a
 * stream of Node's, so that the moment is known.
 */
const exchange = (
  dispatcher: Dispatcher,
  { method, url, headers = {}, body, maxBytes = MAX_BYTES }: Ask,
  { leftMs, signal }: Deadline,
): Promise<Told> =>
  new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let head: Pick<Told, 'status' | 'headers'> | undefined
    let isOver = false
    const chunks: Buffer[] = []
    let length = 0

    const stop = (code: 'timeout' | 'aborted' | 'too-large') => () =>
      fail(new Unanswered({ code, mayHaveArrived: controller !== undefined }))
    const totalMs = leftMs()
    const timer = setTimeout(stop('timeout'), totalMs)
    const abort = stop('aborted')
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    // A timer of no time at all fires only after what is due before it, a connection that is open included.
    else if (totalMs <= 0) stop('timeout')()

    function end(): boolean {
      if (isOver) return false
      isOver = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      return true
    }
    function fail(failure: Unanswered): void {
      if (!end()) return
      reject(failure)
      controller?.abort(failure)
    }

    if (isOver) return
    dispatcher.dispatch(
      {
        ...{ origin: url.origin, path: url.pathname + url.search, method },
        headers: { 'user-agent': 'yarmarka/1', 'accept-encoding': 'gzip, identity', ...headers },
        body: body ?? null,
        ...{ headersTimeout: totalMs + 1_000, bodyTimeout: totalMs + 1_000 },
      },
      {
        onRequestStart(started) {
          if (isOver)
            return started.abort(new Unanswered({ code: 'timeout', mayHaveArrived: false }))
          controller = started
        },
        onResponseStart(_controller, status, received) {
          if (status >= 200) head = { status, headers: firstOf(received) }
        },
        onResponseData(_controller, chunk) {
          if (isOver) return
          chunks.push(chunk)
          length += chunk.length
          if (length > maxBytes) stop('too-large')()
        },
        onResponseEnd() {
          if (end()) resolve({ ...head!, bytes: Buffer.concat(chunks) })
        },
        onResponseError: (_controller, error) => fail(failureOf(error, controller !== undefined)),
      },
    )
  })

const firstOf = (headers: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      (Array.isArray(value) ? value[0] : value) ?? '',
    ]),
  )

function failureOf(error: Error, mayHaveArrived: boolean): Unanswered {
  const reason = (error as NodeJS.ErrnoException).code ?? error.name
  if (!mayHaveArrived)
    return new Unanswered({ code: 'unreachable', mayHaveArrived, detail: reason }, { cause: error })
  const code = /^HPE_|^UND_ERR_(HEADERS_OVERFLOW|RES)/.test(reason)
    ? 'malformed'
    : /TIMEOUT/.test(reason)
      ? 'timeout'
      : 'interrupted'
  return new Unanswered({ code, mayHaveArrived, detail: reason }, { cause: error })
}

const unzip = promisify(gunzip)

async function unpacked({ headers, bytes }: Told, maxBytes: number): Promise<Buffer> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (encoding === 'identity' || encoding === 'none') return bytes
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error(encoding)
    return await unzip(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    const code = isLarge ? 'too-large' : 'malformed'
    throw new Unanswered({ code, mayHaveArrived: true, detail: 'content-encoding' }, { cause })
  }
}
