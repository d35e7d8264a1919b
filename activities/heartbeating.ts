import { heartbeat } from '@temporalio/activity'

const EVERY_MS = 2_000

/**
 * Proves life at the beginning of a step, and while it takes long; where the work stands is committed with the work
 * itself. The SDK throttles what comes too often.
 */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  heartbeat()
  const beat = setInterval(() => heartbeat(), EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
  }
}
