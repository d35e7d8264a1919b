import { cancellationSignal, heartbeat, sleep } from '@temporalio/activity'

/** One activity of a standing workflow hands over after so long, which keeps its history short and its retries fresh. */
const SHIFT_MS = 5 * 60_000
const IDLE_MS = 200

/**
 * Repeats `step` until the shift is over or the worker is told to stop: at once while it finds something, otherwise
 * after a short rest. Between steps nothing is held.
 * @param step does one bounded piece of work and returns how much it did
 */
export async function untilHandover(step: () => Promise<number>): Promise<void> {
  const endsAt = Date.now() + SHIFT_MS
  const stopped = cancellationSignal()
  while (Date.now() < endsAt && !stopped.aborted) {
    const done = await step()
    heartbeat()
    if (done === 0) await sleep(IDLE_MS).catch(() => {})
  }
}
