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

/** One answer for everybody who asks within so long. */
export function steady<Answer>(read: () => Promise<Answer>, forMs: number): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  let until = 0
  return () => {
    if (!answer || performance.now() >= until) {
      until = performance.now() + forMs
      answer = read()
      answer.catch(() => (answer = undefined))
    }
    return answer
  }
}
