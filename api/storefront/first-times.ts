import { createHmac, randomBytes } from 'node:crypto'

const MOST = 1_000_000
/** One of four hundred pairs that are new is then taken for known. */
const BITS_EACH = 16
const PLACES = 4

/**
 * Tells whether a caller comes with a text for the first time, and remembers it until `most` other pairs came, or twice as
 * many. Neither is kept: two Bloom filters hold hashes, salted by what no other process knows and nothing outlives, in
 * memory that does not grow (4 MB). What it knows is never taken for new; seldom is what is new taken for known.
 */
export function firstTimes(most = MOST): (caller: string, text: string) => boolean {
  const salt = randomBytes(32)
  const bits = most * BITS_EACH
  let [younger, older] = [new Uint8Array(bits / 8), new Uint8Array(bits / 8)]
  let added = 0

  return (caller, text) => {
    const hash = createHmac('sha256', salt).update(`${caller} ${text}`).digest()
    const places = Array.from({ length: PLACES }, (_, n) => hash.readUInt32LE(n * 4) % bits)
    const isKnown = [younger, older].some((filter) =>
      places.every((place) => filter[place >> 3]! & (1 << (place & 7))),
    )
    if (isKnown) return false
    if (added === most) {
      ;[younger, older] = [older.fill(0), younger]
      added = 0
    }
    for (const place of places) younger[place >> 3]! |= 1 << (place & 7)
    added++
    return true
  }
}
