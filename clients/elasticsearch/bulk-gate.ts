export type BulkGate = <T>(send: () => Promise<T>) => Promise<T>

/** Lets as many through at once as `mostAtOnce` says at the moment, first come, first served. */
export function createBulkGate(mostAtOnce: () => number): BulkGate {
  const waiting: (() => void)[] = []
  let running = 0
  const admit = () => {
    while (waiting.length > 0 && running < mostAtOnce()) {
      running++
      waiting.shift()!()
    }
  }
  return async (send) => {
    await new Promise<void>((enter) => {
      waiting.push(enter)
      admit()
    })
    try {
      return await send()
    } finally {
      running--
      admit()
    }
  }
}
