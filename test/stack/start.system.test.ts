import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { isAlive } from '../../stack/children.ts'
import { findSupervisor } from '../../stack/supervisor-file.ts'
import { until } from '../support/until.ts'
import { writeStandIns } from './stand-ins.ts'

const checkout = path.resolve(import.meta.dirname, '../..')
const collector = createServer((_request, response) => response.end())
const running = new Set<ChildProcess>()
let root: string

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'yarmarka-start-'))
  await writeStandIns(root)
  await once(collector.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  for (const command of running) await endNow(command)
})
afterAll(async () => {
  collector.close()
  await rm(root, { recursive: true, force: true })
})

describe('npm start', () => {
  it('migrates, starts two API processes and the workers, seeds, and says where everything is', async () => {
    const start = await startedUp()
    expect(start.output()).toMatch(new RegExp(`^  API +${start.apiUrl}$`, 'm'))
    expect(start.output()).toMatch(/^ {2}API reference +http.*\/docs$/m)
    expect(start.output()).toMatch(/^ {2}Elasticsearch +http/m)
    expect(start.output()).toMatch(/^ready$/m)
    const { POSTGRES_URL } = inject('stack').env
    expect(await log('migrate')).toContain(`migrated ${POSTGRES_URL}`)
    expect(await log('worker')).toContain('worker ready: storefront,integrations')
    expect(await log('worker-parsing')).toContain('worker ready: parsing')
    expect(await log('seed')).toContain('seeded after 200')
    expect((await apiProcesses()).length).toBe(2)
    const told = await findSupervisor(path.join(root, '.local/run'))
    expect(told?.env).toMatchObject({ POSTGRES_URL, API_URL: start.apiUrl })
  })

  it('refuses to run twice, with the address of the one that runs', async () => {
    const { apiUrl } = await startedUp()
    const second = await run('scripts/start.ts')
    expect(second.code).toBe(1)
    expect(second.output).toContain(`already running`)
    expect(second.output).toContain(apiUrl)
  })

  it('says which port is taken when PORT asks for it', async () => {
    const { port } = collector.address() as AddressInfo
    const { code, output } = await run('scripts/start.ts', { PORT: String(port) })
    expect(code).toBe(1)
    expect(output).toContain(`PORT=${port} is taken by another process`)
  })

  it('ends with the log when a migration fails, and leaves nothing running', async () => {
    const migrate = path.join(root, 'scripts/migrate.ts')
    const source = await readFile(migrate, 'utf8')
    await writeFile(migrate, 'throw new Error("no such table")')
    const { code, output } = await run('scripts/start.ts')
    await writeFile(migrate, source)
    expect(code).toBe(1)
    expect(output).toContain('scripts/migrate.ts failed')
    expect(output).toContain('migrate.log')
    expect(await childProcesses()).toEqual([])
  })

  it('replaces every process on SIGHUP without losing a request', async () => {
    const start = await startedUp()
    const before = await childProcesses()
    const load = underLoad(start.apiUrl)
    start.command.kill('SIGHUP')
    await until(() => start.output().includes('replaced in'))
    expect(await load.end()).toEqual({ failures: [] })
    for (const old of before) expect(await isAlive(old)).toBe(false)
    expect((await childProcesses()).length).toBe(before.length)
    expect(await log('worker')).toContain('drained')
  })

  it('serves on and starts another process when one gets kill -9', async () => {
    const start = await startedUp()
    const [victim] = await apiProcesses()
    process.kill(victim!.pid, 'SIGKILL')
    await until(() => /api-[12] +is back/.test(start.output()))
    expect(start.output()).toMatch(/api-[12] +ended unexpectedly \(killed\), restarting/)
    expect((await fetch(start.apiUrl)).status).toBe(200)
    expect((await apiProcesses()).length).toBe(2)
  })

  it('lets requests finish on Ctrl-C, then ends everything', async () => {
    const start = await startedUp()
    const children = await childProcesses()
    const underWay = fetch(start.apiUrl)
    await until(async () => (await fetch(start.apiUrl)).ok)
    start.command.kill('SIGINT')
    expect((await underWay).status).toBe(200)
    expect(await once(start.command, 'exit')).toEqual([0, null])
    for (const child of children) expect(await isAlive(child)).toBe(false)
    expect(await log('worker')).toContain('drained')
    expect(await findSupervisor(path.join(root, '.local/run'))).toBeUndefined()
  })

  it('leaves nothing when it gets kill -9, and starts again', async () => {
    const start = await startedUp()
    const children = await childProcesses()
    start.command.kill('SIGKILL')
    await once(start.command, 'exit')
    const again = await startedUp()
    for (const child of children) expect(await isAlive(child)).toBe(false)
    expect((await fetch(again.apiUrl)).status).toBe(200)
  })

  it('ends when the launcher that npm started is killed', async () => {
    const start = await startedUp({ launcher: ['scripts/with-node-24.mjs'] })
    const supervisor = await findSupervisor(path.join(root, '.local/run'))
    start.command.kill('SIGKILL')
    await until(async () => !(await isAlive(supervisor!)))
    expect(await childProcesses()).toEqual([])
  })

  it('replaces the processes when a source changes, with --watch', async () => {
    const start = await startedUp({ args: ['--watch'] })
    const before = (await apiProcesses()).map(({ pid }) => pid)
    await writeFile(path.join(root, 'api/changed.ts'), 'export {}')
    await until(() => start.output().includes('replaced in'))
    expect((await apiProcesses()).map(({ pid }) => pid)).not.toEqual(before)
  })
})

describe('npm run reset', () => {
  it('refuses while the stack runs, and removes its data when it does not', async () => {
    const start = await startedUp()
    const refused = await run('scripts/reset.ts')
    expect(refused.code).toBe(1)
    expect(refused.output).toContain(`still running (process ${start.command.pid})`)
    start.command.kill('SIGTERM')
    await once(start.command, 'exit')
    expect((await run('scripts/reset.ts')).code).toBe(0)
    await expect(access(path.join(root, '.local/logs'))).rejects.toThrow('ENOENT')
  })
})

function launch(script: string[], args: string[], env: NodeJS.ProcessEnv = {}) {
  const { port } = collector.address() as AddressInfo
  const command = spawn(process.execPath, [...script, '--root', root, ...args], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '',
      ...inject('stack').env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      ...env,
    },
  })
  running.add(command)
  command.once('exit', () => running.delete(command))
  let output = ''
  command.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  command.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { command, output: () => output }
}

async function run(script: string, env: NodeJS.ProcessEnv = {}) {
  const { command, output } = launch([script], [], env)
  const [code] = (await once(command, 'close')) as [number | null]
  return { code, output: output() }
}

async function startedUp({
  launcher = [],
  args = [],
}: { launcher?: string[]; args?: string[] } = {}) {
  const start = launch([...launcher, 'scripts/start.ts'], args)
  await until(() => start.output().includes('\nready\n') || start.command.exitCode !== null).catch(
    (error: unknown) => {
      throw new Error(`npm start is not ready:\n${start.output()}`, { cause: error })
    },
  )
  const apiUrl = /^ {2}API +(\S+)$/m.exec(start.output())?.[1]
  if (!apiUrl) throw new Error(`npm start failed:\n${start.output()}`)
  return { ...start, apiUrl }
}

async function endNow(command: ChildProcess): Promise<void> {
  const exited = once(command, 'exit')
  command.kill('SIGKILL')
  await exited
}

/** Requests without end, a connection each, until told; those that failed. */
function underLoad(url: string) {
  let going = true
  const failures: unknown[] = []
  const clients = Array.from({ length: 8 }, async () => {
    while (going) {
      const headers = { Connection: 'close' }
      await fetch(url, { headers })
        .then((answer) => answer.text())
        .catch((error: unknown) => failures.push(error))
    }
  })
  return {
    async end() {
      going = false
      await Promise.all(clients)
      return { failures }
    },
  }
}

async function childProcesses(name = ''): Promise<{ pid: number; startTime: string }[]> {
  const runDir = path.join(root, '.local/run')
  const files = (await readdir(runDir)).filter(
    (file) => file.startsWith(name) && file.endsWith('.pid'),
  )
  const texts = await Promise.all(files.map((file) => readFile(path.join(runDir, file), 'utf8')))
  return texts.map((text) => JSON.parse(text) as { pid: number; startTime: string })
}

const apiProcesses = () => childProcesses('api-')

function log(name: string): Promise<string> {
  return readFile(path.join(root, `.local/logs/${name}.log`), 'utf8')
}
