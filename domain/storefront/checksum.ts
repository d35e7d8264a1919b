export const CHECKSUM_LENGTH = 7

/** FNV-1a, 32 bits, in letters and digits: against mistakes, not against malice. */
export function checksum(...texts: readonly string[]): string {
  let hash = 0x811c9dc5
  for (const character of texts.join('\n'))
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  return (hash >>> 0).toString(36).padStart(CHECKSUM_LENGTH, '0')
}
