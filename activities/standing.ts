import { cancellationSignal, heartbeat, sleep } from '@temporalio/activity'

/** One activity of a standing workflow hands over after so long, which keeps its history short and its retries fresh. */
const SHIFT_MS = 5 * 60_000
const IDLE_MS = 200
const HEARTBEAT_MS = 2_000

/**
 * Repeats `step` until the shift is over or the worker is told to stop: at once while it says that more is waiting,
 * otherwise after a rest. Between steps nothing is held.
 * @param step does one bounded piece of work and returns 0 when it may rest
 * @param restMs what changes meanwhile is taken together
 */
export async function untilHandover(
  step: () => Promise<number>,
  restMs: number = IDLE_MS,
): Promise<void> {
  const endsAt = Date.now() + SHIFT_MS
  const stopped = cancellationSignal()
  // A step may wait longer for others than silence is borne.
  const alive = setInterval(heartbeat, HEARTBEAT_MS)
  try {
    while (Date.now() < endsAt && !stopped.aborted) {
      const more = await step()
      if (more === 0) await sleep(restMs).catch(() => {})
    }
  } finally {
    clearInterval(alive)
  }
}
