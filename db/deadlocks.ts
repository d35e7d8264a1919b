const DEADLOCK = '40P01'
const TRIES = 5

/**
 * Runs a transaction again when PostgreSQL has chosen it to end a deadlock: nothing of it was done, and whoever it met is
 * through by now. `work` is the whole transaction.
 */
export async function retryingDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left--)
    try {
      return await work()
    } catch (error) {
      if (left === 0 || !isDeadlock(error)) throw error
    }
}

const isDeadlock = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === DEADLOCK
