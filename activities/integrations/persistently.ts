import { setTimeout as pause } from 'node:timers/promises'

const PAUSES_MS = [50, 100, 200, 400, 800, 1_500]
const FOR_MS = 120_000

/**
 * Repeats what can be repeated while its database is away or restarts, for two minutes.
 * @throws what it failed with at last, or at once where another try would fail alike
 */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  const givenUpAt = Date.now() + FOR_MS
  for (let tries = 0; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error) || Date.now() > givenUpAt) throw error
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)])
    }
}

/** Connections, resources, shutdown, deadlocks: by SQLSTATE's class, by Node's sockets, by the words of `pg`. */
function mayPass(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(mayPass)
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string')
    return /^(08|53|57P|40)/.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH|AI_AGAIN)/.test(code)
  return /^(Connection terminated|timeout exceeded|Client has encountered)/.test(error.message)
}
