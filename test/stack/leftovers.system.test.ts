import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isAlive, openChildren } from '../../stack/children.ts'
import { until } from '../support/until.ts'

const root = path.resolve(import.meta.dirname, '../..')
const running = new Set<ChildProcess>()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-leftovers-'))
})
afterAll(async () => {
  for (const supervisor of running) supervisor.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

it('leaves no process behind when the supervisor gets kill -9, and loses no data', async () => {
  const first = await startRedisAndPostgres()
  await query(first.env, 'create table kept as select 42 as answer')
  const parts = await partProcesses()
  expect(parts).toHaveLength(2)

  first.supervisor.kill('SIGKILL')
  await once(first.supervisor, 'exit')
  const second = await startRedisAndPostgres()
  for (const part of parts) expect(await isAlive(part)).toBe(false)
  expect(await query(second.env, 'select answer from kept')).toEqual([{ answer: 42 }])

  second.supervisor.kill('SIGINT')
  expect(await once(second.supervisor, 'exit')).toEqual([0, null])
  expect(await partProcesses()).toEqual([])
})

it('ends the parts that a dead supervisor left running, before it starts its own', async () => {
  const sleeper = spawn('sleep', ['600'])
  running.add(sleeper)
  const ended = once(sleeper, 'exit')
  const runDir = path.join(folder, 'abandoned')
  const dead = await openChildren(runDir)
  await dead.note('redis', sleeper.pid!)
  dead.close()

  const next = await until(() => openChildren(runDir))
  expect(await ended).toEqual([null, 'SIGKILL'])
  next.close()
})

async function startRedisAndPostgres() {
  const supervisor = spawn(
    process.execPath,
    ['stack/run.ts', '--data', folder, '--parts', 'redis,postgres'],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], env: bareEnvironment() },
  )
  running.add(supervisor)
  const died = once(supervisor, 'exit').then(([code]) => {
    throw new Error(`the supervisor ended with ${code}`)
  })
  const [line] = (await Promise.race([once(supervisor.stdout!, 'data'), died])) as [Buffer]
  return { supervisor, env: JSON.parse(line.toString()) as Record<string, string> }
}

/** Without the addresses of the test run's own parts. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, POSTGRES_URL: '', REDIS_URL: '' }
}

async function partProcesses(): Promise<{ pid: number; startTime: string }[]> {
  const runDir = path.join(folder, 'run')
  const files = (await readdir(runDir)).filter((file) => file.endsWith('.pid'))
  const texts = await Promise.all(files.map((file) => readFile(path.join(runDir, file), 'utf8')))
  return texts.map((text) => JSON.parse(text) as { pid: number; startTime: string })
}

async function query(env: Record<string, string>, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: env.POSTGRES_URL })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
