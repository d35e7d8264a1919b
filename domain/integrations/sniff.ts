import { detectEncoding, startsWith, type DetectedEncoding } from './detect-encoding.ts'
import { looksLikeTable } from './table/looks-like-table.ts'
import type { FileProblem, FileProblemCode, FileProblemParams } from './file-problem.ts'
import { placeOf, readProlog } from './xml-prolog.ts'

/** How much of a file is looked at: its first element must begin within. */
export const PEEK_BYTES = 65_536

/** What can be read; each is a format of that name. */
export type SniffedFormat = 'yml' | 'csv' | 'xlsx' | 'xls'

export type Sniffed =
  ({ ok: true; format: SniffedFormat } & DetectedEncoding) | { ok: false; problem: FileProblem }

/**
 * Tells by the first bytes alone, never by a name or a content type, what a file is and how it is encoded. `isWhole` says
 * that there is nothing after `head`.
 */
export function sniff(head: Uint8Array, isWhole: boolean): Sniffed {
  if (head.length === 0) return refuse('empty-file')
  const bytes = head.subarray(0, PEEK_BYTES)
  const whole = isWhole && bytes.length === head.length

  const container = CONTAINERS.find(({ magic }) => startsWith(bytes, magic))
  if (container !== undefined) {
    const name = container.name(bytes)
    if (name === 'XLSX' || (name === 'ZIP' && !whole)) return known('xlsx')
    if (name === 'XLSB' || name === 'XLS') return known('xls')
    return unsupported(name)
  }
  if (UTF_32.some((mark) => startsWith(bytes, mark))) {
    return refuse('unsupported-encoding', { encoding: 'UTF-32' })
  }
  if (isBinary(bytes)) return refuse('binary-file')

  const detected = detectEncoding(bytes, whole)
  if ('problem' in detected) return { ok: false, problem: detected.problem }
  const text = new TextDecoder(detected.encoding).decode(bytes)
  if (isOldWorkbook(text)) return { ok: true, format: 'xls', ...detected }
  const found = formatOf(text, whole)
  return typeof found === 'string'
    ? { ok: true, format: found, ...detected }
    : { ok: false, problem: found }
}

function known(format: 'xlsx' | 'xls'): Sniffed {
  return { ok: true, format, encoding: 'utf-8' }
}

/** SpreadsheetML 2003, or an HTML table by the name of `.xls`: one with Excel's marks, or nothing but a table. */
function isOldWorkbook(text: string): boolean {
  if (text.includes('urn:schemas-microsoft-com:office:spreadsheet')) return true
  const start = /^[\s\uFEFF]*<(!doctype html|html|head|meta|style|table)[\s>]/i.exec(text)
  if (start === null) return false
  return (
    start[1]!.toLowerCase() === 'table' ||
    /urn:schemas-microsoft-com:office:excel|content=["']?(Excel\.Sheet|Microsoft Excel)/i.test(text)
  )
}

function formatOf(text: string, whole: boolean): SniffedFormat | FileProblem {
  const prolog = readProlog(text)
  const place = placeOf(text, prolog.at)
  switch (prolog.found) {
    case 'root':
      return problemOfRoot(prolog.name, text.slice(prolog.at), place)
    case 'html-doctype':
      return { code: 'html-page' }
    case 'php':
      return { code: 'php-source', ...place }
    case 'internal-dtd':
      return { code: 'internal-dtd', ...place }
    case 'no-xml':
      return formatOfText(text, text.slice(prolog.at), whole)
    case 'end':
      if (looksLikeTable(text, whole)) return 'csv'
      if (!whole) return { code: 'prolog-too-long', params: { most: PEEK_BYTES } }
      if (prolog.at >= text.length) return { code: 'empty-file' }
      return { code: 'malformed-xml', params: { defect: 'truncated' }, ...place }
  }
}

function problemOfRoot(
  name: string,
  text: string,
  place: { line: number; column: number },
): SniffedFormat | FileProblem {
  if (name === 'yml_catalog') return 'yml'
  const known = KNOWN_ROOTS.find((root) => root.matches(name, text))
  if (known !== undefined) return { code: 'unsupported-format', params: { format: known.format } }
  if (HTML_ROOTS.has(name.toLowerCase())) return { code: 'html-page' }
  return { code: 'unexpected-root', params: { root: name }, ...place }
}

const KNOWN_ROOTS: { format: string; matches: (name: string, text: string) => boolean }[] = [
  { format: 'CommerceML', matches: (name) => name === 'КоммерческаяИнформация' },
  { format: 'SAP IDoc', matches: (_, text) => /<IDOC[\s>]/.test(text) },
  {
    format: 'OData',
    matches: (name, text) =>
      name.endsWith('Edmx') ||
      (name === 'feed' && /schemas\.microsoft\.com\/ado|docs\.oasis-open\.org\/odata/.test(text)),
  },
  { format: 'Google Shopping', matches: (_, text) => text.includes('base.google.com/ns/1.0') },
  {
    format: 'Excel (XML, HTML)',
    matches: (_, text) => text.includes('urn:schemas-microsoft-com:office:'),
  },
]

const HTML_ROOTS = new Set(
  'html head body title meta link script style table div p span pre form center h1'.split(' '),
)

function formatOfText(text: string, start: string, whole: boolean): SniffedFormat | FileProblem {
  if (/^\s*(?:\{|\[\s*[[{"\]\d])/.test(start))
    return { code: 'unsupported-format', params: { format: 'JSON' } }
  if (start.startsWith('<')) return { code: 'not-xml' }
  return looksLikeTable(text, whole) ? 'csv' : { code: 'not-a-table' }
}

const CONTAINERS: { magic: number[]; name: (bytes: Uint8Array) => string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], name: nameOfZip },
  { magic: [0x50, 0x4b, 0x05, 0x06], name: () => 'ZIP' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], name: () => 'XLS' },
  { magic: [0x1f, 0x8b], name: () => 'GZIP' },
  { magic: [0x42, 0x5a, 0x68], name: () => 'BZIP2' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: () => 'XZ' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: () => 'ZSTD' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], name: () => '7Z' },
  { magic: [0x52, 0x61, 0x72, 0x21], name: () => 'RAR' },
  { magic: [0x25, 0x50, 0x44, 0x46], name: () => 'PDF' },
]

/** Office packages are zips that name their parts near the beginning. */
function nameOfZip(bytes: Uint8Array): string {
  const names = new TextDecoder('windows-1252').decode(bytes)
  if (names.includes('xl/workbook.bin')) return 'XLSB'
  if (names.includes('xl/')) return 'XLSX'
  if (names.includes('opendocument.spreadsheet')) return 'ODS'
  return names.includes('word/') ? 'DOCX' : 'ZIP'
}

const UTF_32 = [
  [0xff, 0xfe, 0x00, 0x00],
  [0x00, 0x00, 0xfe, 0xff],
  [0x3c, 0x00, 0x00, 0x00],
  [0x00, 0x00, 0x00, 0x3c],
]

/** Control characters where no markup begins; in markup they are the parser's to report, with their place. */
function isBinary(bytes: Uint8Array): boolean {
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) return false
  const first = bytes.find((byte) => byte > 0x20)
  if (first === 0x3c || first === 0xef) return false
  return bytes.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b))
}

function unsupported(format: string): Sniffed {
  return refuse('unsupported-format', { format })
}

function refuse(code: FileProblemCode, params?: FileProblemParams): Sniffed {
  return { ok: false, problem: params === undefined ? { code } : { code, params } }
}
