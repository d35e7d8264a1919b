import { readFileSync } from 'node:fs'
import type { FileProblem } from '../../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../../../formats/format.ts'
import { readXls } from '../../../formats/xls/index.ts'
import { readXlsx } from '../../../formats/xlsx/index.ts'
import { hostileBooks, type HostileBook } from './cases.ts'

export type Outcome = {
  problem?: FileProblem
  records: number
  /** Texts that PostgreSQL would refuse: with NUL or half a surrogate pair. */
  unstorable: string[]
}

export async function probe(reader: HostileBook['reader'], bytes: Uint8Array): Promise<Outcome> {
  const outcome: Outcome = { records: 0, unstorable: [] }
  const read = reader === 'xlsx' ? readXlsx : readXls
  try {
    for await (const { records } of read(streamOf(bytes), { encoding: 'utf-8' })) {
      outcome.records += records.length
      for (const text of records.flatMap(({ cells }) => cells)) {
        if (text.includes('\0') || !text.isWellFormed()) outcome.unstorable.push(text)
      }
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    outcome.problem = error.problem
  }
  return outcome
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

function memoryMb(line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/self/status`, 'utf8')
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}

/** As a process of its own: a reader and a file in, the outcome, the time and the growth of memory out. */
if (import.meta.main) {
  const [name, file] = process.argv.slice(2)
  const found = hostileBooks().find((book) => book.name === name)
  if (!found || !file) throw new Error(`No case ${name}`)
  const bytes = readFileSync(file)
  const before = memoryMb('VmRSS')
  const startedAt = performance.now()
  const outcome = await probe(found.reader, bytes)
  const seconds = (performance.now() - startedAt) / 1_000
  process.stdout.write(JSON.stringify({ outcome, seconds, growthMb: memoryMb('VmHWM') - before }))
}
