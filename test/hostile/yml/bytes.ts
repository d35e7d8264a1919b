import iconv from 'iconv-lite'

const CHUNK = 65_536

/** A text in an encoding, in chunks as a stream would bring them. */
export function* encoded(text: string, encoding = 'utf-8'): Generator<Uint8Array> {
  const bytes = iconv.encode(text, encoding)
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK)
}

/** `before`, then `part` until so many bytes are reached, then `after`; never as a whole in memory. */
export function* flood(
  before: string,
  part: string,
  megabytes: number,
  after = '',
): Generator<Uint8Array> {
  yield Buffer.from(before)
  const chunk = Buffer.from(part.repeat(Math.ceil(CHUNK / Buffer.byteLength(part))))
  const times = Math.ceil((megabytes * 1_048_576) / chunk.length)
  for (let count = 0; count < times; count += 1) yield chunk
  yield Buffer.from(after)
}

/** Like `flood` with parts that count from 1. */
export function* numbered(
  before: string,
  part: (number: number) => string,
  count: number,
  after: string,
): Generator<Uint8Array> {
  let text = before
  for (let number = 1; number <= count; number += 1) {
    text += part(number)
    if (text.length < CHUNK) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text + after)
}
