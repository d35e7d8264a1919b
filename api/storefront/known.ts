import { steady } from './remembering.ts'

/** What is new in what is known already, such as a name, shows after so long at most. */
const REMEMBER_MS = 30_000
/** What is not known may have come meanwhile; made-up names must not have everything read again and again. */
const READ_AT_MOST_EVERY_MS = 1_000

/** All that is known, by key; read again when one of `keys` is not among it. */
export type Known<Found> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>

/**
 * Keeps the whole of something small. However many keys are made up, it takes one read a second and no memory: nothing is
 * kept of what leads nowhere.
 */
export function known<Found>(readAll: () => Promise<ReadonlyMap<string, Found>>): Known<Found> {
  const read = steady(readAll, READ_AT_MOST_EVERY_MS)
  let remembered: { all: ReadonlyMap<string, Found>; until: number } | undefined
  return async (keys) => {
    const isFresh = remembered && performance.now() < remembered.until
    if (!remembered || !isFresh || !keys.every((key) => remembered!.all.has(key)))
      remembered = { all: await read(), until: performance.now() + REMEMBER_MS }
    return remembered.all
  }
}
