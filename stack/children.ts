import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { tryLock } from './lock.ts'
import type { Child, SpawnOptions } from './part.ts'
import { putFirst } from './precedence.ts'
import { findProgram, runProgram } from './run-program.ts'

const largestLogBytes = 20 * 1_048_576

export type Children = {
  /** Spawns a child in a process group of its own: Ctrl-C in the terminal reaches only the supervisor. */
  spawn(
    name: string,
    logFile: string,
    program: string,
    args: string[],
    options?: SpawnOptions,
  ): Promise<Child>
  /** Notes a process that someone else spawned, so that the next start ends it if this one is killed. */
  note(name: string, pid: number): Promise<void>
  forget(name: string, pid: number): Promise<void>
  /** Lets another supervisor have the folder. */
  close(): void
}

/**
 * Children that never outlive their supervisor, even one that gets SIGKILL: the kernel kills them with it
 * (Linux, `setpriv --pdeathsig`), and what escaped that is named in `runDir` and ended by the next start.
 * Throws when another supervisor has `runDir`.
 */
export async function openChildren(runDir: string): Promise<Children> {
  await mkdir(runDir, { recursive: true })
  const unlock = await tryLock(path.resolve(runDir))
  if (!unlock) throw new Error(`another process runs a stack in ${runDir}`)
  await endLeftovers(runDir)

  const pidFile = (name: string, pid: number) => path.join(runDir, `${name}.${pid}.pid`)
  async function note(name: string, pid: number) {
    await writeFile(pidFile(name, pid), JSON.stringify({ pid, startTime: await startTime(pid) }))
  }
  async function forget(name: string, pid: number) {
    await rm(pidFile(name, pid), { force: true })
  }

  return {
    note,
    forget,
    close: unlock,
    async spawn(name, logFile, program, args, options = {}) {
      const log = await openLog(logFile)
      try {
        const [command = program, ...rest] = await wrapped([program, ...args], options)
        const child = spawn(command, rest, {
          detached: true,
          cwd: options.cwd,
          env: { ...process.env, ...options.env },
          stdio: ['ignore', log.fd, log.fd],
        })
        const exited = new Promise<number | null>((resolve) => {
          child.once('exit', (code) => resolve(code))
        })
        await once(child, 'spawn')
        const pid = child.pid
        if (pid === undefined) throw new Error(`${program} has no process id`)
        await note(name, pid)
        if (options.comesFirst) await putFirst(pid)
        return {
          pid,
          exited: exited.finally(() => forget(name, pid)),
          kill: (signal) => void child.kill(signal),
        }
      } finally {
        await log.close()
      }
    },
  }
}

/** Ends a child with `signal`, and with SIGKILL when it takes longer than `timeoutMs`. */
export async function endChild(
  child: Child,
  signal: NodeJS.Signals = 'SIGTERM',
  timeoutMs = 10_000,
): Promise<void> {
  child.kill(signal)
  const late = new AbortController()
  const killing = pause(timeoutMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await child.exited
  late.abort()
  await killing
}

/** Is the very process still running that had this id at that time? */
export async function isAlive(process: { pid: number; startTime: string }): Promise<boolean> {
  const found = await readStatus(process.pid)
  return found?.startTime === process.startTime && found.state !== 'Z'
}

/** When a process was started, in the kernel's ticks; empty when there is none, or off Linux. */
export async function startTime(pid: number): Promise<string> {
  return (await readStatus(pid))?.startTime ?? ''
}

async function readStatus(pid: number): Promise<{ state: string; startTime: string } | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field, the program's name, may hold spaces and brackets.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields[0], fields[19]]
  return state && startTime ? { state, startTime } : undefined
}

async function endLeftovers(runDir: string): Promise<void> {
  for (const entry of await readdir(runDir)) {
    if (!entry.endsWith('.pid')) continue
    const file = path.join(runDir, entry)
    const left = parsePidFile(await readFile(file, 'utf8').catch(() => ''))
    if (left) await endLeftover(left)
    await rm(file, { force: true })
  }
}

/** Waits until it is reaped, too: PostgreSQL takes a dead postmaster with an entry for a running one. */
async function endLeftover(left: { pid: number; startTime: string }): Promise<void> {
  const reapedBy = Date.now() + 5000
  if (await isAlive(left)) process.kill(left.pid, 'SIGKILL')
  while ((await startTime(left.pid)) === left.startTime && Date.now() < reapedBy) await pause(20)
}

function parsePidFile(text: string): { pid: number; startTime: string } | undefined {
  try {
    const { pid, startTime } = JSON.parse(text) as { pid: number; startTime: string }
    return startTime ? { pid, startTime } : undefined
  } catch {
    return undefined
  }
}

async function openLog(logFile: string) {
  await mkdir(path.dirname(logFile), { recursive: true })
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > largestLogBytes) await rename(logFile, `${logFile}.old`)
  return open(logFile, 'a')
}

/** Credentials changing clears the death signal, so it is set last, inside the user namespace. */
async function wrapped(command: string[], options: SpawnOptions): Promise<string[]> {
  const { deathSignal, userNamespace } = await abilities()
  const mortal = deathSignal ? ['setpriv', '--pdeathsig', 'KILL'] : []
  if (!options.notAsRoot || process.getuid?.() !== 0) return [...mortal, ...command]
  if (userNamespace) return [...asOrdinaryUser, ...mortal, ...command]
  const asNobody = ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups']
  return ['setpriv', ...asNobody, ...mortal.slice(1), ...command]
}

const asOrdinaryUser = ['unshare', '--user', '--map-user=1000', '--map-group=1000']

let known: Promise<{ deathSignal: boolean; userNamespace: boolean }> | undefined

/** What this machine's `setpriv` and `unshare` can do: small ones (BusyBox) and containers allow less. */
export function abilities(): Promise<{ deathSignal: boolean; userNamespace: boolean }> {
  known ??= (async () => {
    const nothing = (await findProgram(['true'])) ?? '/bin/true'
    const works = ([program = '', ...args]: string[]) =>
      runProgram(program, [...args, nothing]).then(
        () => true,
        () => false,
      )
    const [deathSignal, userNamespace] = await Promise.all([
      works(['setpriv', '--pdeathsig', 'KILL']),
      works(asOrdinaryUser),
    ])
    return { deathSignal, userNamespace }
  })()
  return known
}
