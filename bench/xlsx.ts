import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workerFlags } from '../stack/worker-flags.ts'
import type { Probed, tasks } from './xlsx-probe.ts'

type Task = keyof typeof tasks

/** Reads the same files, written by us (texts inline) and by exceljs (texts shared), with our reader and with that of exceljs. */
export async function runReaders(size: number): Promise<string> {
  return inFolder(async (folder) => {
    const lines = []
    for (const rows of [Math.ceil(size / 10), size]) {
      const { hash } = await probe('expected', '', rows)
      for (const texts of ['inline', 'shared'] as const) {
        const file = join(folder, `${texts}-${rows}.xlsx`)
        await probe(texts === 'inline' ? 'write-ours' : 'write-exceljs', file, rows)
        const turns = rows === size ? 1 : 3
        const { ours, theirs } = await inTurns('read-ours', 'read-exceljs', file, rows, turns)
        for (const { hash: read } of ours) {
          if (read !== hash)
            throw new Error(`The cells of ${file} were not read as they were written`)
        }
        const damaged = theirs[0]!.damagedRows
        lines.push([
          `${rows} rows, ${texts} texts, ${await megabytes(file)} MB`,
          `${seconds(ours)} s, +${growth(ours)} MB`,
          `${seconds(theirs)} s, +${growth(theirs)} MB${damaged > 0 ? `, ${damaged} rows damaged` : ''}`,
          `${ratio(theirs, ours)} ×`,
        ])
      }
    }
    return table(['file', 'readXlsx', 'exceljs WorkbookReader', 'speed'], lines)
  })
}

/** Writes the same rows as a workbook, with our writer and with that of exceljs. */
export async function runWriters(size: number): Promise<string> {
  return inFolder(async (folder) => {
    const lines = []
    for (const [peer, name] of [
      ['write-exceljs', 'shared strings'],
      ['write-exceljs-inline', 'inline strings'],
    ] as const) {
      const file = join(folder, 'report.xlsx')
      const { ours, theirs } = await inTurns('write-ours', peer, file, size, 3)
      lines.push([
        `${size} rows against ${name}`,
        `${seconds(ours)} s, +${growth(ours)} MB`,
        `${seconds(theirs)} s, +${growth(theirs)} MB`,
        `${ratio(theirs, ours)} ×`,
        `${(growth(ours) / growth(theirs)).toFixed(2)} ×`,
      ])
    }
    return table(['rows', 'writeXlsx', 'exceljs WorkbookWriter', 'speed', 'memory'], lines)
  })
}

/** One after the other, by turns, so that both see the same machine. */
async function inTurns(ourTask: Task, theirTask: Task, file: string, rows: number, turns: number) {
  const [ours, theirs]: [Probed[], Probed[]] = [[], []]
  for (let turn = 0; turn < turns; turn += 1) {
    ours.push(await probe(ourTask, file, rows))
    theirs.push(await probe(theirTask, file, rows))
  }
  return { ours, theirs }
}

/**
 * In a process of its own, so that its memory is only its own; ours under the flags of workers. V8's young generation is
 * bounded for all alike: left alone it grows to some 100 MB of garbage in any process that reads much.
 */
async function probe(task: Task, file: string, rows: number): Promise<Probed> {
  const program = join(import.meta.dirname, 'xlsx-probe.ts')
  const flags = task.endsWith('-ours') ? PARSING_FLAGS : YOUNG_GENERATION
  const run = [...flags, program, task, file, String(rows)]
  const { stdout } = await promisify(execFile)(process.execPath, run)
  const probed = JSON.parse(stdout) as Probed
  console.error(`  ${task.padEnd(22)}${rows} rows ${probed.seconds.toFixed(1)} s`)
  return probed
}

const PARSING_FLAGS = workerFlags(['parsing'])
const YOUNG_GENERATION = PARSING_FLAGS.filter((flag) => flag.includes('semi-space'))

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function megabytes(file: string): Promise<number> {
  return Math.round((await stat(file)).size / 1024 ** 2)
}

function seconds(runs: Probed[]): string {
  const all = runs.map((run) => run.seconds).toSorted((one, other) => one - other)
  const [least, most] = [all[0]!.toFixed(1), all.at(-1)!.toFixed(1)]
  return all.length === 1 ? least : `${median(all).toFixed(1)} (${least}–${most})`
}

function growth(runs: Probed[]): number {
  return Math.round(Math.max(...runs.map(({ growthMb }) => growthMb)))
}

function ratio(slow: Probed[], fast: Probed[]): string {
  return (median(slow.map((run) => run.seconds)) / median(fast.map((run) => run.seconds))).toFixed(
    2,
  )
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!
}

function table(headers: string[], lines: string[][]): string {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [row(headers), row(headers.map(() => '---')), ...lines.map(row)].join('\n')
}
