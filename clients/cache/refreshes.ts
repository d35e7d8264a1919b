export type RefreshesOptions = {
  /** How many run at once. */
  atOnce: number
  /** While it says so, none is begun. */
  isBusy: () => boolean
}

/** Work on pages that nobody waits for: each page once at a time, some of them at once, and none while others need the room. */
export type Refreshes = {
  /** What is asked for again before it has begun is asked for once. A failure is nobody's: the next reader meets it. */
  add(id: string, refresh: () => Promise<unknown>): void
}

const LOOK_EVERY_MS = 20

export function createRefreshes({ atOnce, isBusy }: RefreshesOptions): Refreshes {
  const waiting = new Map<string, () => Promise<unknown>>()
  const running = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const run = async (id: string, refresh: () => Promise<unknown>) => {
    running.add(id)
    try {
      await refresh()
    } catch {
      // As it was.
    } finally {
      running.delete(id)
      begin()
    }
  }
  const begin = () => {
    for (const [id, refresh] of waiting) {
      if (running.size >= atOnce) return
      if (isBusy()) {
        timer ??= setTimeout(() => {
          timer = undefined
          begin()
        }, LOOK_EVERY_MS).unref()
        return
      }
      if (running.has(id)) continue
      waiting.delete(id)
      void run(id, refresh)
    }
  }
  return {
    add(id, refresh) {
      waiting.set(id, refresh)
      begin()
    },
  }
}
