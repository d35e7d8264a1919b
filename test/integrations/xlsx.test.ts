import XLSX from '@e965/xlsx'
import ExcelJs from 'exceljs'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readXlsx } from '../../formats/xlsx/index.ts'
import { MAIN, bookOf, sheetOf } from '../hostile/xlsx/book.ts'
import { cellsOf, refusalOf, sheetsOf } from './sheets.ts'

const cells = (rows: string, more = {}) => cellsOf(readXlsx, bookOf({ rows, ...more }))

async function byExcelJs(fill: (book: ExcelJs.Workbook) => void): Promise<Buffer> {
  const book = new ExcelJs.Workbook()
  fill(book)
  return Buffer.from(await book.xlsx.writeBuffer())
}

describe('a workbook by exceljs', () => {
  it('gives texts, numbers, dates, booleans, formulas and links as they are kept', async () => {
    const file = await byExcelJs((book) => {
      const sheet = book.addWorksheet('Товары')
      sheet.addRow(['Код', '00017', 4601234567890, 1290.5, 0.1, true])
      sheet.addRow([])
      sheet.addRow([
        new Date(Date.UTC(2026, 10, 23)),
        new Date(Date.UTC(2026, 10, 23, 10, 30)),
        { formula: 'A1+1', result: 42 },
        { richText: [{ text: 'Чай' }, { font: { bold: true }, text: 'ник' }] },
        { text: 'ссылка', hyperlink: 'https://lavka.example/' },
        { error: '#N/A' },
      ])
      sheet.getCell('B3').numFmt = 'dd.mm.yyyy hh:mm'
    })
    expect(await sheetsOf(readXlsx, file)).toEqual([
      {
        sheet: 'Товары',
        records: [
          { line: 1, cells: ['Код', '00017', '4601234567890', '1290.5', '0.1', 'true'] },
          { line: 3, cells: ['2026-11-23', '2026-11-23T10:30:00', '42', 'Чайник', 'ссылка'] },
        ],
      },
    ])
  })

  it('gives its visible sheets in their order', async () => {
    const file = await byExcelJs((book) => {
      book.addWorksheet('Инструкция').addRow(['читать'])
      book.addWorksheet('Тайный', { state: 'hidden' }).addRow(['нет'])
      book.addWorksheet('Очень тайный', { state: 'veryHidden' }).addRow(['нет'])
      book.addWorksheet('Товары').addRow(['да'])
    })
    const sheets = await sheetsOf(readXlsx, file)
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Инструкция', 'Товары'])
  })

  it('gives merged cells in the first of them and 1904 dates as they are', async () => {
    const file = await byExcelJs((book) => {
      book.properties.date1904 = true
      const sheet = book.addWorksheet('Лист')
      sheet.addRow([new Date(Date.UTC(2026, 0, 2)), 'Цена', '', 'далее'])
      sheet.mergeCells('B1:C1')
    })
    expect((await cellsOf(readXlsx, file))[0]).toMatchObject({
      0: '2026-01-02',
      1: 'Цена',
      3: 'далее',
    })
  })

  it('reads the same however its bytes are cut', async () => {
    const file = await byExcelJs((book) => {
      const sheet = book.addWorksheet('Лист')
      for (let row = 0; row < 700; row += 1) sheet.addRow([`Щётка № ${row}`, row / 3, '😀 & <b>'])
    })
    const whole = await sheetsOf(readXlsx, file)
    expect(whole[0]!.records).toHaveLength(700)
    for (const chunk of [1, 17, 4_096]) expect(await sheetsOf(readXlsx, file, chunk)).toEqual(whole)
  })
})

it('a workbook by SheetJS gives what was put in', async () => {
  const sheet = XLSX.utils.aoa_to_sheet([
    ['Код', 'Цена'],
    ['0007', 1290.5],
    [4601234567890, true],
  ])
  const book = XLSX.utils.book_new(sheet, 'TDSheet')
  for (const bookSST of [true, false]) {
    const file = XLSX.write(book, { type: 'buffer', bookType: 'xlsx', bookSST }) as Buffer
    expect(await cellsOf(readXlsx, file)).toEqual([
      ['Код', 'Цена'],
      ['0007', '1290.5'],
      ['4601234567890', 'true'],
    ])
  }
})

const template = new URL('../../../shared/real/feeds/yandex_market_template.xlsx', import.meta.url)
describe.skipIf(!existsSync(template))(
  'the template of Yandex.Market (skipped where shared/real/feeds is absent)',
  () => {
    it('has its goods on the fourth sheet', async () => {
      const sheets = await sheetsOf(readXlsx, readFileSync(template))
      expect(sheets.map(({ sheet }) => sheet)).toEqual([
        ...['Настройки магазина', 'Валюты', 'Категории', 'Товары', 'Инструкция'],
      ])
      expect(sheets[3]!.records[0]!.cells.slice(0, 3)).toEqual([
        ...['ID товара', 'Доступность (true/false)', 'URL товара'],
      ])
      expect(sheets[3]!.records[1]!.cells[3]).toBe('3650')
    })
  },
)

describe('an odd sheet', () => {
  it('may leave out the places of its cells', async () => {
    expect(await cells('<row><c><v>1</v></c><c><v>2</v></c></row>')).toEqual([['1', '2']])
    expect(await cells('<row r="5"><c r="C5"><v>1</v></c><c><v>2</v></c></row>')).toEqual([
      ['', '', '1', '2'],
    ])
  })

  it('may have prefixes, an absurd dimension, comments and CDATA', async () => {
    const sheet = `<?xml version="1.0"?><x:worksheet xmlns:x="${MAIN}"><x:dimension ref="A1:XFD1048576"/><!-- > --><x:sheetData><x:row><x:c t="str"><x:v><![CDATA[a<b]]>&amp;&#x41;</x:v></x:c></x:row></x:sheetData></x:worksheet>`
    expect(await cellsOf(readXlsx, bookOf({ sheet }))).toEqual([['a<b&A']])
  })

  it('may be strict Office Open XML', async () => {
    const strict = 'http://purl.oclc.org/ooxml'
    const rels = (type: string, target: string) =>
      `<Relationships><Relationship Id="r1" Type="${strict}/officeDocument/relationships/${type}" Target="${target}"/></Relationships>`
    const file = bookOf({
      rows: '<row><c t="d"><v>2026-11-23</v></c></row>',
      rootRels: rels('officeDocument', 'xl/workbook.xml'),
      workbookRels: rels('worksheet', 'worksheets/sheet1.xml'),
    })
    expect(await cellsOf(readXlsx, file)).toEqual([['2026-11-23']])
  })

  it('keeps the texts of rich strings without their reading aids', async () => {
    const strings = `<sst xmlns="${MAIN}"><si><r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="1"><t>とう</t></rPh></si><si><t xml:space="preserve"> a_x000D_b </t></si></sst>`
    const rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    expect(await cells(rows, { strings })).toEqual([['東京', ' a\rb ']])
  })

  it.each([
    ['4.6012345678900001E+12', '4601234567890'],
    ['0.10000000000000001', '0.1'],
    ['1290.5', '1290.5'],
    ['1E-7', '0.0000001'],
    ['-1.5E21', '-1500000000000000000000'],
    ['46012345678901234567', '46012345678901234567'],
    ['007', '7'],
    ['abc', 'abc'],
  ])('a number %s is %s', async (raw, expected) => {
    expect(await cells(`<row><c><v>${raw}</v></c></row>`)).toEqual([[expected]])
  })

  it.each([
    ['14', '', '1', '1900-01-01'],
    ['14', '', '60', '1900-02-29'],
    ['14', '', '61', '1900-03-01'],
    ['22', '', '46349.4375', '2026-11-23T10:30:00'],
    ['20', '', '0.4375', '10:30:00'],
    ['170', 'dd/mm/yyyy', '46349', '2026-11-23'],
    ['170', '[$-419]d mmm yy;@', '46349', '2026-11-23'],
    ['170', '[h]:mm', '1.5', '1.5'],
    ['170', '#,##0.00 "дней"', '46349', '46349'],
    ['170', '0.00E+00', '46349', '46349'],
    ['14', '', '-5', '-5'],
    ['14', '', '3000000', '3000000'],
  ])('format %s %s shows %s as %s', async (id, code, serial, expected) => {
    const own =
      code === ''
        ? ''
        : `<numFmts><numFmt numFmtId="${id}" formatCode="${code.replaceAll('"', '&quot;')}"/></numFmts>`
    const styles = `<styleSheet xmlns="${MAIN}">${own}<cellXfs><xf numFmtId="0"/><xf numFmtId="${id}"/></cellXfs></styleSheet>`
    expect(await cells(`<row><c s="1"><v>${serial}</v></c></row>`, { styles })).toEqual([
      [expected],
    ])
  })

  it('says where it breaks', async () => {
    const sheet = sheetOf('<row r="7"><c><v>1 & 2</v></c></row>')
    expect(await refusalOf(readXlsx, bookOf({ sheet }))).toEqual({
      code: 'malformed-xml',
      line: 7,
      params: {
        defect: 'bare-ampersand',
        text: '',
        sheet: 'Лист1',
        part: 'xl/worksheets/sheet1.xml',
      },
    })
  })
})

it('a quarter of a million shared texts come back in any order, long ones too', async () => {
  const count = 250_000
  const textOf = (index: number) =>
    index % 50_000 === 7
      ? 'ж'.repeat(100_000)
      : `Товар № ${index} с долгим описанием, чтобы занять место на диске`
  const strings = `<sst xmlns="${MAIN}">${Array.from({ length: count }, (_, index) => `<si><t>${textOf(index)}</t></si>`).join('')}</sst>`
  const asked = Array.from({ length: 3_000 }, (_, turn) => (turn * 104_729) % count)
  asked.push(7, 50_007, count - 1, 0)
  const rows = asked.map((index) => `<row><c t="s"><v>${index}</v></c></row>`).join('')
  expect((await cells(rows, { strings })).flat()).toEqual(asked.map(textOf))
})

it('nothing stays on disk, whether a file is read, refused or left', async () => {
  const before = leftovers()
  const file = bookOf({ rows: '<row><c><v>1</v></c></row>'.repeat(2_000) })
  await cellsOf(readXlsx, file)
  await refusalOf(readXlsx, file.subarray(0, 500))
  const pieces = readXlsx(inOne(file), { encoding: 'utf-8' })
  await pieces.next()
  await pieces.return(undefined)
  expect(leftovers().filter((name) => !before.includes(name))).toEqual([])
})

async function* inOne(bytes: Uint8Array) {
  yield bytes
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`yarmarka-file-${process.pid}`))
}
