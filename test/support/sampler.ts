/** Draws from what it is given; the same seed draws the same. */
export type Sampler = {
  /** A whole number from 0, below `below`. */
  number(below: number): number
  one<T>(from: readonly T[]): T
  /** So many different ones at most. */
  some<T>(from: readonly T[], most: number): T[]
  chance(probability: number): boolean
}

/** Mulberry32. */
export function sampler(seed: number): Sampler {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const number = (below: number) => Math.floor(next() * below)
  const one = <T>(from: readonly T[]) => from[number(from.length)]!
  return {
    number,
    one,
    some: (from, most) => [...new Set(Array.from({ length: 1 + number(most) }, () => one(from)))],
    chance: (probability) => next() < probability,
  }
}
