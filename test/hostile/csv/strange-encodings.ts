import iconv from 'iconv-lite'
import { encoded } from '../yml/bytes.ts'
import type { HostileTable, ReadRows, RefusedTable } from './cases.ts'
import { HEADER, row } from './table.ts'

const bytes = (
  name: string,
  parts: readonly (string | Uint8Array)[],
  expected: RefusedTable | ReadRows,
): HostileTable => ({
  name,
  bytes: () => [Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))],
  expected,
})
const text = HEADER + row() + row({ id: '2' })
const read: ReadRows = { rows: 2, errors: [] }

/** Bytes that are not what they seem, and marks where none should be. */
export function strangeEncodings(): HostileTable[] {
  return [
    { name: 'windows-1251', bytes: () => encoded(text, 'win1251'), expected: read },
    {
      name: 'UTF-16 with a mark',
      bytes: () => [iconv.encode(text, 'utf-16le', { addBOM: true })],
      expected: read,
    },
    {
      name: 'UTF-16 without a mark',
      bytes: () => encoded(text, 'utf-16le'),
      expected: { code: 'binary-file' },
    },
    {
      name: 'half a character at the end of UTF-16',
      bytes: () => [iconv.encode(text, 'utf-16le', { addBOM: true }), Buffer.from([0x31])],
      expected: { code: 'invalid-encoding', rows: 2 },
    },
    bytes('UTF-8 that goes on in windows-1251', [text, iconv.encode(row(), 'win1251')], {
      ...{ code: 'invalid-encoding', offset: Buffer.byteLength(`${text}1;`) },
    }),
    bytes(
      'windows-1251 after a megabyte of ASCII',
      [
        'id;name;price;category\n',
        '1;Kettle;100;Goods\n'.repeat(60_000),
        iconv.encode(row(), 'win1251'),
      ],
      { rows: 60_001, errors: [] },
    ),
    bytes(
      'windows-1251 after UTF-8 far below',
      [text, '1;Kettle;100;Goods\n'.repeat(60_000), iconv.encode(row(), 'win1251')],
      { code: 'invalid-encoding', rows: 60_002 },
    ),
    bytes('overlong UTF-8', [HEADER, '1;', Buffer.from([0xc3, 0xa9, 0xc0, 0xaf]), ';5;К\n'], {
      ...{ code: 'invalid-encoding', offset: HEADER.length + 4 },
    }),
    { name: 'two marks', bytes: () => encoded(`\uFEFF\uFEFF${text}`), expected: read },
    {
      name: 'a mark below blank lines',
      bytes: () => encoded(`\r\n \r\n\uFEFF${text}`),
      expected: read,
    },
    {
      name: 'a mark after the declared delimiter',
      bytes: () => encoded(`\uFEFFsep=;\r\n\uFEFF${text}`),
      expected: read,
    },
    {
      name: 'a mark within an id',
      bytes: () => encoded(HEADER + row({ id: '1\uFEFF7' })),
      expected: { rows: 0, errors: ['id-invalid'] },
    },
    {
      name: 'UTF-32',
      bytes: () => [Buffer.from([0xff, 0xfe, 0, 0, 0x69, 0, 0, 0])],
      expected: { code: 'unsupported-encoding' },
    },
  ]
}
