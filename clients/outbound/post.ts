import { request, type Dispatcher } from 'undici'
import { untraced } from '../tracing.ts'
import { OutboundRefusal, refusalOf } from './refusal.ts'

export type Post = {
  headers: Record<string, string>
  body: string
  /** From the look-up of the name to the last byte of the answer. */
  totalMs: number
  /** So much of the answer is read; then the connection is closed. */
  keepBytes: number
  /** Cuts it short. */
  signal?: AbortSignal
}

export type Posted = {
  status: number
  retryAfter: string | undefined
  /** The beginning of the answer, as it came: nothing is unpacked. */
  answer: Buffer
}

/**
 * Sends once and follows nothing. An answer whose head came in time counts, even if its body never ends.
 * @throws {OutboundRefusal}, or the reason of `signal`
 */
export async function post(
  dispatcher: Dispatcher,
  url: URL,
  { headers, body, totalMs, keepBytes, signal }: Post,
): Promise<Posted> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new OutboundRefusal('timeout')), totalMs)
  const cut = () => deadline.abort(signal?.reason)
  if (signal?.aborted) cut()
  signal?.addEventListener('abort', cut, { once: true })
  try {
    const answer = await untraced(() =>
      request(url, {
        dispatcher,
        method: 'POST',
        headers,
        body,
        headersTimeout: totalMs,
        bodyTimeout: totalMs,
        signal: deadline.signal,
      }),
    )
    const retryAfter = answer.headers['retry-after']
    return {
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      answer: await beginningOf(answer.body, keepBytes),
    }
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : refusalOf(error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cut)
  }
}

async function beginningOf(
  body: Dispatcher.ResponseData['body'],
  keepBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  body.on('error', () => {})
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= keepBytes) break
    }
  } catch {
    // It broke off, or its time was over: what came is what there is.
  }
  return Buffer.concat(chunks).subarray(0, keepBytes)
}
