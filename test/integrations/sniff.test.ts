import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { PEEK_BYTES, sniff } from '../../domain/integrations/sniff.ts'

const FEED = '<yml_catalog date="2026-11-23"><shop><name>Лавка</name></shop></yml_catalog>'
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>\n${FEED}`
const sniffed = (text: string, encoding = 'utf-8', isWhole = true) =>
  sniff(iconv.encode(text, encoding), isWhole)
const problemOf = (bytes: Uint8Array, isWhole = true): FileProblem => {
  const found = sniff(bytes, isWhole)
  if (found.ok) throw new Error(`Taken for ${found.format} in ${found.encoding}`)
  return found.problem
}
const hex = (digits: string, more = '') =>
  Buffer.concat([Buffer.from(digits, 'hex'), Buffer.from(more)])

describe('a YML feed is known', () => {
  it.each([
    ['by its root alone', FEED, 'utf-8', 'utf-8'],
    ['behind a byte order mark', `\uFEFF${declared('UTF-8')}`, 'utf-8', 'utf-8'],
    ['behind white space', ` \r\n\t${declared('utf8')}`, 'utf-8', 'utf-8'],
    ['in windows-1251 by its declaration', declared('windows-1251'), 'win1251', 'windows-1251'],
    ['in windows-1251 by the name cp1251', declared('CP1251'), 'win1251', 'windows-1251'],
    ['in windows-1251 without a declaration', FEED, 'win1251', 'windows-1251'],
    ['in windows-1251 against its declaration', declared('UTF-8'), 'win1251', 'windows-1251'],
    ['in UTF-8 against its declaration', declared('windows-1251'), 'utf-8', 'utf-8'],
    ['in KOI8-R by its declaration', declared('KOI8-R'), 'koi8-r', 'koi8-r'],
    ['in UTF-16 with a mark', `\uFEFF${declared('UTF-16')}`, 'utf-16le', 'utf-16le'],
    ['in UTF-16 with a mark, big end first', `\uFEFF${declared('UTF-16')}`, 'utf-16be', 'utf-16be'],
    ['in UTF-16 without a mark', declared('UTF-16'), 'utf-16le', 'utf-16le'],
  ] as const)('%s', (_, text, encoding, expected) => {
    expect(sniffed(text, encoding)).toMatchObject({ ok: true, format: 'yml', encoding: expected })
  })

  it.each([
    '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">',
    '<!DOCTYPE yml_catalog PUBLIC \'-//Y//[]>\' "http://a/?b>c">',
    '<!-- <!DOCTYPE html> -->\n<!-- <rss> -->',
    '<?xml-stylesheet href="a.xsl"?>',
  ])('behind %s', (before) => {
    expect(sniffed(`<?xml version="1.0"?>${before}\n${FEED}`)).toMatchObject({ ok: true })
  })

  it('and what its declaration said is told', () => {
    expect(sniffed(declared('UTF-8'), 'win1251')).toEqual({
      ...{ ok: true, format: 'yml', encoding: 'windows-1251', declaredEncoding: 'UTF-8' },
    })
  })

  it('although the look ends in the middle of a character', () => {
    const head = Buffer.from(`${FEED.slice(0, 40)}${'я'.repeat(40_000)}`)
    expect(sniff(head.subarray(0, PEEK_BYTES - 1), false)).toMatchObject({ encoding: 'utf-8' })
    expect(sniff(head.subarray(0, PEEK_BYTES), false)).toMatchObject({ encoding: 'utf-8' })
  })
})

describe('a workbook is known', () => {
  it.each([
    ['xlsx', 'by its parts', hex('504b0304', '....xl/worksheets/sheet1.xml')],
    ['xls', 'by the parts of an .xlsb', hex('504b0304', '....xl/workbook.bin')],
    ['xls', 'by the mark of an OLE container', hex('d0cf11e0a1b11ae1')],
    [
      'xls',
      'as SpreadsheetML',
      hex(
        '',
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
      ),
    ],
    [
      'xls',
      'as a bare HTML table',
      hex('', '\uFEFF <table border="1"><tr><td>1</td></tr></table>'),
    ],
    [
      'xls',
      'as HTML by Excel',
      hex('', '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body>'),
    ],
    [
      'xls',
      'as HTML that says Excel',
      hex('', '<!DOCTYPE html><html><meta name=ProgId content=Excel.Sheet>'),
    ],
  ] as const)('%s %s', (format, _, bytes) => {
    expect(sniff(bytes, true)).toMatchObject({ ok: true, format })
  })

  it('although the names of its parts come later than the look', () => {
    const head = Buffer.concat([
      hex('504b0304', 'docProps/thumbnail.jpeg'),
      Buffer.alloc(PEEK_BYTES),
    ])
    expect(sniff(head, false)).toMatchObject({ ok: true, format: 'xlsx' })
  })

  it('but a page with a table in it is a page', () => {
    const page = '<!DOCTYPE html><html><body><form>Вход</form><table><tr><td>1</td></tr></table>'
    expect(problemOf(Buffer.from(page))).toEqual({ code: 'html-page' })
  })
})

describe('another file is refused as what it is', () => {
  it.each([
    ['', 'empty-file'],
    ['\uFEFF \r\n', 'empty-file'],
    ['<!DOCTYPE html>\n<p>', 'html-page'],
    ['<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">', 'html-page'],
    ['<HTML><body>', 'html-page'],
    ['<!-- cache --><div class="login">', 'html-page'],
    ['<?php echo 1;', 'php-source'],
    ['<?echo "<?xml version=\\"1.0\\"?>";?>', 'php-source'],
    ['<?= $feed ?>', 'php-source'],
    ['<rss version="2.0"><channel>', 'unexpected-root'],
    ['<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', 'unexpected-root'],
    ['<<<<<<<<', 'not-xml'],
    ['< yml_catalog>', 'not-xml'],
    ['Access denied', 'not-a-table'],
    ['Dear sirs,\nplease find enclosed, as agreed,\nour goods.', 'not-a-table'],
  ])('%j: %s', (text, code) => {
    expect(problemOf(Buffer.from(text)).code).toBe(code)
  })

  it.each([
    [
      'CommerceML',
      '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.07">',
    ],
    ['SAP IDoc', '<MATMAS05><IDOC BEGIN="1">'],
    ['OData', '<edmx:Edmx Version="1.0">'],
    ['OData', '<feed xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices">'],
    ['Google Shopping', '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">'],
    ['Excel (XML, HTML)', '<html xmlns:w="urn:schemas-microsoft-com:office:word">'],
    ['JSON', '{"offers":[]}'],
    ['JSON', ' [1, 2]'],
  ])('%s: %s', (format, text) => {
    expect(problemOf(Buffer.from(text))).toEqual({ code: 'unsupported-format', params: { format } })
  })

  it.each([
    ['ODS', hex('504b0304', 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet')],
    ['DOCX', hex('504b0304', 'word/document.xml')],
    ['ZIP', hex('504b0304', 'import.xml')],
    ['ZIP', hex('504b0506')],
    ['GZIP', hex('1f8b08')],
    ['7Z', hex('377abcaf271c')],
    ['RAR', hex('526172211a07')],
    ['PDF', hex('', '%PDF-1.7')],
  ])('%s by its first bytes', (format, bytes) => {
    expect(problemOf(bytes)).toEqual({ code: 'unsupported-format', params: { format } })
  })

  it('a program, a picture and zeros are binary', () => {
    for (const digits of ['7f454c4602010100', '89504e470d0a1a0a00', '0000000000000000'])
      expect(problemOf(hex(digits)).code).toBe('binary-file')
  })
})

describe('a document type with declarations of its own is refused in every encoding', () => {
  const text = '<!DOCTYPE yml_catalog [<!ENTITY имя "Лавка">]>'

  it.each(['utf-8', 'win1251', 'utf-16le', 'utf-16be', 'koi8-r'])('%s', (encoding) => {
    const label = encoding.replace('win', 'windows-')
    const bytes = iconv.encode(
      `<?xml version="1.0" encoding="${label}"?>\n${text}${FEED}`,
      encoding,
    )
    expect(problemOf(bytes)).toEqual({ code: 'internal-dtd', line: 2, column: 23 })
  })
})

describe('a prolog', () => {
  it('that is longer than the look is refused', () => {
    const long = Buffer.from(`<!--${' '.repeat(PEEK_BYTES)}-->${FEED}`)
    expect(problemOf(long.subarray(0, PEEK_BYTES), false)).toEqual({
      ...{ code: 'prolog-too-long', params: { most: PEEK_BYTES } },
    })
  })

  it('that is all there is, is a file that breaks off', () => {
    expect(problemOf(Buffer.from('<?xml version="1.0"?>\n<!-- and so'))).toEqual({
      ...{ code: 'malformed-xml', params: { defect: 'truncated' }, line: 2, column: 1 },
    })
  })
})

describe('an encoding', () => {
  it('that is none of ours is refused by its name', () => {
    expect(problemOf(Buffer.from(declared('EUC-JP')))).toEqual({
      ...{ code: 'unsupported-encoding', params: { encoding: 'EUC-JP' } },
    })
    expect(problemOf(iconv.encode(`\uFEFF${FEED}`, 'utf-32le'))).toMatchObject({
      ...{ code: 'unsupported-encoding', params: { encoding: 'UTF-32' } },
    })
  })

  it('that changes on the way is refused by its offset', () => {
    const bytes = Buffer.concat([Buffer.from('<a>Лавка '), Buffer.of(0xcb, 0xe0, 0xe2)])
    expect(problemOf(bytes)).toEqual({
      ...{ code: 'invalid-encoding', params: { encoding: 'utf-8', offset: 14 } },
    })
  })
})
