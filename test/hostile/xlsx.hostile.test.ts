import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import { hostileBooks, type HostileBook } from './xlsx/cases.ts'
import { poisonedCells } from './xlsx/poisoned-cells.ts'
import { probe, type Outcome } from './xlsx/probe.ts'
import { probe as probeGoods } from './yml/probe.ts'

/** What the reading of one file may grow a process by. */
const MOST_GROWTH_MB = 256
/** Only ends what hangs. */
const deadline = { timeout: 300_000 }

const books = hostileBooks()
const namesOf = (isBig: boolean) =>
  books.filter((book) => (book.isBig ?? false) === isBig).map(({ name }) => name)
const find = (name: string) => books.find((book) => book.name === name)!

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yarmarka-hostile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function judge({ problem, records, unstorable }: Outcome, { expected }: HostileBook): void {
  expect(unstorable).toEqual([])
  if (!('code' in expected)) {
    expect({ problem, records }).toEqual({ problem: undefined, ...expected })
    return
  }
  expect(problem).toMatchObject(expected)
  for (const language of ['ru', 'en'] as const) {
    expect(describeFileProblem(problem!, language)).toMatch(/^\S.{5,700}$/s)
  }
}

describe('a hostile workbook is refused or read for what it has', () => {
  it.each(namesOf(false))('%s', async (name) => {
    const book = find(name)
    judge(await probe(book.reader, book.bytes()), book)
  })
})

describe('a poisoned row of a workbook is rejected, or kept as the text that it is', () => {
  it.each(poisonedCells())('$name', async ({ bytes, expected }) => {
    const { problem, rows, errors, unstorable } = await probeGoods(bytes())
    expect({ problem, unstorable }).toEqual({ problem: undefined, unstorable: [] })
    expect({ rows, errors }).toEqual(expected)
  })
})

describe('a flood is stopped in little memory', () => {
  it.each(namesOf(true))('%s', deadline, async (name) => {
    const { outcome, growthMb, seconds } = await probeApart(name)
    judge(outcome, find(name))
    expect(growthMb).toBeLessThan(MOST_GROWTH_MB)
    console.info(`${name}: ${seconds.toFixed(1)} s, +${Math.round(growthMb)} MB`)
  })
})

/** In a process of its own, so that its memory is only its own; the file is made before. */
async function probeApart(name: string) {
  const file = join(folder, 'book')
  await writeFile(file, find(name).bytes())
  const program = new URL('./xlsx/probe.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [program, name, file], deadline)
  return JSON.parse(stdout) as { outcome: Outcome; growthMb: number; seconds: number }
}
