import { describe, expect, it } from 'vitest'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import { MalformedFile, MappingNeeded, type ReadOptions } from '../../formats/format.ts'
import { tableFormat } from '../../formats/table/index.ts'
import type { ReadTable } from '../../formats/table/table.ts'

type Sheets = Record<string, string[][]>

/** A workbook whose sheets come in pieces of two records. */
const workbook = (sheets: Sheets): ReadTable =>
  async function* () {
    for (const [sheet, rows] of Object.entries(sheets)) {
      const records = rows.map((cells, at) => ({ line: at + 1, cells }))
      for (let at = 0; at < records.length; at += 2)
        yield { sheet, records: records.slice(at, at + 2), bytesRead: 1, encoding: 'utf-8' }
    }
  }

async function rowsOf(sheets: Sheets, options: Partial<ReadOptions> = {}) {
  const format = tableFormat('xlsx', workbook(sheets))
  const nothing = (async function* (): AsyncGenerator<Uint8Array> {})()
  const rows = []
  for await (const batch of format.read(nothing, { encoding: 'utf-8', ...options }))
    rows.push(...batch.rows)
  return rows.map(({ row, line, externalId, name, priceMinor }) => [
    ...[row, line, externalId, name, priceMinor],
  ])
}

const HEADER = ['Артикул', 'Наименование', 'Цена']
const instructions = [['Как заполнить'], ['1. Лист «Товары»'], ['Поле', 'Значение', 'Описание']]
const settings = [
  ['Параметр', 'Значение', 'Описание'],
  ['name', 'Ромашка', 'Название магазина'],
]
const kettle = ['А-1', 'Чайник', '100']
const cup = ['А-2', 'Чашка', '50']

describe('of a workbook', () => {
  it('the first sheet that has goods is read, whatever stands before it', async () => {
    const sheets = { Инструкция: instructions, Настройки: settings, Товары: [HEADER, kettle] }
    expect(await rowsOf(sheets)).toEqual([[1, 2, 'А-1', 'Чайник', 10_000]])
  })

  it('sheets of the same columns are read on, in whatever order and case they stand', async () => {
    const sheets = {
      Чайники: [HEADER, kettle],
      Чашки: [
        ['ЦЕНА', 'Артикул', 'Наименование'],
        ['50', 'А-2', 'Чашка'],
      ],
      Поставщики: [
        ['Код', 'Название', 'Телефон'],
        ['7', 'ООО «Ромашка»', '555'],
      ],
    }
    expect(await rowsOf(sheets)).toEqual([
      [1, 2, 'А-1', 'Чайник', 10_000],
      [2, 2, 'А-2', 'Чашка', 5_000],
    ])
  })

  it('cells beyond the header are notes', async () => {
    expect(await rowsOf({ Лист1: [HEADER, [...kettle, 'спросить у Ивана']] })).toHaveLength(1)
  })

  it('titles, a header far below and a header of two rows are understood', async () => {
    const titles = Array.from({ length: 9 }, (_, at) => [`Строка ${at}`])
    const merged = [
      ['Артикул', 'Наименование', 'Цена', ''],
      ['', '', 'Розничная', 'Оптовая'],
      ['А-1', 'Чайник', '100', '90'],
    ]
    expect(await rowsOf({ TDSheet: [...titles, ...merged] })).toEqual([
      [1, 12, 'А-1', 'Чайник', 10_000],
    ])
  })

  it('a sheet that only the seller can explain is asked about when no other has goods', async () => {
    const chooseMapping = async (found: FoundTable) => {
      if (!found.isCertain) throw new MappingNeeded(found)
      return found.proposal
    }
    const unknown = [['Alpha', 'Beta', 'Gamma'], kettle]
    const asked = rowsOf({ Лист1: unknown, Лист2: [['']] }, { chooseMapping })
    await expect(asked).rejects.toMatchObject({ found: { headers: ['Alpha', 'Beta', 'Gamma'] } })
    const goods = await rowsOf({ Лист1: unknown, Лист2: [HEADER, cup] }, { chooseMapping })
    expect(goods).toEqual([[1, 2, 'А-2', 'Чашка', 5_000]])
  })

  it('nothing at all is refused', async () => {
    for (const sheets of [{}, { Инструкция: instructions.slice(0, 2) }])
      await expect(rowsOf(sheets)).rejects.toThrow(MalformedFile)
  })
})
