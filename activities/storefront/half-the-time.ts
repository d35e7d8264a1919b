import { heartbeat, sleep } from '@temporalio/activity'

const LONGEST_MS = 2_000

/**
 * For work over the whole catalogue that nobody waits for: awaited after every bounded piece of it, rests as long as the
 * piece took, so that searches and single changes find PostgreSQL and Elasticsearch free for half of the time.
 */
export function halfTheTime(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    heartbeat()
    await sleep(Math.min(performance.now() - since, LONGEST_MS))
    since = performance.now()
  }
}
