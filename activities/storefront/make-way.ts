import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { heartbeat, sleep } from '@temporalio/activity'
import { readSearchLoad } from '../../clients/elasticsearch/search-load.ts'

/** From so many tasks of searches a second on, somebody is there to be made way for. */
const BUSY_PER_SECOND = 5
/** A piece of work may search itself. */
const OWN_TASKS = 2
/** Who was there is there for so long more: searches that wait are not seen to be done. */
const STAYS_BUSY_MS = 30_000
/** Of the time that a piece of work took. */
const REST = 2
const LONGEST_REST_MS = 3_000
/** Then for as long as searches crowd, but not for ever: work that never goes on is of no use to them either. */
const LONGEST_CROWD_MS = 15_000
const LOOK_EVERY_MS = 250

/**
 * For work over the whole catalogue that nobody waits for: called after every bounded piece of it, it rests for twice as
 * long as the piece took while Elasticsearch is being searched, so that searches and single changes find it and
 * PostgreSQL free for most of the time, and until no more of them wait than are being done: a merge may leave the node room for
 * searches alone. Without searches it does not rest at all.
 * @returns whether there are searches
 */
export type MakeWay = () => Promise<boolean>

export async function makingWay(elasticsearch: Elasticsearch): Promise<MakeWay> {
  let before = await readSearchLoad(elasticsearch)
  let since = performance.now()
  let busyUntil = before?.waiting ? since + STAYS_BUSY_MS : -Infinity
  return async () => {
    heartbeat()
    const now = performance.now()
    const tookMs = now - since
    const load = await readSearchLoad(elasticsearch)
    const done = (load?.completed ?? 0) - (before?.completed ?? load?.completed ?? 0) - OWN_TASKS
    if (load?.waiting || (done * 1_000) / tookMs >= BUSY_PER_SECOND) busyUntil = now + STAYS_BUSY_MS
    const isBusy = now < busyUntil
    if (isBusy) await sleep(Math.min(REST * tookMs, LONGEST_REST_MS))
    before = isBusy ? await untilThereIsRoom() : load
    since = performance.now()
    return isBusy
  }

  async function untilThereIsRoom() {
    const endsAt = performance.now() + LONGEST_CROWD_MS
    for (;;) {
      const load = await readSearchLoad(elasticsearch)
      if (!load?.isCrowded || performance.now() >= endsAt) return load
      heartbeat()
      await sleep(LOOK_EVERY_MS)
    }
  }
}
