import { deflateRawSync } from 'node:zlib'
import { bookOf, contentTypes, entriesOf, sheetOf } from './book.ts'
import type { HostileBook, Refused } from './cases.ts'
import { zipOf, type HostileEntry } from './zip.ts'

const refused = (name: string, bytes: () => Uint8Array, expected: Refused): HostileBook => ({
  ...{ name, reader: 'xlsx', bytes, expected },
})
const withEntry = (name: string, entry: HostileEntry, expected: Refused) =>
  refused(name, () => bookOf({ more: [entry] }), expected)
const text = (name: string): HostileEntry => ({ name, content: 'x' })
const path = { code: 'unsafe-zip', params: { flaw: 'path' } } as const
const damaged = { code: 'damaged-file' } as const
const SHEET = 'xl/worksheets/sheet1.xml'

/** Zips made against those who unpack them. */
export function hostilePackages(): HostileBook[] {
  return [
    withEntry('a part that climbs out', text('../../etc/cron.d/x'), path),
    withEntry('a part that climbs out later', text('xl/../../x'), path),
    withEntry('an absolute part', text('/etc/passwd'), path),
    withEntry('a part on a drive', text('C:/x'), path),
    withEntry('a part with backslashes', text('xl\\..\\..\\x'), path),
    withEntry('a zip inside', text('xl/media/inner.zip'), {
      ...{ code: 'unsafe-zip', params: { flaw: 'nested', text: 'xl/media/inner.zip' } },
    }),
    withEntry(
      'an encrypted part',
      { ...text('xl/x.xml'), encrypted: true },
      { code: 'encrypted-file' },
    ),
    refused(
      'a sheet that is there twice',
      () => zipOf([...entriesOf({}), ...entriesOf({}).slice(4, 5)]),
      {
        ...{ code: 'unsafe-zip', params: { flaw: 'duplicate', text: SHEET } },
      },
    ),
    refused(
      'a sheet that is there twice in another case',
      () => bookOf({ more: [{ name: 'XL/Worksheets/Sheet1.xml', content: sheetOf('') }] }),
      { code: 'unsafe-zip', params: { flaw: 'duplicate' } },
    ),
    refused(
      'parts that lie on one another',
      () => zipOf([...entriesOf({}), { ...text('a'), offset: 0 }]),
      {
        ...{ code: 'unsafe-zip', params: { flaw: 'overlap' } },
      },
    ),
    refused('a thousand names for one bomb', overlappingBomb, {
      ...{ code: 'unsafe-zip', params: { flaw: 'overlap' } },
    }),
    refused('ten thousand parts', () => zipOf(many(10_000)), {
      ...{ code: 'unsafe-zip', params: { flaw: 'entries', most: 1_000 } },
    }),
    refused('more parts than it says', () => zipOf(entriesOf({}), 3), damaged),
    refused('fewer parts than it says', () => zipOf(entriesOf({}), 900), damaged),
    refused('a sheet of a thousandfold ratio', () => bookOf({ more: [bomb(64)] }), {
      ...{ code: 'unsafe-zip', params: { flaw: 'ratio', most: 200, text: SHEET } },
    }),
    refused(
      'a sheet that says it is three gigabytes',
      () => bookOf({ more: [sizes(3_000_000_000)] }),
      {
        ...{ code: 'unsafe-zip', params: { flaw: 'size' } },
      },
    ),
    refused(
      'three sheets that say they are a gigabyte each',
      () => bookOf({ more: ['a', 'b', 'c'].map((name) => ({ ...sizes(1_000_000_000), name })) }),
      { code: 'unsafe-zip' },
    ),
    refused(
      'a bomb that says it is small',
      () => bookOf({ more: [{ ...bomb(64), declaredSize: 4_096 }] }),
      {
        ...damaged,
        params: { part: SHEET },
      },
    ),
    refused('a sheet shorter than it says', () => bookOf({ more: [sizes(5_000)] }), {
      ...damaged,
      params: { part: SHEET },
    }),
    refused('a sheet of another checksum', () => bookOf({ more: [{ ...sheet(), crc: 1 }] }), {
      ...damaged,
      params: { part: SHEET },
    }),
    refused(
      'a sheet that is no deflate',
      () => bookOf({ more: [{ ...sheet(), raw: Buffer.alloc(99, 0xff) }] }),
      {
        ...damaged,
        params: { part: SHEET },
      },
    ),
    refused('a sheet whose deflate ends early', () => bookOf({ more: [cutDeflate()] }), damaged),
    refused('a zip that is cut off', () => bookOf({}).subarray(0, 900), damaged),
    refused(
      'a zip with bytes behind its end',
      () => Buffer.concat([bookOf({}), Buffer.alloc(99)]),
      damaged,
    ),
    refused('a zip64 locator that leads nowhere', zip64ToNowhere, damaged),
    refused('an end of directory that points beyond', () => patchedEnd(16, 0x7fff_ffff), damaged),
    refused('a central directory of garbage', () => patchedEnd(16, 4), damaged),
    refused('a zip of nothing', () => zipOf([]), {
      code: 'unsupported-format',
      params: { format: 'ZIP' },
    }),
    refused('a zip of CommerceML', () => zipOf([text('import.xml'), text('offers.xml')]), {
      ...{ code: 'unsupported-format', params: { format: 'ZIP' } },
    }),
    refused('an OpenDocument', () => zipOf([text('mimetype'), text('content.xml')]), {
      ...{ code: 'unsupported-format', params: { format: 'ODS' } },
    }),
    refused('a document of Word', () => bookOf({ contentTypes: word() }), {
      ...{ code: 'unsupported-format', params: { format: 'DOCX' } },
    }),
    refused('a binary workbook', () => bookOf({ more: [text('xl/workbook.bin')] }), {
      ...{ code: 'unsupported-format', params: { format: 'XLSB' } },
    }),
    refused(
      'a workbook of macros',
      () => bookOf({ contentTypes: contentTypes('x.sheet.macroEnabled.main') }),
      {
        code: 'macros',
      },
    ),
    withEntry('a program of macros', text('xl/vbaProject.bin'), { code: 'macros' }),
  ]
}

const sheet = (): HostileEntry => ({ name: SHEET, content: sheetOf('') })
const sizes = (declaredSize: number): HostileEntry => ({ ...sheet(), declaredSize })
const bomb = (megabytes: number): HostileEntry => ({
  ...{ name: SHEET, content: sheetOf(' '.repeat(megabytes * 1_048_576)) },
})
const many = (count: number) => Array.from({ length: count }, (_, index) => text(`xl/${index}.xml`))
const word = () => contentTypes('sheet.main').replaceAll('spreadsheetml', 'wordprocessingml')

/** As in “A better zip bomb” (David Fifield, 2019), in its simplest form. */
function overlappingBomb(): Buffer {
  const names = Array.from({ length: 900 }, (_, index) => ({
    ...text(`xl/${index}.xml`),
    offset: 0,
  }))
  return zipOf([bomb(4), ...names])
}

function cutDeflate(): HostileEntry {
  const content = sheetOf('<row><c><v>1</v></c></row>'.repeat(500))
  return { name: SHEET, content, raw: deflateRawSync(content).subarray(0, 60) }
}

function patchedEnd(field: number, value: number): Buffer {
  const file = bookOf({})
  file.writeUInt32LE(value, file.length - 22 + field)
  return file
}

function zip64ToNowhere(): Buffer {
  const file = bookOf({})
  const locator = Buffer.alloc(20, 0xff)
  locator.writeUInt32LE(0x07064b50)
  return Buffer.concat([file.subarray(0, -22), locator, file.subarray(-22)])
}
