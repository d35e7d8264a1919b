import type { XmlDefect } from '../../../domain/integrations/file-problem.ts'
import { MAIN, bookOf, sheetOf, type BookParts } from './book.ts'
import type { HostileBook, Refused } from './cases.ts'

const book = (
  name: string,
  parts: BookParts,
  expected: Refused | { records: number },
): HostileBook => ({
  ...{ name, reader: 'xlsx', bytes: () => bookOf(parts), expected },
})
const broken = (name: string, parts: BookParts, defect: XmlDefect, line?: number) =>
  book(name, parts, { code: 'malformed-xml', params: { defect }, ...(line && { line }) })
const damaged = { code: 'damaged-file' } as const
const row = (cells: string) => `<row r="3">${cells}</row>`
const sheet = (text: string): BookParts => ({ sheet: text })
const cell = '<c><v>1</v></c>'

/** Parts that are missing, broken, or say what cannot be. */
export function brokenBooks(): HostileBook[] {
  return [
    ...['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml', 'xl/worksheets/sheet1.xml'].map(
      (without) => book(`no ${without}`, { without }, damaged),
    ),
    book('no relationships of the workbook', { without: 'xl/_rels/workbook.xml.rels' }, damaged),
    book(
      'texts that are asked for and missing',
      {
        ...{ without: 'xl/sharedStrings.xml', rows: row('<c t="s"><v>0</v></c>') },
      },
      { ...damaged, line: 3 },
    ),
    book(
      'a text beyond the last',
      { rows: row('<c t="s"><v>1000000</v></c>') },
      { ...damaged, line: 3 },
    ),
    book(
      'a text before the first',
      { rows: row('<c t="s"><v>-1</v></c>') },
      { ...damaged, line: 3 },
    ),
    book('a style beyond the last', { rows: row('<c s="99999999"><v>1</v></c>') }, { records: 1 }),
    book('a row beyond the last', { rows: '<row r="99999999999"><c><v>1</v></c></row>' }, damaged),
    book('a row before the first', { rows: '<row r="0"><c><v>1</v></c></row>' }, damaged),
    book('a cell at no place', { rows: row('<c r="12"><v>1</v></c>') }, { ...damaged, line: 3 }),
    book('a cell beyond the last column', { rows: row('<c r="ZZZZ3"><v>1</v></c>') }, damaged),
    book('a sheet of no rows', { rows: '' }, { records: 0 }),
    book(
      'a sheet that leads outside the package',
      {
        workbookRels: `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../../../etc/passwd"/></Relationships>`,
      },
      damaged,
    ),
    book(
      'a sheet at an address',
      {
        workbookRels: `<Relationships><Relationship Id="r1" Type="x/worksheet" TargetMode="External" Target="http://trap.invalid/"/></Relationships>`,
      },
      damaged,
    ),
    book(
      'links to other books and a command (DDE), which nobody follows',
      {
        rows: row('<c><f>[1]!cmd|"/c calc"!A0</f><v>7</v></c>'),
        more: [
          {
            name: 'xl/externalLinks/externalLink1.xml',
            content: '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
          },
        ],
      },
      { records: 1 },
    ),
    book(
      'a book that links to another on somebody’s server',
      {
        rows: row("<c><f>'[1]Лист1'!A1</f><v>7</v></c>"),
        more: [
          {
            name: 'xl/externalLinks/_rels/externalLink1.xml.rels',
            content:
              '<Relationships><Relationship Id="r1" Type="x/externalLinkPath" TargetMode="External" Target="http://trap.invalid/book.xlsx"/></Relationships>',
          },
          {
            name: 'xl/externalLinks/externalLink1.xml',
            content: '<externalLink><externalBook r:id="r1"/></externalLink>',
          },
        ],
      },
      { records: 1 },
    ),
    broken('a document type', sheet(`<!DOCTYPE worksheet>${sheetOf('')}`), 'misplaced-declaration'),
    broken(
      'a billion laughs',
      sheet(
        `<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${sheetOf(row('<c t="str"><v>&b;</v></c>'))}`,
      ),
      'misplaced-declaration',
    ),
    broken(
      'an external entity in the texts',
      {
        strings:
          '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>',
      },
      'misplaced-declaration',
    ),
    broken('an entity of HTML', { rows: row('<c t="str"><v>&nbsp;</v></c>') }, 'unknown-entity', 3),
    broken(
      'an entity by the name of a prototype',
      { rows: row('<c t="str"><v>&constructor;</v></c>') },
      'unknown-entity',
      3,
    ),
    broken(
      'a reference to no character',
      { rows: row('<c t="str"><v>&#0;</v></c>') },
      'character-reference',
      3,
    ),
    broken(
      'a reference to half a pair',
      { rows: row('<c t="str"><v>&#xD800;</v></c>') },
      'character-reference',
      3,
    ),
    broken(
      'a control character',
      { rows: row('<c t="str"><v>\u0001</v></c>') },
      'forbidden-character',
      3,
    ),
    broken('a bare ampersand', { rows: row('<c t="str"><v>a & b</v></c>') }, 'bare-ampersand', 3),
    broken('a bare less-than', { rows: row('<c t="str"><v>a < b</v></c>') }, 'bare-less-than', 3),
    broken(
      'a tag that is closed by another',
      { rows: row('<c><v>1</c></v>') },
      'mismatched-tag',
      3,
    ),
    broken(
      'an attribute that is there twice',
      { rows: row('<c r="A3" r="A3"><v>1</v></c>') },
      'duplicate-attribute',
      3,
    ),
    broken(
      'an attribute without quotes',
      { rows: row('<c r=A3><v>1</v></c>') },
      'attribute-syntax',
      3,
    ),
    broken(
      'a sheet that ends in a row',
      sheet(`<worksheet><sheetData><row r="3">${cell}`),
      'truncated',
      3,
    ),
    broken(
      'a sheet that ends in a tag',
      sheet('<worksheet><sheetData><row r="3"><c r="A'),
      'truncated',
      3,
    ),
    broken('a second root', sheet(`${sheetOf('')}<worksheet/>`), 'text-outside-root'),
    broken('an empty sheet part', sheet(''), 'truncated'),
    broken('text behind the root', sheet(`${sheetOf('')}x`), 'text-outside-root'),
    broken('broken styles', { styles: '<styleSheet>' }, 'truncated'),
    broken(
      'broken texts',
      { strings: `<sst xmlns="${MAIN}"><si><t>a</si></sst>` },
      'mismatched-tag',
    ),
    broken('a broken workbook', { workbook: '<workbook' }, 'truncated'),
    book(
      'a text of Excel’s escapes',
      { rows: row('<c t="str"><v>_x0000__xD800__x0008_</v></c>') },
      { records: 1 },
    ),
    book(
      'a fault in UTF-8',
      {
        more: [
          {
            name: 'xl/worksheets/sheet1.xml',
            content: Buffer.concat([
              Buffer.from(sheetOf('').slice(0, -14)),
              Buffer.from([0xff, 0xfe]),
            ]),
          },
        ],
      },
      { code: 'unsupported-encoding' },
    ),
  ]
}
