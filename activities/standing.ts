import { cancellationSignal, heartbeat, sleep } from '@temporalio/activity'

/** One activity of a standing workflow hands over after so long, which keeps its history short and its retries fresh. */
const SHIFT_MS = 5 * 60_000
const IDLE_MS = 200
const HEARTBEAT_MS = 2_000

/**
 * Repeats `step` until the shift is over or the worker is told to stop: at once while it says that more is waiting,
 * otherwise `everyMs` after it began. Between steps nothing is held.
 * @param step does one bounded piece of work and returns 0 when the next one may wait
 */
export async function untilHandover(
  step: () => Promise<number>,
  everyMs: number = IDLE_MS,
): Promise<void> {
  const endsAt = Date.now() + SHIFT_MS
  const stopped = cancellationSignal()
  // A step may wait longer for others than silence is borne.
  const alive = setInterval(heartbeat, HEARTBEAT_MS)
  try {
    while (Date.now() < endsAt && !stopped.aborted) {
      const begunAt = Date.now()
      const more = await step()
      const restMs = begunAt + everyMs - Date.now()
      if (more === 0 && restMs > 0) await sleep(restMs).catch(() => {})
    }
  } finally {
    clearInterval(alive)
  }
}
