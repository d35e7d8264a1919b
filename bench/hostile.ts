import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workerFlags } from '../stack/worker-flags.ts'
import { hostileTables } from '../test/hostile/csv/cases.ts'
import { hostileBooks } from '../test/hostile/xlsx/cases.ts'
import { hostileCases } from '../test/hostile/yml/cases.ts'

const MOST_SECONDS = 2
const MOST_MB = 256
const SLOWEST = 10

type Kind = 'yml' | 'csv' | 'xlsx'
type Case = { kind: Kind; name: string; isRefused: boolean; bytes?: () => Uint8Array }
type Probed = { outcome: { problem?: { code: string } }; seconds: number; growthMb: number }
type Judged = Case & Probed

/** The hostile files, each made and judged with the tests of `test/hostile`. */
export function hostileFiles(): Case[] {
  const of =
    (kind: Kind) =>
    ({ name, expected }: { name: string; expected: object }): Case => ({
      ...{ kind, name, isRefused: 'code' in expected },
    })
  return [
    ...hostileCases('http://trap.invalid/').map(of('yml')),
    ...hostileTables().map(of('csv')),
    ...hostileBooks().map((book) => ({ ...of('xlsx')(book), bytes: book.bytes })),
  ]
}

/** Reads every hostile file in a process of its own, with the bounds of a worker: its time and its memory are only its own. */
export async function run(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-hostile-'))
  const judged: Judged[] = []
  try {
    for (const file of hostileFiles().slice(0, count)) {
      const probed = await probeApart(file, join(folder, 'file'))
      if ((probed.outcome.problem !== undefined) !== file.isRefused)
        throw new Error(`${file.name}: ${JSON.stringify(probed.outcome.problem)}`)
      judged.push({ ...file, ...probed })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return [summary(judged), '', 'The slowest:', '', slowest(judged)].join('\n')
}

async function probeApart({ kind, name, bytes }: Case, file: string): Promise<Probed> {
  if (bytes) await writeFile(file, bytes())
  const program = join(import.meta.dirname, `../test/hostile/${kind}/probe.ts`)
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...workerFlags(['parsing']),
    program,
    name,
    file,
  ])
  return JSON.parse(stdout) as Probed
}

function summary(judged: readonly Judged[]): string {
  const kinds = [...new Set(judged.map(({ kind }) => kind))]
  const lines = kinds.map((kind) => {
    const files = judged.filter((file) => file.kind === kind)
    const refused = files.filter(({ isRefused }) => isRefused).length
    const over = files.filter(
      ({ seconds, growthMb }) => seconds >= MOST_SECONDS || growthMb >= MOST_MB,
    )
    return `| ${kind} | ${files.length} | ${refused} | ${files.length - refused} | ${most(files, 'seconds').toFixed(2)} | ${Math.round(most(files, 'growthMb'))} | ${over.length} |`
  })
  return [
    `| | files | refused | read, bad rows rejected | most s | most growth, MB | over ${MOST_SECONDS} s or ${MOST_MB} MB |`,
    '|---|---:|---:|---:|---:|---:|---:|',
    ...lines,
  ].join('\n')
}

const most = (files: readonly Judged[], figure: 'seconds' | 'growthMb') =>
  Math.max(...files.map((file) => file[figure]))

function slowest(judged: readonly Judged[]): string {
  const lines = judged
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, SLOWEST)
    .map(
      ({ kind, name, outcome, seconds, growthMb }) =>
        `| ${kind}: ${name} | ${outcome.problem?.code ?? 'read'} | ${seconds.toFixed(2)} | ${Math.round(growthMb)} |`,
    )
  return ['| file | outcome | s | growth, MB |', '|---|---|---:|---:|', ...lines].join('\n')
}
