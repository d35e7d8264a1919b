import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { endChild, openChildren } from '../../stack/children.ts'
import { logSays, untilHealthy } from '../../stack/healthy.ts'
import type { Child } from '../../stack/part.ts'
import { openPorts } from '../../stack/ports.ts'
import { workerEnvironment, workerFlags } from '../../stack/worker-flags.ts'

export type ProductProcess = {
  pid: number
  exited: Promise<number | null>
  log(): Promise<string>
  kill9(): Promise<void>
  /** SIGTERM, then SIGKILL after a minute; gives the exit code, `null` when it had to be killed. */
  terminate(): Promise<number | null>
}
export type ApiProcess = ProductProcess & { url: string; port: number }

export type Product = {
  /** Resolves when `/readyz` says yes. Give `port` to start again where one has been. */
  startApi(options?: { port?: number; env?: Record<string, string> }): Promise<ApiProcess>
  /** The workers of all domains, or of those named; resolves when they take work. */
  startWorker(...domains: string[]): Promise<ProductProcess>
  /** Ends what is still running. */
  close(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')
/** Of tests and measurements alone. */
export const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64')

/** Runs processes of the product as they run in production, on the addresses in `env`; close it in `afterAll`. */
export async function openProduct(env: Record<string, string>): Promise<Product> {
  const runDir = await mkdtemp(path.join(tmpdir(), 'yarmarka-processes-'))
  const children = await openChildren(runDir)
  const freePort = openPorts(false)
  const running = new Set<Child>()

  async function start(
    entry: 'api' | 'workers',
    { args = [], given = {} }: { args?: string[]; given?: Record<string, string> },
    isReady: (logFile: string) => Promise<void>,
  ): Promise<ProductProcess> {
    const logFile = path.join(root, `.local/logs/test/${entry}-${randomUUID()}.log`)
    const child = await children.spawn(
      entry,
      logFile,
      process.execPath,
      [
        ...(entry === 'workers' ? workerFlags(args) : []),
        '--import',
        './telemetry.ts',
        `${entry}/main.ts`,
        ...args,
      ],
      {
        cwd: root,
        env: {
          ...(entry === 'workers' ? workerEnvironment : {}),
          ...{ SECRETS_KEY, ...env, ...given },
        },
        comesFirst: entry === 'api',
      },
    )
    running.add(child)
    void child.exited.then(() => running.delete(child))
    await untilHealthy(child, () => isReady(logFile), { what: entry, logFile })
    return {
      pid: child.pid,
      exited: child.exited,
      log: () => readFile(logFile, 'utf8'),
      async kill9() {
        child.kill('SIGKILL')
        await child.exited
      },
      async terminate() {
        await endChild(child, 'SIGTERM', 60_000)
        return child.exited
      },
    }
  }

  return {
    async startApi({ port, env: given = {} } = {}) {
      const chosen = port ?? (await freePort(randomUUID(), 0))
      const url = `http://127.0.0.1:${chosen}`
      const settings = { given: { ...given, PORT: String(chosen) } }
      const api = await start('api', settings, async () => {
        const { status } = await fetch(`${url}/readyz`)
        if (status !== 200) throw new Error(`/readyz answers ${status}`)
      })
      return { ...api, url, port: chosen }
    },
    startWorker: (...domains) =>
      start('workers', { args: domains }, async (logFile) => {
        if (!(await logSays(logFile, 'worker ready', 0))) throw new Error('not ready yet')
      }),
    async close() {
      await Promise.all([...running].map((child) => endChild(child, 'SIGTERM', 10_000)))
      children.close()
      await rm(runDir, { recursive: true, force: true })
    },
  }
}
