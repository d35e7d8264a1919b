import { setTimeout as pause } from 'node:timers/promises'
import type { Child } from './part.ts'

export type Running = { child: Child; stop(): Promise<void> }

export type Kept<T extends Running> = {
  /** The running one; while it is being started again, the one that was. */
  current(): T
  /** Ends it cleanly, then starts it again: for what cannot run twice on its port and data. */
  restart(): Promise<void>
  /** Starts the next one, then ends the old: no moment without one. */
  replace(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

const firstPauseMs = 250
const longestPauseMs = 15_000
/** One that ran this long was healthy: its next crash is met with the first pause again. */
const steadyMs = 30_000

/** Starts something, and again with growing pauses whenever it ends by itself. */
export async function keepAlive<T extends Running>(options: {
  start(): Promise<T>
  /** Told of a crash and of the recovery, a line each. */
  report(line: string): void
}): Promise<Kept<T>> {
  const { start, report } = options
  const stopping = new AbortController()
  let crashes = 0
  let current = await start()
  let turn: Promise<void> = Promise.resolve()
  watch(current)

  /** One change at a time: a crash during a restart waits for its end. */
  function inTurn(change: () => Promise<void>): Promise<void> {
    const result = turn.then(change)
    turn = result.catch(() => {})
    return result
  }

  function watch(running: T): void {
    const began = Date.now()
    void running.child.exited.then((code) => {
      if (Date.now() - began > steadyMs) crashes = 0
      return inTurn(() => revive(running, code))
    })
  }

  function adopt(next: T): void {
    current = next
    watch(next)
  }

  async function revive(ended: T, code: number | null): Promise<void> {
    if (ended !== current || stopping.signal.aborted) return
    report(`ended unexpectedly (${code === null ? 'killed' : `code ${code}`}), restarting`)
    for (;;) {
      const wait = Math.min(firstPauseMs * 2 ** crashes++, longestPauseMs)
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        adopt(await start())
        report('is back')
        return
      } catch (error) {
        report(`does not start: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  return {
    current: () => current,
    restart: () =>
      inTurn(async () => {
        await current.stop()
        adopt(await start())
      }),
    replace: () =>
      inTurn(async () => {
        const old = current
        adopt(await start())
        await old.stop()
      }),
    async stop() {
      stopping.abort()
      await inTurn(() => current.stop())
    },
  }
}
