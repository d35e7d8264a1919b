import { open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Child } from './part.ts'

export type HealthOptions = {
  /** Whose health it is, for the error. */
  what: string
  logFile: string
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** Polls until `check` resolves; throws with the log's tail when the child died, or when time is up. */
export async function untilHealthy(
  child: Child,
  check: () => Promise<unknown>,
  { what, logFile, timeoutMs = 90_000, signal }: HealthOptions,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const death = child.exited.then((code) => `${what} ended with ${code ?? 'a signal'}`)
  for (;;) {
    signal?.throwIfAborted()
    const fate = await Promise.race([death, attempt(check)])
    if (fate === 'healthy') return
    if (typeof fate === 'string') throw new Error(`${fate}; its log ends:\n${await tail(logFile)}`)
    if (Date.now() > deadline) {
      throw new Error(
        `${what} is not healthy after ${timeoutMs / 1000} s (${fate.message}); ` +
          `its log ends:\n${await tail(logFile)}`,
      )
    }
    await pause(50)
  }
}

function attempt(check: () => Promise<unknown>): Promise<'healthy' | Error> {
  return check().then(
    () => 'healthy' as const,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
}

/** Does the log say `text` anywhere past its first `from` bytes? */
export async function logSays(logFile: string, text: string, from: number): Promise<boolean> {
  const file = await open(logFile)
  try {
    const { size } = await file.stat()
    return (await read(file, Math.min(from, size), size)).includes(text)
  } finally {
    await file.close()
  }
}

async function tail(logFile: string): Promise<string> {
  const file = await open(logFile)
  try {
    const { size } = await file.stat()
    return (await read(file, Math.max(0, size - 2000), size)).trim()
  } finally {
    await file.close()
  }
}

async function read(
  file: Awaited<ReturnType<typeof open>>,
  from: number,
  to: number,
): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
  return buffer.toString('utf8', 0, bytesRead)
}
