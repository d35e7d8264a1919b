import { createHash } from 'node:crypto'

/** A number in [0, 1) that is always the same for the same parts. */
export function fraction(...parts: (string | number)[]): number {
  return digest(parts).readUInt32BE(0) / 2 ** 32
}

/** One of `choices`, always the same for the same parts. */
export function pick<T>(choices: readonly T[], ...parts: (string | number)[]): T {
  return choices[Math.floor(fraction(...parts) * choices.length)]!
}

/** A whole number from `from` to `to`, both included. */
export function between(from: number, to: number, ...parts: (string | number)[]): number {
  return from + Math.floor(fraction(...parts) * (to - from + 1))
}

/** A UUID of version 4 that is always the same for the same parts. */
export function uuidOf(...parts: (string | number)[]): string {
  const bytes = digest(parts).subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, part) => hex.slice([0, 8, 12, 16, 20][part], end)).join('-')
}

/** 22 letters that are safe in an address, always the same for the same parts. */
export function slugOf(...parts: (string | number)[]): string {
  return digest(parts).subarray(0, 16).toString('base64url')
}

function digest(parts: (string | number)[]): Buffer {
  return createHash('sha1').update(parts.join('\u0000')).digest()
}
