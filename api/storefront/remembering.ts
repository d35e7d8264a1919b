/** Bounded, so that made-up names cannot fill the memory: they are not remembered at all. */
const AT_MOST = 10_000

/** Asks once and takes what was found as true for a while; what was not found is asked for again. */
export function remembering<Found>(
  find: (key: string) => Promise<Found | undefined>,
  forMs: number,
): (key: string) => Promise<Found | undefined> {
  const known = new Map<string, { found: Found; until: number }>()
  return async (key) => {
    const remembered = known.get(key)
    if (remembered && performance.now() < remembered.until) return remembered.found
    known.delete(key)
    const found = await find(key)
    if (found === undefined) return undefined
    if (known.size >= AT_MOST) known.delete(known.keys().next().value!)
    known.set(key, { found, until: performance.now() + forMs })
    return found
  }
}

/**
 * One answer for everybody who asks within so long. With a longer `usableForMs` the last answer serves until then, while
 * the next one is on its way: nobody waits for it who need not.
 */
export function steady<Answer>(
  read: () => Promise<Answer>,
  forMs: number,
  usableForMs = forMs,
): () => Promise<Answer> {
  type Reading = { answer: Promise<Answer>; at: number }
  let last: Reading | undefined
  let isNextComing = false

  const begin = (): Reading => {
    const reading = { answer: read(), at: performance.now() }
    reading.answer.catch(() => {
      if (last === reading) last = undefined
    })
    return reading
  }
  const renew = async () => {
    isNextComing = true
    const next = begin()
    try {
      await next.answer
      last = next
    } catch {
      // The last answer serves as long as it may; who asks after that sees a failure of its own.
    } finally {
      isNextComing = false
    }
  }
  return () => {
    const age = performance.now() - (last?.at ?? -Infinity)
    if (!last || age >= usableForMs) last = begin()
    else if (age >= forMs && !isNextComing) void renew()
    return last.answer
  }
}

/** So long after a failure nobody waits for another one. */
const RECENT_MS = 2_000

/**
 * Asks every time; when that fails, what was found last serves, unless it is older than this. Who asks soon after a failure is
 * given it at once, while it is asked for anew.
 */
export function orLast<Answer>(
  read: () => Promise<Answer>,
  noOlderThanMs: number,
): () => Promise<Answer> {
  let last: { answer: Answer; at: number } | undefined
  let failedAt = -Infinity
  let asking: Promise<Answer> | undefined

  const ask = async (): Promise<Answer> => {
    const at = performance.now()
    try {
      const answer = await read()
      last = { answer, at }
      failedAt = -Infinity
      return answer
    } catch (error) {
      failedAt = performance.now()
      throw error
    }
  }
  const askOnce = () => (asking ??= ask().finally(() => (asking = undefined)))
  const usable = () =>
    last && performance.now() - last.at < noOlderThanMs ? last.answer : undefined

  return async () => {
    const known = performance.now() - failedAt < RECENT_MS ? usable() : undefined
    const asked = askOnce()
    if (known !== undefined) {
      asked.catch(() => {})
      return known
    }
    try {
      return await asked
    } catch (error) {
      const old = usable()
      if (old === undefined) throw error
      return old
    }
  }
}
