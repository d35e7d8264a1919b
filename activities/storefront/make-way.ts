import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { heartbeat, sleep } from '@temporalio/activity'
import { countSearches } from '../../clients/elasticsearch/indices.ts'

/** From so many searches a second on, somebody is there to be made way for. */
const BUSY_PER_SECOND = 5
/** A piece of work may search itself. */
const OWN_SEARCHES = 1
/** Of the time that a piece of work took. */
const REST = 2
const LONGEST_REST_MS = 3_000

/**
 * For work over the whole catalogue that nobody waits for: called after every bounded piece of it, it rests for twice as
 * long as the piece took while this index is being searched, so that searches and single changes find PostgreSQL and
 * Elasticsearch free for most of the time. Unsearched, it does not rest at all.
 * @returns whether there are searches
 */
export type MakeWay = () => Promise<boolean>

export async function makingWay(elasticsearch: Elasticsearch, alias: string): Promise<MakeWay> {
  let counted = await countSearches(elasticsearch, alias)
  let since = performance.now()
  return async () => {
    heartbeat()
    const tookMs = performance.now() - since
    const count = await countSearches(elasticsearch, alias)
    const isBusy = ((count - counted - OWN_SEARCHES) * 1_000) / tookMs >= BUSY_PER_SECOND
    if (isBusy) await sleep(Math.min(REST * tookMs, LONGEST_REST_MS))
    counted = isBusy ? await countSearches(elasticsearch, alias) : count
    since = performance.now()
    return isBusy
  }
}
