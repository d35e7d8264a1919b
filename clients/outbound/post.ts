import type { Dispatcher } from 'undici'
import { untraced } from '../tracing.ts'
import { OutboundRefusal, refusalOf } from './refusal.ts'

export type Post = {
  headers: Record<string, string>
  body: string
  /** From the look-up of the name to the last byte of the answer. */
  totalMs: number
  /** So much of the answer is read; then the connection is closed. */
  keepBytes: number
}

export type Posted = {
  status: number
  retryAfter: string | undefined
  /** The beginning of the answer, as it came: nothing is unpacked. */
  answer: Buffer
}

/**
 * Sends once and follows nothing. An answer whose head came in time counts, even if its body never ends. It is received
 * without a stream of Node's, which would cost more than the rest of the request.
 * @throws {OutboundRefusal}
 */
export const post = (
  dispatcher: Dispatcher,
  { origin, pathname, search }: URL,
  { headers, body, totalMs, keepBytes }: Post,
): Promise<Posted> =>
  new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let head: Pick<Posted, 'status' | 'retryAfter'> | undefined
    let isOver = false
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => {
      end(new OutboundRefusal('timeout'))
      close()
    }, totalMs)

    /** `failure` counts while there is no head. */
    function end(failure?: unknown): void {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      if (head) resolve({ ...head, answer: Buffer.concat(chunks).subarray(0, keepBytes) })
      else reject(failure instanceof Error ? failure : new OutboundRefusal('interrupted'))
    }

    const close = () => controller?.abort(new OutboundRefusal('interrupted'))

    untraced(() =>
      dispatcher.dispatch(
        {
          ...{ origin, path: pathname + search, method: 'POST', headers, body },
          ...{ headersTimeout: totalMs, bodyTimeout: totalMs },
        },
        {
          onRequestStart(started) {
            controller = started
            // Its time was over before there was a connection.
            if (isOver) close()
          },
          onResponseStart(_controller, status, { 'retry-after': retryAfter }) {
            if (status < 200) return
            head = { status, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }
          },
          onResponseData(_controller, chunk) {
            if (isOver) return close()
            chunks.push(chunk)
            length += chunk.length
            if (length < keepBytes) return
            end()
            close()
          },
          onResponseEnd: () => end(),
          onResponseError: (_controller, error) => end(refusalOf(error)),
        },
      ),
    )
  })
