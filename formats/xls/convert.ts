import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { TableRecord } from '../table/table.ts'
import { PIECE } from '../xlsx/limits.ts'
import { readOldWorkbook } from './read-old-workbook.ts'

/** What the converter says, a line of JSON each. */
export type ConverterLine = { sheet: string; records: TableRecord[] } | { problem: FileProblem }

/** The program of the converter: a file's path in, its records out, at the pace of who reads them. */
async function main(path: string, encoding: Encoding): Promise<void> {
  const read = readOldWorkbook(await readFile(path), encoding)
  if ('problem' in read) return say(read)
  for (const { sheet, records } of read.sheets) {
    let piece: TableRecord[] = []
    let characters = 0
    for (const record of records) {
      if ('problem' in record) return say(record)
      piece.push(record)
      for (const cell of record.cells) characters += cell.length
      if (piece.length < PIECE.records && characters < PIECE.characters) continue
      await say({ sheet, records: piece })
      piece = []
      characters = 0
    }
    if (piece.length > 0) await say({ sheet, records: piece })
  }
}

async function say(line: ConverterLine): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}

await main(process.argv[2]!, process.argv[3] as Encoding)
process.stdout.write('end\n')
