import XLSX from '@e965/xlsx'
import ExcelJs from 'exceljs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { readXlsx } from '../../formats/xlsx/index.ts'
import { columnName, writeXlsx } from '../../formats/xlsx/write.ts'
import { cellsOf, sheetsOf } from './sheets.ts'

type Row = (string | number)[]
const HEADERS = ['Код', 'Название', 'Причина']
const ROWS: Row[] = [
  ['00017', 'Щётка & <b> "x" 😀', '=cmd|"/c calc"!A0'],
  ['', 1290.5, '-1+1'],
  [4601234567890, ' с пробелами\r\n\tи строками ', '_x000D_ @SUM(A1)'],
]

async function* streamOf(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows
}
const written = (rows: Iterable<Row>, headers = HEADERS): Promise<Buffer> =>
  buffer(Readable.from(writeXlsx(streamOf(rows), { headers, sheet: 'Ошибки', widths: [12] })))

it('a report reads back as it was written', async () => {
  const texts = ROWS.map((row) => row.map(String))
  expect(await cellsOf(readXlsx, await written(ROWS))).toEqual([HEADERS, ...texts])
})

it('a report opens in exceljs, its header bold, frozen and with a filter', async () => {
  const book = new ExcelJs.Workbook()
  await book.xlsx.load((await written(ROWS)) as unknown as ArrayBuffer)
  const sheet = book.getWorksheet('Ошибки')!
  expect(sheet.getRow(1).getCell(1).font.bold).toBe(true)
  expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 })
  expect(sheet.autoFilter).toBe('A1:C4')
  expect(sheet.getColumn(1).width).toBe(12)
  expect(sheet.getCell('A2').value).toBe('00017')
  expect(sheet.getCell('C2').value).toBe('=cmd|"/c calc"!A0')
  expect(sheet.getCell('C2').type).not.toBe(ExcelJs.ValueType.Formula)
  expect(sheet.getCell('B3').value).toBe(1290.5)
})

it('a report opens in SheetJS', async () => {
  const book = XLSX.read(await written(ROWS), { type: 'buffer' })
  const [header, first] = XLSX.utils.sheet_to_json<string[]>(book.Sheets['Ошибки']!, { header: 1 })
  expect([header, first]).toEqual([HEADERS, ROWS[0]])
  expect(book.Sheets['Ошибки']!['C2']).toMatchObject({ t: 's', v: '=cmd|"/c calc"!A0' })
})

it('what a cell cannot hold is left out or cut', async () => {
  const long = `${'ж'.repeat(32_766)}😀`
  const cells = await cellsOf(readXlsx, await written([['a\u0000\u0008b', long, Number.NaN]]))
  expect(cells[1]).toEqual(['ab', 'ж'.repeat(32_766)])
})

it('more rows than a sheet holds go on in the next, under the same header', async () => {
  function* rows(): Generator<Row> {
    for (let row = 1; row <= 1_048_580; row += 1) yield [row]
  }
  const sheets = await sheetsOf(readXlsx, await written(rows(), ['Строка']))
  expect(sheets.map(({ sheet, records }) => [sheet, records.length])).toEqual([
    ['Ошибки', 1_048_576],
    ['Ошибки 2', 6],
  ])
  expect(sheets[1]!.records.slice(0, 2).map(({ cells }) => cells)).toEqual([
    ['Строка'],
    ['1048576'],
  ])
})

it('the source is closed when a report is left', async () => {
  let isClosed = false
  async function* rows(): AsyncGenerator<Row> {
    try {
      for (;;) yield ['x'.repeat(1_000), Math.random()]
    } finally {
      isClosed = true
    }
  }
  const book = writeXlsx(rows(), { headers: HEADERS, sheet: 'x' })
  for (let chunk = 0; chunk < 3; chunk += 1) await book.next()
  await book.return(undefined)
  expect(isClosed).toBe(true)
})

it('columns are called as in Excel', () => {
  expect([0, 25, 26, 701, 702, 16_383].map(columnName)).toEqual([
    'A',
    'Z',
    'AA',
    'ZZ',
    'AAA',
    'XFD',
  ])
})
