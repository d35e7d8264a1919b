import { availableParallelism } from 'node:os'
import path from 'node:path'
import { cacheFolder } from './cache.ts'
import { type Children, openChildren } from './children.ts'
import { hidePassword, untilAnswers } from './given-part.ts'
import { untilHealthy } from './healthy.ts'
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
  /** Do not wait for parts that others can do without (Jaeger), which may take minutes to obtain. */
  mayComeLate?: boolean
  /** Where parts may be given by URL; `process.env` unless said otherwise. */
  environment?: Record<string, string | undefined>
  /** Gives up while parts still come up. */
  signal?: AbortSignal
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

/**
 * Brings up the parts, in parallel, and keeps them up: a part that crashes comes back on its port with its
 * data. Resolves when all are healthy; when one is not to be had, ends the others and throws why.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { progress = () => {}, environment = process.env } = options
  const parts = allParts.filter(({ name }) => options.parts?.includes(name) ?? true)
  const given = parts.filter(({ urlVariable }) => environment[urlVariable])
  const late = parts.filter((part) => options.mayComeLate && part.announce && !given.includes(part))
  const children = await openChildren(options.runDir)
  const ports = openPorts(options.usualPorts)
  const stopping = new AbortController()
  options.signal?.addEventListener('abort', () => stopping.abort(options.signal?.reason))
  const inTurn = atMost(Math.max(2, availableParallelism()))
  const kept = new Map<PartName, Kept<Started>>()

  async function bringUp(part: Part): Promise<void> {
    const say = (state: string) => progress(part.title, state)
    const obtained = await unlessAborted(
      inTurn(() => part.obtain({ cacheDir: cacheFolder(), progress: say })),
      stopping.signal,
    )
    const began = Date.now()
    say('starting')
    const around = { ...options, children, ports, signal: stopping.signal }
    const start = () => startPart(part, obtained, around)
    kept.set(part.name, await keepAlive({ start, report: say }))
    say(`ready (${obtained.source}) in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }

  async function check(part: Part): Promise<void> {
    progress(part.title, `given by ${part.urlVariable}, checking`)
    await untilAnswers(part, environment[part.urlVariable]!)
    progress(part.title, `given by ${part.urlVariable}`)
  }

  async function stop(): Promise<void> {
    stopping.abort(new Error('the stack is stopping'))
    await Promise.allSettled(coming)
    await Promise.all([...kept.values()].map((part) => part.stop()))
    children.close()
  }

  const coming = parts.map(async (part) => {
    try {
      await (given.includes(part) ? check(part) : bringUp(part))
    } catch (error) {
      if (stopping.signal.aborted) return
      const failure = remedied(part, error)
      if (late.includes(part)) progress(part.title, failure.message)
      else stopping.abort(failure)
    }
  })
  await Promise.all(coming.filter((_, index) => !late.includes(parts[index]!)))
  if (stopping.signal.aborted) {
    const failure: unknown = stopping.signal.reason
    await stop()
    throw failure
  }

  const answers = await Promise.all(
    parts.map(async (part) => {
      const running = kept.get(part.name)
      if (running) return running.current()
      if (part.announce && late.includes(part)) return soon(await part.announce({ port: ports }))
      const url = environment[part.urlVariable]!
      return {
        env: { [part.urlVariable]: url },
        addresses: [{ what: part.title, url: hidePassword(url) }],
      }
    }),
  )
  return {
    env: Object.assign({}, ...answers.map(({ env }) => env)) as Record<string, string>,
    addresses: answers.flatMap(({ addresses }) => addresses),
    part(name) {
      const found = kept.get(name)
      if (!found) throw new Error(`${name} was not started here`)
      const current = found.current()
      return {
        ...current,
        restart: () => found.restart(),
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
  around: StackOptions & { children: Children; ports: Ports; signal: AbortSignal },
): Promise<Started> {
  const logFile = path.join(around.logDir, `${part.name}.log`)
  const spawned: Child[] = []
  const context: StartContext = {
    dataDir: path.join(around.dataDir, part.name),
    logFile,
    port: around.ports,
    async spawn(program, args, spawnOptions) {
      const child = await around.children.spawn(part.name, logFile, program, args, spawnOptions)
      spawned.push(child)
      return child
    },
    healthy: (child, check, timeoutMs) =>
      untilHealthy(child, check, { what: part.title, logFile, signal: around.signal, timeoutMs }),
  }
  try {
    return await part.start(obtained, context)
  } catch (error) {
    for (const child of spawned) child.kill('SIGKILL')
    throw error
  }
}

function soon(announced: Pick<Started, 'env' | 'addresses'>) {
  const addresses = announced.addresses.map(({ what, url }) => ({ what, url: `${url} (soon)` }))
  return { ...announced, addresses }
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
