import { checkUtf8, encodingOf, type Encoding } from './encoding.ts'
import type { FileProblem } from './file-problem.ts'

export type DetectedEncoding = {
  encoding: Encoding
  /** The label in the XML declaration, as written, even where the bytes refute it. */
  declaredEncoding?: string
}

/**
 * What the bytes say: byte order mark, then the XML declaration, then strict UTF-8, then windows-1251. The declaration is
 * overruled where the bytes refute it: UTF-8 that is declared as a single-byte encoding, windows-1251 that is declared as
 * UTF-8, single bytes that are declared as UTF-16. UTF-8 that breaks after it was once plainly UTF-8 is refused.
 */
export function detectEncoding(
  head: Uint8Array,
  isWhole: boolean,
): DetectedEncoding | { problem: FileProblem } {
  if (startsWith(head, [0xff, 0xfe])) return { encoding: 'utf-16le' }
  if (startsWith(head, [0xfe, 0xff])) return { encoding: 'utf-16be' }
  const hasMark = startsWith(head, [0xef, 0xbb, 0xbf])
  if (!hasMark && head[1] === 0 && head[0] !== 0) return { encoding: 'utf-16le' }
  if (!hasMark && head[0] === 0 && head[1] !== 0) return { encoding: 'utf-16be' }

  const label = declaredEncoding(head)
  const declared = label === undefined ? undefined : encodingOf(label)
  const utf8 = checkUtf8(head)
  const isUtf8 = utf8.verdict === 'whole' || (utf8.verdict === 'cut' && !isWhole)
  const said = label === undefined ? {} : { declaredEncoding: label }

  if (hasMark) {
    return isUtf8 ? { encoding: 'utf-8', ...said } : broken(utf8.end)
  }
  if (label !== undefined && declared === undefined) {
    return { problem: { code: 'unsupported-encoding', params: { encoding: label } } }
  }
  if (declared === undefined || declared.startsWith('utf-')) {
    if (isUtf8) return { encoding: 'utf-8', ...said }
    return utf8.multibyte === 0 ? { encoding: 'windows-1251', ...said } : broken(utf8.end)
  }
  if (isUtf8 && utf8.multibyte >= PLAINLY_UTF8) return { encoding: 'utf-8', ...said }
  return { encoding: declared, ...said }
}

/** So many valid sequences and no invalid one do not happen by chance in a text of a single-byte encoding. */
const PLAINLY_UTF8 = 4

function broken(offset: number): { problem: FileProblem } {
  return { problem: { code: 'invalid-encoding', params: { encoding: 'utf-8', offset } } }
}

/** The XML declaration is ASCII in every encoding that comes this far. */
function declaredEncoding(head: Uint8Array): string | undefined {
  const start = new TextDecoder('windows-1252').decode(head.subarray(0, 1_024))
  return DECLARATION.exec(start)?.[2]
}

const DECLARATION = /^(?:\u00ef\u00bb\u00bf|\s)*<\?xml\s[^>]*?encoding\s*=\s*(["'])([^"'<>]*)\1/

export function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, at) => bytes[at] === byte)
}
