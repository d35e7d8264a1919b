import cluster from 'node:cluster'
import { mkdir, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Children, endChild } from './children.ts'
import { type HealthOptions, logSays, untilHealthy } from './healthy.ts'
import { keepAlive, type Running } from './keep-alive.ts'
import type { Child } from './part.ts'
import { putFirst } from './precedence.ts'
import { workerEnvironment, workerFlags } from './worker-flags.ts'

/** Running activities may take this long to finish or to hand back; then the process is killed. */
const drainMs = 30_000

export type Application = {
  /** Replaces every process, one after the other, without a moment when nobody serves. */
  rollingRestart(): Promise<void>
  /** Lets all processes drain, and ends those that take longer than half a minute. */
  stop(): Promise<void>
}

export type ApplicationOptions = {
  /** The checkout: `api/main.ts`, `workers/main.ts` and `telemetry.ts` are found in it. */
  root: string
  logDir: string
  children: Children
  env: Record<string, string>
  apiPort: number
  /** By process name, the domains that `workers/main.ts` is given. */
  workers: Record<string, string[]>
  /** Gives up while processes still start. */
  signal?: AbortSignal
  /** Told of a crash and of the recovery, by process name. */
  report(name: string, line: string): void
}

/**
 * Runs two API processes that share one listening socket, and the workers; starts again what crashes.
 * Resolves when all are ready. This process becomes the primary of `node:cluster`.
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  await mkdir(options.logDir, { recursive: true })
  const starts = [
    ...['api-1', 'api-2'].map((name) => [name, () => startApi(name, options)] as const),
    ...Object.entries(options.workers).map(
      ([name, domains]) => [name, () => startWorker(name, domains, options)] as const,
    ),
  ]
  const outcomes = await Promise.allSettled(
    starts.map(([name, start]) =>
      keepAlive({ start, report: (line) => options.report(name, line) }),
    ),
  )
  const kept = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  )
  const stop = async () => {
    await Promise.all(kept.map((one) => one.stop()))
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return {
    async rollingRestart() {
      for (const one of kept) await one.replace()
    },
    stop,
  }
}

/**
 * Forks an API process on the shared socket. The processes accept by themselves (no round robin through
 * the primary), so connections that one had no time to accept go to the other.
 */
async function startApi(name: string, options: ApplicationOptions): Promise<Running> {
  const { root, children, env, apiPort, signal } = options
  const logFile = path.join(options.logDir, `${name}.log`)
  const log = await open(logFile, 'a')
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({
    exec: path.join(root, 'api/main.ts'),
    execArgv: [...ignoreInterrupt, '--import', './telemetry.ts'],
    cwd: root,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  })
  const worker = cluster.fork({ ...env, PORT: String(apiPort) })
  let listening = false
  worker.once('listening', () => (listening = true))
  const exited = new Promise<number | null>((resolve) => {
    worker.once('exit', (code: number | null) => resolve(code))
  })
  await log.close()
  const pid = worker.process.pid!
  await children.note(name, pid)
  await putFirst(pid)
  const child: Child = {
    pid,
    exited: exited.finally(() => children.forget(name, pid)),
    kill: (signal) => void worker.process.kill(signal),
  }
  return whenReady(child, async () => listening, { what: name, logFile, signal })
}

/** Ctrl-C in a terminal reaches forked processes too; theirs is the order to drain, SIGTERM. */
const ignoreInterrupt = ['--import', 'data:text/javascript,process.on("SIGINT",()=>{})']

async function startWorker(
  name: string,
  domains: string[],
  { root, logDir, children, env, signal }: ApplicationOptions,
): Promise<Running> {
  const logFile = path.join(logDir, `${name}.log`)
  const { size: before } = await stat(logFile).catch(() => ({ size: 0 }))
  const child = await children.spawn(
    name,
    logFile,
    process.execPath,
    [...workerFlags(domains), '--import', './telemetry.ts', 'workers/main.ts', ...domains],
    { cwd: root, env: { ...env, ...workerEnvironment } },
  )
  const isReady = () => logSays(logFile, 'worker ready', before)
  return whenReady(child, isReady, { what: name, logFile, signal })
}

async function whenReady(
  child: Child,
  isReady: () => Promise<boolean>,
  options: HealthOptions,
): Promise<Running> {
  try {
    await untilHealthy(
      child,
      async () => {
        if (!(await isReady())) throw new Error('not ready yet')
      },
      options,
    )
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { child, stop: () => endChild(child, 'SIGTERM', drainMs) }
}
