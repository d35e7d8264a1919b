import { readFileSync } from 'node:fs'
import type { FileProblem } from '../../../domain/integrations/file-problem.ts'
import type { CatalogRow, RowError } from '../../../domain/integrations/row.ts'
import { sniff } from '../../../domain/integrations/sniff.ts'
import { formats } from '../../../formats/formats.ts'
import { MalformedFile } from '../../../formats/format.ts'
import { peek } from '../../../formats/peek.ts'
import { hostileCases } from './cases.ts'

export type Outcome = {
  problem?: FileProblem
  categories: number
  rows: number
  /** Each code once, in the order of its first appearance. */
  errors: RowError['code'][]
  /** The first rows, to look into. */
  sample: CatalogRow[]
  /** Texts that PostgreSQL would refuse: with NUL or half a surrogate pair. */
  unstorable: string[]
}

/** Reads a file the way the product does: a look at its beginning, then batch by batch to the end or to its refusal. */
export async function probe(chunks: Iterable<Uint8Array>): Promise<Outcome> {
  const outcome: Outcome = { categories: 0, rows: 0, errors: [], sample: [], unstorable: [] }
  const note = (_key: string, value: unknown) => {
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      outcome.unstorable.push(value)
    return value
  }
  const { head, isWhole, bytes, close } = await peek(streamOf(chunks))
  const sniffed = sniff(head, isWhole)
  if (!sniffed.ok) {
    await close()
    return { ...outcome, problem: sniffed.problem }
  }
  try {
    const format = formats[sniffed.format]
    for await (const batch of format.read(bytes, { encoding: sniffed.encoding })) {
      outcome.categories += batch.categories.length
      outcome.rows += batch.rows.length
      outcome.sample.push(...batch.rows.slice(0, 3 - outcome.sample.length))
      for (const { code } of batch.errors)
        if (!outcome.errors.includes(code)) outcome.errors.push(code)
      for (const item of [batch.categories, batch.rows, batch.errors].flat())
        JSON.stringify(item, note)
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    outcome.problem = error.problem
  }
  return outcome
}

async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** A line of /proc/self/status, in MB. */
export function memoryMb(line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}

/** As a process of its own: the name of a case in, the outcome, the growth of memory and the time out. */
if (import.meta.main) {
  const found = hostileCases('http://127.0.0.1:9/').find(({ name }) => name === process.argv[2])
  if (!found) throw new Error(`No case ${process.argv[2]}`)
  const before = memoryMb('VmRSS')
  const startedAt = performance.now()
  const outcome = await probe(found.bytes())
  const seconds = (performance.now() - startedAt) / 1_000
  outcome.sample = []
  process.stdout.write(JSON.stringify({ outcome, growthMb: memoryMb('VmHWM') - before, seconds }))
}
