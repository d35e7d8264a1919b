import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import { hostileCases, type HostileCase } from './yml/cases.ts'
import { probe, type Outcome } from './yml/probe.ts'

/** What the parsing of one file may grow a process by. */
const MOST_GROWTH_MB = 256
/** Only ends what hangs. */
const deadline = { timeout: 300_000 }

let trap: Server
let trapUrl: string
let fetches = 0

beforeAll(async () => {
  trap = createServer((_, response) => {
    fetches += 1
    response.end('TRAPPED')
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`
})
afterAll(() => {
  trap.close()
})

const cases = hostileCases('http://trap.invalid/')
const find = (name: string) => hostileCases(trapUrl).find((known) => known.name === name)!

function judge(outcome: Outcome, { expected }: HostileCase): void {
  const { problem, categories, rows, errors, sample } = outcome
  expect(outcome.unstorable).toEqual([])
  expect(JSON.stringify([problem, sample])).not.toMatch(/TRAPPED|root:x:0/)
  if (!('code' in expected)) {
    const told = expected.categories === undefined ? {} : { categories }
    expect({ problem, rows, errors, ...told }).toEqual({ problem: undefined, ...expected })
    return
  }
  const { code, defect, limit, offset, place, rows: rowsBefore = 0 } = expected
  const params = { ...(defect && { defect }), ...(limit && { limit }), ...(offset && { offset }) }
  expect(problem).toMatchObject({
    code,
    ...(Object.keys(params).length > 0 && { params }),
    ...(place && { line: place[0], column: place[1] }),
  })
  expect(rows).toBe(rowsBefore)
  if (code === 'malformed-xml' || code === 'limit-exceeded')
    expect(problem).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
  for (const language of ['ru', 'en'] as const)
    expect(describeFileProblem(problem!, language)).toMatch(/^\S.{5,700}$/s)
}

describe('a hostile file is refused or loses its bad rows', () => {
  it.each(cases.filter(({ isBig }) => !isBig).map(({ name }) => name))('%s', async (name) => {
    const hostile = find(name)
    judge(await probe(hostile.bytes()), hostile)
  })

  it('and nothing that a file names is fetched', () => {
    expect(fetches).toBe(0)
  })

  it('and no object has learnt anything from it', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('a flood is stopped in little memory', () => {
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
  const program = new URL('./yml/probe.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [program, name], deadline)
  return JSON.parse(stdout) as { outcome: Outcome; growthMb: number }
}
