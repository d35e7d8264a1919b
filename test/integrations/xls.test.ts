import XLSX, { type BookType } from '@e965/xlsx'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { readXls } from '../../formats/xls/index.ts'
import { inPieces } from './pieces.ts'
import { cellsOf, refusalOf, sheetsOf } from './sheets.ts'

const ROWS = [
  ['Код', 'Цена', 'Дата', 'Штрихкод'],
  ['00017', 1290.5, new Date(Date.UTC(2026, 10, 23)), 4601234567890],
  ['=1+1', true, 'Щётка & <b>', 0.1],
]
const TEXTS = [
  ['Код', 'Цена', 'Дата', 'Штрихкод'],
  ['00017', '1290.5', '2026-11-23', '4601234567890'],
  ['=1+1', 'true', 'Щётка & <b>', '0.1'],
]

function written(bookType: BookType, rows: unknown[][] = ROWS): Buffer {
  const sheet = XLSX.utils.aoa_to_sheet(rows, { UTC: true })
  const book = XLSX.utils.book_new(sheet, 'TDSheet')
  return XLSX.write(book, { type: 'buffer', bookType }) as Buffer
}

describe('an old workbook gives its cells without loss', () => {
  it.each(['biff8', 'xlsb', 'xlml'] as const)('%s', async (bookType) => {
    const [sheet] = await sheetsOf(readXls, written(bookType))
    expect(sheet!.sheet).toBe('TDSheet')
    expect(sheet!.records.map(({ cells }) => cells)).toEqual(TEXTS)
  })

  it('an HTML table: texts as they stand, values where Excel put them beside', async () => {
    const html = `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>
      <tr><td>Код</td><td>Цена</td></tr>
      <tr><td>0000270321</td><td class=x x:num="4601234567890">4,6E+12</td></tr>
      <tr><td>1 290,50</td><td>01.02.2026</td></tr></table>`
    expect(await cellsOf(readXls, Buffer.from(html))).toEqual([
      ['Код', 'Цена'],
      ['0000270321', '4601234567890'],
      ['1 290,50', '01.02.2026'],
    ])
  })

  it('an HTML table in windows-1251, as Bitrix writes it', async () => {
    const bytes = iconv.encode('<table><tr><td>Щётка</td></tr></table>', 'win1251')
    const seen: string[][] = []
    const pieces = readXls(inPieces([bytes]), { encoding: 'windows-1251' })
    for await (const { records } of pieces) seen.push(...records.map(({ cells }) => cells))
    expect(seen).toEqual([['Щётка']])
  })

  it('rows that are far from one another', async () => {
    const sheet = XLSX.utils.aoa_to_sheet([['a']])
    XLSX.utils.sheet_add_aoa(sheet, [['b']], { origin: 'D60000' })
    const book = XLSX.utils.book_new(sheet, 'Лист')
    const file = XLSX.write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer
    expect(await sheetsOf(readXls, file)).toEqual([
      {
        sheet: 'Лист',
        records: [
          { line: 1, cells: ['a'] },
          { line: 60_000, cells: ['', '', '', 'b'] },
        ],
      },
    ])
  })
})

it('a workbook that is left early leaves no process behind', async () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => [`Товар № ${row}`, row])
  const pieces = readXls(inPieces([written('biff8', rows)]), { encoding: 'utf-8' })
  expect((await pieces.next()).value).toMatchObject({ sheet: 'TDSheet' })
  await pieces.return(undefined)
  const children = process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap')
  expect(children).toEqual([])
})

it('what is too large for the old formats is told to come as .xlsx', async () => {
  expect(await refusalOf(readXls, Buffer.alloc(49 * 1024 ** 2, 0xd0))).toEqual({
    ...{ code: 'too-heavy', params: { format: 'XLS' } },
  })
})
