import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cacheFolder } from './cache.ts'
import { type Children, openChildren } from './children.ts'
import { checkGiven } from './given-part.ts'
import { type Kept, keepAlive } from './keep-alive.ts'
import type { Child, Obtained, Part, PartName, StartContext, Started } from './part.ts'
import { allParts } from './parts.ts'
import { openPorts, type Ports } from './ports.ts'

export type StackOptions = {
  /** Kept between starts, a folder per part. */
  dataDir: string
  logDir: string
  /** Names the running processes, so that the next start ends what a killed one left. */
  runDir: string
  /** All, unless said otherwise. */
  parts?: PartName[]
  /** The ports that people know (5432, 6379 …) where they are free. */
  usualPorts: boolean
  /** What a part is doing, a short line at a time. */
  progress?: (title: string, state: string) => void
}

export type RunningStack = {
  /** What config.ts needs to reach the parts, such as `POSTGRES_URL`. */
  env: Record<string, string>
  addresses: { what: string; url: string }[]
  part(name: PartName): Started & { kill9(): Promise<void>; restart(): Promise<void> }
  /** For more processes that must not outlive this one. */
  children: Children
  /** Ends all parts cleanly; takes 20 seconds at most. */
  stop(): Promise<void>
}

type KeptPart = { part: Part; kept: Kept<Started> }

/**
 * Brings up the parts, in parallel, and keeps them up: a part that crashes comes back on its port with its
 * data. Resolves when all are healthy; when one is not to be had, ends the others and throws why.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const progress = options.progress ?? (() => {})
  const parts = allParts.filter(({ name }) => options.parts?.includes(name) ?? true)
  const given = parts.filter(({ urlVariable }) => process.env[urlVariable])
  const children = await openChildren(options.runDir)
  const ports = openPorts(options.usualPorts)
  const stopping = new AbortController()
  const inTurn = atMost(Math.max(2, availableParallelism()))
  const kept = new Map<PartName, KeptPart>()

  async function bringUp(part: Part): Promise<void> {
    const say = (state: string) => progress(part.title, state)
    const obtained = await unlessAborted(
      inTurn(() => part.obtain({ cacheDir: cacheFolder(), progress: say })),
      stopping.signal,
    )
    const began = Date.now()
    say('starting')
    const start = () =>
      startPart(part, obtained, options, { children, ports, signal: stopping.signal })
    kept.set(part.name, {
      part,
      kept: await keepAlive({ name: part.title, start, report: say }),
    })
    say(`ready (${obtained.source}) in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }

  async function stop(): Promise<void> {
    stopping.abort(new Error('the stack is stopping'))
    await Promise.all([...kept.values()].map(({ kept }) => kept.stop()))
  }

  const outcomes = await Promise.allSettled(
    parts.map(async (part) => {
      try {
        if (given.includes(part)) await checkGiven(part, (state) => progress(part.title, state))
        else await bringUp(part)
      } catch (error) {
        // Others still being obtained or started are of no use any more.
        stopping.abort(error)
        throw remedied(part, error)
      }
    }),
  )
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  if (failed[0]) {
    await stop()
    throw failed[0].reason
  }

  const running = [...kept.values()].map(({ kept }) => kept.current())
  return {
    env: Object.assign({}, ...running.map(({ env }) => env)) as Record<string, string>,
    addresses: [
      ...given.map(({ title, urlVariable }) => ({ what: title, url: process.env[urlVariable]! })),
      ...running.flatMap(({ addresses }) => addresses),
    ],
    part(name) {
      const found = kept.get(name)
      if (!found) throw new Error(`${name} was not started here`)
      const current = found.kept.current()
      return {
        ...current,
        restart: () => found.kept.restart(),
        async kill9() {
          current.child.kill('SIGKILL')
          await current.child.exited
        },
      }
    },
    children,
    stop,
  }
}

async function startPart(
  part: Part,
  obtained: Obtained,
  options: StackOptions,
  { children, ports, signal }: { children: Children; ports: Ports; signal: AbortSignal },
): Promise<Started> {
  const logFile = path.join(options.logDir, `${part.name}.log`)
  const spawned: Child[] = []
  const context: StartContext = {
    dataDir: path.join(options.dataDir, part.name),
    logFile,
    port: ports,
    async spawn(program, args, spawnOptions) {
      const child = await children.spawn(part.name, logFile, program, args, spawnOptions)
      spawned.push(child)
      return child
    },
    healthy: (child, check, timeoutMs) =>
      untilHealthy(child, check, { what: part.title, logFile, signal, timeoutMs }),
  }
  try {
    return await part.start(obtained, context)
  } catch (error) {
    for (const child of spawned) child.kill('SIGKILL')
    throw error
  }
}

/** Polls until `check` resolves; throws with the log's tail when the child died, or after `timeoutMs`. */
export async function untilHealthy(
  child: Child,
  check: () => Promise<unknown>,
  {
    what,
    logFile,
    signal,
    timeoutMs = 90_000,
  }: {
    what: string
    logFile: string
    signal?: AbortSignal | undefined
    timeoutMs?: number | undefined
  },
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const died = Symbol('died')
  const death = child.exited.then(() => died)
  for (;;) {
    signal?.throwIfAborted()
    const failure = await Promise.race([
      death,
      check().then(
        () => undefined,
        (error: unknown) => error ?? new Error('not healthy'),
      ),
    ])
    if (failure === undefined) return
    if (failure === died) {
      throw new Error(
        `${what} ended with ${await child.exited}; its log ends:\n${await tail(logFile)}`,
      )
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${what} is not healthy after ${timeoutMs / 1000} s (${String(failure)}); ` +
          `its log ends:\n${await tail(logFile)}`,
      )
    }
    await pause(50)
  }
}

async function tail(logFile: string): Promise<string> {
  const file = await open(logFile)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, 2000)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8').trim()
  } finally {
    await file.close()
  }
}

function remedied(part: Part, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error)
  return new Error(
    `${part.title}: ${why}\nOr set ${part.urlVariable} to one that runs elsewhere.`,
    {
      cause: error,
    },
  )
}

/** A download goes on in vain when another part has failed already; nobody waits for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  return Promise.race([work, aborted])
}

/** Runs at most `limit` at a time, in the order asked. */
function atMost(limit: number) {
  let free = limit
  const waiting: (() => void)[] = []
  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
