export type Peeked = {
  head: Uint8Array
  /** Nothing comes after `head`. */
  isWhole: boolean
  /** Everything, `head` included; to be read once. */
  bytes: AsyncIterable<Uint8Array>
}

/** Looks at the first `size` bytes, or at all there are. */
export async function peek(source: AsyncIterable<Uint8Array>, size: number): Promise<Peeked> {
  const chunks = source[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  let isWhole = false
  while (length < size && !isWhole) {
    const { done, value } = await chunks.next()
    if (done) isWhole = true
    else {
      seen.push(value)
      length += value.length
    }
  }
  async function* bytes() {
    try {
      yield* seen
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  }
  return { head: Buffer.concat(seen), isWhole, bytes: bytes() }
}
