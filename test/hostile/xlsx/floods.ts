import { MAIN, bookOf, sheetOf, type BookParts } from './book.ts'
import type { HostileBook } from './cases.ts'

const flood = (
  name: string,
  parts: () => BookParts,
  expected: HostileBook['expected'],
): HostileBook => ({
  ...{ name, reader: 'xlsx', bytes: () => bookOf(parts()), isBig: true, expected },
})
const numbered = (count: number, part: (number: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index + 1)).join('')

/** Books that are much of one thing. */
export function floods(): HostileBook[] {
  return [
    flood(
      '16,000 columns',
      () => ({ rows: `<row r="9">${'<c><v>1</v></c>'.repeat(16_000)}</row>` }),
      { code: 'too-many-columns', params: { most: 500, sheet: 'Лист1' }, line: 9 },
    ),
    flood(
      '16,000 columns with nothing in them',
      () => ({ rows: `<row>${'<c s="0"/>'.repeat(16_000)}</row><row><c><v>1</v></c></row>` }),
      { records: 1 },
    ),
    flood(
      'a million empty rows',
      () => ({
        rows: `${numbered(1_000_000, (row) => `<row r="${row}"/>`)}<row><c><v>1</v></c></row>`,
      }),
      { records: 1 },
    ),
    flood(
      'a million rows of nothing but styles',
      () => ({
        rows: numbered(1_000_000, (row) => `<row r="${row}"><c r="A${row}" s="${row % 7}"/></row>`),
      }),
      { records: 0 },
    ),
    flood('two million rows', () => ({ rows: numbered(2_000_000, (row) => `<row r="${row}"/>`) }), {
      code: 'damaged-file',
      line: 1_048_576,
    }),
    flood(
      'a cell of 20 MB',
      () => ({
        rows: `<row r="2"><c t="str"><v>${numbered(2_500_000, (at) => String(at))}</v></c></row>`,
      }),
      { code: 'limit-exceeded', params: { limit: 'token' }, line: 2 },
    ),
    flood(
      'a cell of a million parts',
      () => ({
        rows: `<row r="2"><c t="inlineStr"><is>${numbered(1_000_000, (at) => `<r><t>${at}</t></r>`)}</is></c></row>`,
      }),
      { code: 'limit-exceeded', params: { limit: 'token' }, line: 2 },
    ),
    flood(
      'a shared text of a million parts',
      () => ({
        strings: `<sst xmlns="${MAIN}"><si>${numbered(1_000_000, (at) => `<r><t>${at}</t></r>`)}</si></sst>`,
      }),
      { code: 'limit-exceeded', params: { limit: 'token' } },
    ),
    flood(
      'a million shared texts that nobody asks for',
      () => ({
        strings: `<sst xmlns="${MAIN}">${numbered(1_000_000, (at) => `<si><t>Товар ${at}</t></si>`)}</sst>`,
      }),
      { records: 1 },
    ),
    flood(
      'a hundred thousand nested elements',
      () => ({ sheet: `<worksheet>${'<a>'.repeat(100_000)}` }),
      { code: 'limit-exceeded', params: { limit: 'depth', most: 64 } },
    ),
    flood(
      'ten thousand attributes',
      () => ({ rows: `<row r="1"><c ${numbered(10_000, (at) => ` a${at}=""`)}/></row>` }),
      { code: 'malformed-xml', params: { defect: 'attribute-syntax' } },
    ),
    flood(
      'a comment that is never closed',
      () => ({ sheet: `<worksheet><!-- ${numbered(2_000_000, (at) => String(at))}` }),
      { code: 'limit-exceeded', params: { limit: 'token' } },
    ),
    flood(
      'styles of 40 MB',
      () => ({
        styles: `<styleSheet>${numbered(1_000_000, (at) => `<xf numFmtId="${at}" fontId="${at}"/>`)}</styleSheet>`,
      }),
      { code: 'limit-exceeded', params: { limit: 'part' } },
    ),
    flood(
      'a hundred sheets of the same part',
      () => ({
        sheet: sheetOf('<row><c><v>1</v></c></row>'),
        workbook: `<workbook xmlns:r="r">${numbered(100, (at) => `<sheet name="${at}" r:id="r1"/>`)}</workbook>`,
      }),
      { records: 100 },
    ),
  ]
}
