import { heartbeat } from '@temporalio/activity'

const EVERY_MS = 2_000

/** Proves life while one long statement runs; where the work stands is committed with the work itself. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
  }
}
