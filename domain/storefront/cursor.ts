import { checksum, CHECKSUM_LENGTH } from './checksum.ts'

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
  if (!text || sum !== checksum(question, text)) return undefined
  try {
    return JSON.parse(text) as Position
  } catch {
    return undefined
  }
}

function toBase64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): string | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return utf8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  } catch {
    return undefined
  }
}
