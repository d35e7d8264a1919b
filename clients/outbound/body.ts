import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { OutboundRefusal, refusalOf } from './refusal.ts'

export type BodyOptions = { contentEncoding: string | undefined; maxBytes: number }

/**
 * The bytes of an answer, unpacked. Both what travels and what comes out of it are counted, so that neither a long answer
 * nor a short one that swells goes beyond `maxBytes`.
 * @throws {OutboundRefusal}
 */
export async function* readBody(
  body: Readable,
  { contentEncoding = 'identity', maxBytes }: BodyOptions,
): AsyncGenerator<Uint8Array> {
  const bytes = decoded(body, contentEncoding.trim().toLowerCase(), maxBytes)
  try {
    yield* counted(bytes, maxBytes)
  } catch (error) {
    throw refusalOf(error)
  } finally {
    body.destroy()
  }
}

function decoded(
  body: Readable,
  encoding: string,
  maxBytes: number,
): AsyncIterable<Uint8Array> | Readable {
  switch (encoding) {
    case '':
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
      return pipeline(
        body,
        (packed: AsyncIterable<Uint8Array>) => counted(packed, maxBytes),
        createGunzip(),
        () => {},
      )
    default:
      throw new OutboundRefusal('malformed-answer', { reason: 'content-encoding' })
  }
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > maxBytes) throw new OutboundRefusal('too-large')
    yield chunk
  }
}
