export type Gate = <T>(host: string, work: () => Promise<T>) => Promise<T>

/**
 * Lets only so many pieces of work go on at a time, and of one host fewer. Who waits for a busy host holds up nobody else;
 * otherwise the first comes first.
 */
export function createGate({ overall, perHost }: { overall: number; perHost: number }): Gate {
  const inside = new Map<string, number>()
  const waiting: { host: string; enter: () => void }[] = []
  let total = 0

  const mayEnter = (host: string) => total < overall && (inside.get(host) ?? 0) < perHost
  const take = (host: string) => {
    total++
    inside.set(host, (inside.get(host) ?? 0) + 1)
  }
  const leave = (host: string) => {
    total--
    const left = inside.get(host)! - 1
    if (left === 0) inside.delete(host)
    else inside.set(host, left)
    const next = waiting.findIndex((one) => mayEnter(one.host))
    if (next === -1) return
    const [{ host: nextHost, enter }] = waiting.splice(next, 1) as [(typeof waiting)[number]]
    take(nextHost)
    enter()
  }

  return async (host, work) => {
    if (mayEnter(host)) take(host)
    else await new Promise<void>((enter) => waiting.push({ host, enter }))
    try {
      return await work()
    } finally {
      leave(host)
    }
  }
}
