import { headerKey } from './header-text.ts'

/** The same for the same headers in whatever order and case. */
export function fingerprintOf(headers: readonly string[]): string {
  return hash(
    headers
      .map(headerKey)
      .filter((text) => text !== '')
      .sort()
      .join('\n'),
  )
}

/** Sixteen hexadecimal digits that differ where texts do: not against an enemy, only against chance (two FNV-1a of 32 bits). */
export function hash(text: string): string {
  let [first, second] = [0x811c9dc5, 0xc9dc5118]
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second ^ (code + at), 0x01000193)
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
