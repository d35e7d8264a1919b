import { TextDecoder } from 'node:util'

import { checkUtf8, utf8Length, type Encoding } from '../domain/integrations/encoding.ts'
import { MalformedFile } from './format.ts'

export type Decoded = {
  text: string
  /** Bytes taken from the source so far. */
  bytesRead: number
  /** What the bytes turned out to be so far. */
  encoding: Encoding
}

/**
 * Strictly decodes a stream in pieces of at most 64 kB, whatever the chunks are.
 *
 * `utf-8` is checked on the way. At the first impossible byte: when every byte before was ASCII, the declaration was a
 * lie and the rest is windows-1251, which is what a mislabelled Russian file always is; when characters of more than one
 * byte came before, the file mixes encodings or is damaged, and `invalid-encoding` names the offset. Nothing is ever
 * replaced by U+FFFD, and what comes before an impossible byte is given before it is refused.
 */
export async function* decode(
  source: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Decoded> {
  const decoder = new StrictDecoder(encoding)
  let bytesRead = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES)
      bytesRead += piece.length
      yield { text: decoder.decode(piece, false), bytesRead, encoding: decoder.encoding }
      decoder.refuseBroken()
    }
  }
  const text = decoder.decode(new Uint8Array(0), true)
  if (text !== '') yield { text, bytesRead, encoding: decoder.encoding }
  decoder.refuseBroken()
}

/** Small enough to stop soon after a limit is passed, large enough for the decoder to be at its best. */
const PIECE_BYTES = 65_536

class StrictDecoder {
  encoding: Encoding
  #decoder: TextDecoder
  #carried: Uint8Array = new Uint8Array(0)
  /** Bytes decoded before what is carried. */
  #offset = 0
  #sawMultibyte = false
  #brokenAt: number | undefined

  constructor(encoding: Encoding) {
    this.encoding = encoding
    this.#decoder = decoderOf(encoding)
  }

  decode(bytes: Uint8Array, isLast: boolean): string {
    const joined = this.#carried.length === 0 ? bytes : Buffer.concat([this.#carried, bytes])
    const end = isLast ? joined.length : wholeCharacters(joined, this.encoding)
    const text = this.#decodeWhole(joined.subarray(0, end))
    this.#carried = new Uint8Array(joined.subarray(end))
    this.#offset += end
    return text
  }

  refuseBroken(): void {
    if (this.#brokenAt === undefined) return
    const params = { encoding: this.encoding, offset: this.#brokenAt }
    throw new MalformedFile({ code: 'invalid-encoding', params })
  }

  #decodeWhole(bytes: Uint8Array): string {
    let text: string
    try {
      text = this.#decoder.decode(bytes)
    } catch {
      return this.#decodeOtherwise(bytes)
    }
    if (text.length !== bytes.length) this.#sawMultibyte = true
    return text
  }

  #decodeOtherwise(bytes: Uint8Array): string {
    const isUtf8 = this.encoding === 'utf-8'
    const { end, multibyte } = isUtf8
      ? checkUtf8(bytes)
      : { end: loneSurrogate(bytes, this.encoding), multibyte: 0 }
    if (!isUtf8 || this.#sawMultibyte || multibyte > 0) {
      this.#brokenAt = this.#offset + end
      return this.#decoder.decode(bytes.subarray(0, end))
    }
    this.encoding = 'windows-1251'
    this.#decoder = decoderOf(this.encoding)
    return this.#decoder.decode(bytes)
  }
}

/** Byte order marks are kept as U+FEFF: pieces begin anywhere, so only the reader knows where a file begins. */
function decoderOf(encoding: Encoding): TextDecoder {
  return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
}

/** How many of the bytes are whole characters; at most three at the end are not. */
function wholeCharacters(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const even = bytes.length - (bytes.length % 2)
    return even >= 2 && isHighSurrogate(unitAt(bytes, even - 2, encoding)) ? even - 2 : even
  }
  if (encoding !== 'utf-8') return bytes.length
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!
    if (byte >= 0xc0) return utf8Length(byte) > back ? bytes.length - back : bytes.length
    if (byte < 0x80) break
  }
  return bytes.length
}

function loneSurrogate(bytes: Uint8Array, encoding: Encoding): number {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = unitAt(bytes, at, encoding)
    if (isLowSurrogate(unit)) return at
    if (!isHighSurrogate(unit)) continue
    if (at + 3 >= bytes.length || !isLowSurrogate(unitAt(bytes, at + 2, encoding))) return at
    at += 2
  }
  return bytes.length - (bytes.length % 2)
}

function unitAt(bytes: Uint8Array, at: number, encoding: Encoding): number {
  const [first, second] = [bytes[at]!, bytes[at + 1]!]
  return encoding === 'utf-16le' ? first | (second << 8) : (first << 8) | second
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
