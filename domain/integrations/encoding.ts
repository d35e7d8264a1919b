/** The encodings that files come in; the names are labels of the WHATWG Encoding Standard. */
export type Encoding =
  | 'utf-8'
  | 'windows-1251'
  | 'windows-1252'
  | 'koi8-r'
  | 'ibm866'
  | 'iso-8859-5'
  | 'utf-16le'
  | 'utf-16be'

/** The encoding that a declaration names, by the labels met in the wild; undefined when it is none of ours. */
export function encodingOf(label: string): Encoding | undefined {
  return LABELS.get(label.trim().toLowerCase())
}

const LABELS = new Map<string, Encoding>([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['windows-1251', 'windows-1251'],
  ['cp1251', 'windows-1251'],
  ['cp-1251', 'windows-1251'],
  ['win-1251', 'windows-1251'],
  ['win1251', 'windows-1251'],
  ['windows1251', 'windows-1251'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['us-ascii', 'windows-1252'],
  ['ascii', 'windows-1252'],
  ['koi8-r', 'koi8-r'],
  ['ibm866', 'ibm866'],
  ['cp866', 'ibm866'],
  ['iso-8859-5', 'iso-8859-5'],
  ['utf-16', 'utf-16le'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
])

export type Utf8Check = {
  /** Characters of more than one byte before `end`. */
  multibyte: number
  /** Where the check stopped: the length, the start of a character that is cut off, or the first impossible byte. */
  end: number
  verdict: 'whole' | 'cut' | 'invalid'
}

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF. */
export function checkUtf8(bytes: Uint8Array): Utf8Check {
  let multibyte = 0
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at]!
    if (lead < 0x80) {
      at += 1
      continue
    }
    const length = utf8Length(lead)
    if (length === 0) return { multibyte, end: at, verdict: 'invalid' }
    for (let next = 1; next < length; next += 1) {
      const byte = bytes[at + next]
      if (byte === undefined) return { multibyte, end: at, verdict: 'cut' }
      const [least, most] = next === 1 ? secondByte(lead) : CONTINUATION
      if (byte < least || byte > most) return { multibyte, end: at, verdict: 'invalid' }
    }
    multibyte += 1
    at += length
  }
  return { multibyte, end: at, verdict: 'whole' }
}

/** How many bytes the character has that begins with `lead`; 0 when none begins so. */
export function utf8Length(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xc2) return 0
  if (lead < 0xe0) return 2
  if (lead < 0xf0) return 3
  return lead < 0xf5 ? 4 : 0
}

const CONTINUATION = [0x80, 0xbf] as const

function secondByte(lead: number): readonly [least: number, most: number] {
  if (lead === 0xe0) return [0xa0, 0xbf]
  if (lead === 0xed) return [0x80, 0x9f]
  if (lead === 0xf0) return [0x90, 0xbf]
  if (lead === 0xf4) return [0x80, 0x8f]
  return CONTINUATION
}
