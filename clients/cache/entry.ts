import { ENCODINGS, type Encoding, type Representations } from './representations.ts'

/** What is kept of an answer: its bytes in every encoding behind a header. Instants are in ms since 1970. */
export type Entry = {
  etag: string
  madeAt: number
  /** One caller may make it anew from here on … */
  refreshAt: number
  /** … from here on it is not as good as new … */
  softAt: number
  /** … and from here on it is only better than an error. */
  hardAt: number
  bodies: Record<Encoding, Buffer>
  /** Of all of it, in bytes. */
  size: number
}

export type EntryTimes = Pick<Entry, 'madeAt' | 'refreshAt' | 'softAt' | 'hardAt'>

/** Another layout gets another number: what older processes wrote is then no entry. */
const FORMAT = 1
export const ETAG_LENGTH = 22
const TIMES = ['madeAt', 'refreshAt', 'softAt', 'hardAt'] as const
const TIMES_AT = 1 + ETAG_LENGTH
const LENGTHS_AT = TIMES_AT + TIMES.length * 8
const HEADER_LENGTH = LENGTHS_AT + ENCODINGS.length * 4

/** Format, etag, four instants and the length of each body; then the bodies, in the order of {@link ENCODINGS}. */
export function encodeEntry(made: Representations, times: EntryTimes): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt8(FORMAT, 0)
  header.write(made.etag, 1, ETAG_LENGTH, 'latin1')
  for (const [i, name] of TIMES.entries()) header.writeDoubleBE(times[name], TIMES_AT + i * 8)
  for (const [i, name] of ENCODINGS.entries())
    header.writeUInt32BE(made[name].length, LENGTHS_AT + i * 4)
  return Buffer.concat([header, ...ENCODINGS.map((name) => made[name])])
}

/**
 * Views into memory of the entry's own: a reply of Redis is a slice of whatever came with it, which would be kept with it.
 * `undefined` when it is not an entry of this format.
 */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  if (bytes.length < HEADER_LENGTH || bytes[0] !== FORMAT) return undefined
  const own = Buffer.allocUnsafeSlow(bytes.length)
  own.set(bytes)
  const [madeAt, refreshAt, softAt, hardAt] = TIMES.map((_, i) =>
    own.readDoubleBE(TIMES_AT + i * 8),
  )
  const bodies: Partial<Record<Encoding, Buffer>> = {}
  let at = HEADER_LENGTH
  for (const [i, name] of ENCODINGS.entries()) {
    const end = at + own.readUInt32BE(LENGTHS_AT + i * 4)
    bodies[name] = own.subarray(at, end)
    at = end
  }
  if (at !== own.length) return undefined
  return {
    etag: own.toString('latin1', 1, TIMES_AT),
    ...{ madeAt: madeAt!, refreshAt: refreshAt!, softAt: softAt!, hardAt: hardAt! },
    bodies: bodies as Record<Encoding, Buffer>,
    size: own.length,
  }
}
