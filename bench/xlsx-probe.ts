import ExcelJs from 'exceljs'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readXlsx } from '../formats/xlsx/index.ts'
import { writeXlsx } from '../formats/xlsx/write.ts'
import { generateTable, GOODS_HEADERS } from './generate/table.ts'

/** What one reader or writer did in a process of its own. */
export type Probed = {
  rows: number
  hash: string
  /** With U+FFFD in them, which no generated row has. */
  damagedRows: number
  seconds: number
  growthMb: number
}

/** One thing to be measured: of a reader the file is given, of a writer it is made. */
export const tasks = {
  async 'read-ours'(file: string) {
    const seen = digest()
    for await (const { records } of readXlsx(createReadStream(file), { encoding: 'utf-8' })) {
      for (const { cells } of records) seen.add(cells)
    }
    return seen.end()
  },
  async 'read-exceljs'(file: string) {
    const seen = digest()
    const reader = new ExcelJs.stream.xlsx.WorkbookReader(file, {
      worksheets: 'emit',
      sharedStrings: 'cache',
      hyperlinks: 'ignore',
      styles: 'ignore',
    })
    for await (const sheet of reader) {
      for await (const row of sheet) {
        const values = (row.values as ExcelJs.CellValue[]).slice(1)
        seen.add(values.map(textOf))
      }
    }
    return seen.end()
  },
  /** What the generator made, without any file. */
  async expected(_: string, rows: number) {
    const seen = digest()
    seen.add(GOODS_HEADERS)
    for await (const row of generateTable(rows)) seen.add(row.map(String))
    return seen.end()
  },
  async 'write-ours'(file: string, rows: number) {
    const book = writeXlsx(generateTable(rows), { sheet: 'Товары', headers: GOODS_HEADERS })
    await pipeline(Readable.from(book), createWriteStream(file))
    return NOTHING_READ
  },
  'write-exceljs': (file: string, rows: number) => writeByExcelJs(file, rows, true),
  'write-exceljs-inline': (file: string, rows: number) => writeByExcelJs(file, rows, false),
}

async function writeByExcelJs(filename: string, rows: number, useSharedStrings: boolean) {
  const book = new ExcelJs.stream.xlsx.WorkbookWriter({ filename, useSharedStrings })
  const sheet = book.addWorksheet('Товары', { views: [{ state: 'frozen', ySplit: 1 }] })
  const header = sheet.addRow(GOODS_HEADERS)
  header.font = { bold: true }
  header.commit()
  for await (const row of generateTable(rows)) sheet.addRow(row).commit()
  sheet.commit()
  await book.commit()
  return NOTHING_READ
}

const NOTHING_READ = { rows: 0, hash: '', damagedRows: 0 }

/** exceljs gives inline strings as rich text. */
function textOf(value: ExcelJs.CellValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'object' && 'richText' in value) {
    return value.richText.map(({ text }) => text).join('')
  }
  return String(value)
}

function digest() {
  const hash = createHash('sha1')
  let [rows, damagedRows] = [0, 0]
  let text = ''
  return {
    add(cells: string[]) {
      rows += 1
      const line = cells.join('\t')
      if (line.includes('\uFFFD')) damagedRows += 1
      text += `${line}\n`
      if (text.length < 65_536) return
      hash.update(text)
      text = ''
    },
    end: () => ({ rows, damagedRows, hash: hash.update(text).digest('hex') }),
  }
}

function memoryMb(line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}

if (import.meta.main) {
  const [task, file, rows] = process.argv.slice(2)
  const before = memoryMb('VmRSS')
  await writeFile('/proc/self/clear_refs', '5')
  const startedAt = performance.now()
  const done = await tasks[task as keyof typeof tasks](file!, Number(rows))
  const seconds = (performance.now() - startedAt) / 1_000
  const probed: Probed = { ...done, seconds, growthMb: memoryMb('VmHWM') - before }
  process.stdout.write(JSON.stringify(probed))
}
