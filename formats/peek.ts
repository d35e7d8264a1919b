import { PEEK_BYTES } from '../domain/integrations/sniff.ts'

export type Peeked = {
  /** The first bytes, as many as `sniff` looks at. */
  head: Uint8Array
  isWhole: boolean
  /** The whole stream again, head included; to be iterated once. */
  bytes: AsyncIterable<Uint8Array>
  /** For when the rest is not wanted. */
  close(): Promise<void>
}

/** Reads the beginning of a stream for `sniff` and gives the stream back as it was. */
export async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const rest = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  let isWhole = false
  while (length <= PEEK_BYTES && !isWhole) {
    const next = await rest.next()
    isWhole = next.done === true
    if (next.done) break
    chunks.push(next.value)
    length += next.value.length
  }
  const close = async () => {
    await rest.return?.()
  }
  async function* bytes() {
    try {
      yield* chunks
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
    } finally {
      await close()
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, PEEK_BYTES), isWhole, bytes: bytes(), close }
}
