/** Where a page ended: the values of its last row that the order is made of. */
export type Position = readonly (string | number)[]

/**
 * A position as an opaque text, bound to what was asked: the same cursor under another sort or filter is refused, and
 * so is one that was made up. No secret is kept, and none is needed: a position only says where to read on.
 */
export const encodeCursor = (question: string, position: Position): string => {
  const text = JSON.stringify(position)
  return toBase64Url(`${checksum(question, text)}${text}`)
}

/** `undefined` when the cursor is not one of this question. */
export function decodeCursor(question: string, cursor: string): Position | undefined {
  const plain = fromBase64Url(cursor)
  const sum = plain?.slice(0, CHECKSUM_LENGTH)
  const text = plain?.slice(CHECKSUM_LENGTH)
  return text && sum === checksum(question, text) ? (JSON.parse(text) as Position) : undefined
}

const CHECKSUM_LENGTH = 7

/** FNV-1a, 32 bits: against mistakes, not against malice. */
function checksum(question: string, text: string): string {
  let hash = 0x811c9dc5
  for (const character of `${question}\n${text}`)
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  return (hash >>> 0).toString(36).padStart(CHECKSUM_LENGTH, '0')
}

/** Positions hold digits and ASCII ids only, so a byte per character is enough. */
const toBase64Url = (text: string) =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

function fromBase64Url(text: string): string | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}
