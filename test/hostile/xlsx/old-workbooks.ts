import XLSX from '@e965/xlsx'
import type { HostileBook } from './cases.ts'

const old = (
  name: string,
  bytes: () => Uint8Array,
  expected: HostileBook['expected'],
): HostileBook => ({
  ...{ name, reader: 'xls', bytes, expected },
})
const damaged = { code: 'damaged-file' } as const
const tooHeavy = { code: 'too-heavy' } as const
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** What comes by the name of `.xls`. */
export function oldWorkbooks(): HostileBook[] {
  return [
    old('a container of garbage', () => Buffer.concat([OLE, garbage(8_192)]), damaged),
    old('a container that is cut off', () => biff().subarray(0, 1_000), damaged),
    old('a container of nothing but its mark', () => OLE, damaged),
    old('a container whose sectors lead in a circle', circular, damaged),
    old('an encrypted package', () => container('EncryptedPackage', 'EncryptionInfo'), {
      code: 'encrypted-file',
    }),
    old('a document of Word', () => container('WordDocument'), {
      ...{ code: 'unsupported-format', params: { format: 'DOC' } },
    }),
    old('a presentation', () => container('PowerPoint Document'), {
      ...{ code: 'unsupported-format', params: { format: 'PPT' } },
    }),
    old('a letter of Outlook', () => container('__properties_version1.0'), {
      ...{ code: 'unsupported-format', params: { format: 'OLE' } },
    }),
    old('a workbook of garbage', () => container('Workbook'), damaged),
    old('600 columns of HTML', () => html(`<tr>${'<td>1</td>'.repeat(600)}</tr>`), {
      ...{ code: 'too-many-columns', params: { most: 500 }, line: 1 },
    }),
    {
      ...old(
        'a table of a million cells',
        () => html('<tr><td>1</td></tr>'.repeat(1_000_000)),
        tooHeavy,
      ),
      isBig: true,
    },
    {
      ...old('a table of 57 MB', () => html('<tr><td>1</td></tr>'.repeat(3_200_000)), tooHeavy),
      isBig: true,
    },
    {
      ...old(
        'cells that span a million rows',
        () => html('<tr><td rowspan="1000000" colspan="1000000">1</td></tr>'),
        { records: 1 },
      ),
      isBig: true,
    },
    {
      ...old('tags that are never closed', () => html('<tr><td>'.repeat(200_000)), { records: 0 }),
      isBig: true,
    },
  ]
}

function html(rows: string): Buffer {
  return Buffer.from(`<table>${rows}</table>`)
}

function biff(): Buffer {
  const book = XLSX.utils.book_new(XLSX.utils.aoa_to_sheet([['Код'], ['007']]), 'TDSheet')
  return XLSX.write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer
}

function container(...streams: string[]): Buffer {
  const cfb = XLSX.CFB.utils.cfb_new()
  for (const name of streams) XLSX.CFB.utils.cfb_add(cfb, `/${name}`, garbage(6_000))
  return XLSX.CFB.write(cfb, { type: 'buffer' }) as Buffer
}

/** The table of sectors says that each is followed by itself. */
function circular(): Buffer {
  const file = biff()
  const sector = (file.readUInt32LE(76) + 1) * 512
  for (let at = 0; at < 128; at += 1) file.writeUInt32LE(at, sector + at * 4)
  return file
}

function garbage(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (at * 7919 + (at >> 3)) & 0xff))
}
