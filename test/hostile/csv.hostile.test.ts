import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import { hostileTables, type HostileTable } from './csv/cases.ts'
import { probe, type Outcome } from './yml/probe.ts'

/** What the parsing of one file may grow a process by. */
const MOST_GROWTH_MB = 256
/** Only ends what hangs. */
const deadline = { timeout: 300_000 }

const cases = hostileTables()
const find = (name: string) => cases.find((known) => known.name === name)!

function judge(outcome: Outcome, { expected }: HostileTable): void {
  const { problem, categories, rows, errors } = outcome
  expect(outcome.unstorable).toEqual([])
  if (!('code' in expected)) {
    const told = expected.categories === undefined ? {} : { categories }
    expect({ problem, rows, errors, ...told }).toEqual({ problem: undefined, ...expected })
    return
  }
  const { code, defect, limit, offset, line, rows: rowsBefore = 0 } = expected
  const params = { ...(defect && { defect }), ...(limit && { limit }), ...(offset && { offset }) }
  expect(problem).toMatchObject({
    code,
    ...(Object.keys(params).length > 0 && { params }),
    ...(line !== undefined && { line }),
  })
  expect(rows).toBe(rowsBefore)
  for (const language of ['ru', 'en'] as const)
    expect(describeFileProblem(problem!, language)).toMatch(/^\S.{5,700}$/s)
}

describe('a hostile table is refused or loses its bad rows', () => {
  it('in more than fifty ways', () => {
    expect(cases.length).toBeGreaterThan(50)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  it.each(cases.filter(({ isBig }) => !isBig).map(({ name }) => name))('%s', async (name) => {
    const hostile = find(name)
    judge(await probe(hostile.bytes()), hostile)
  })

  it('and a formula is kept as the text that it is', async () => {
    const { sample } = await probe(find('a formula in a name').bytes())
    expect(sample.map(({ name }) => name)).toEqual(["=cmd|'/c calc'!A1"])
  })

  it('and no object has learnt anything from it', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('a flood of rows is stopped in little memory', () => {
  it.each(cases.filter(({ isBig }) => isBig).map(({ name }) => name))(
    '%s',
    deadline,
    async (name) => {
      const { outcome, growthMb } = await probeApart(name)
      judge(outcome, find(name))
      expect(growthMb).toBeLessThan(MOST_GROWTH_MB)
    },
  )
})

/** In a process of its own, so that its memory is only its own. */
async function probeApart(name: string): Promise<{ outcome: Outcome; growthMb: number }> {
  const program = new URL('./csv/probe.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [program, name], deadline)
  return JSON.parse(stdout) as { outcome: Outcome; growthMb: number }
}
