import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { answeredBy } from './elasticsearch-away.ts'
import { orLast, steady } from './remembering.ts'

/** Later pages of a search are read from the index as it was on the first; each page keeps it for so long. */
export const VIEW_KEPT_FOR = '1m'

/**
 * Who begins to read within so long shares a view, and so does who goes on after losing one: however many search, the node
 * keeps a bounded number of them. Each holds on to the segments that were there, which costs it memory while goods change.
 */
const SHARED_FOR_MS = 500
/** While the next view is being opened, this one serves. */
const USABLE_FOR_MS = 1_000
/** And for so long when no other could be opened: a node that is out of breath opens none, and still searches the last. */
const SERVES_IN_NEED_FOR_MS = 30_000

export type IndexViews = {
  /** The index as it is now, or was a moment ago; in need, as it was half a minute ago. */
  current(): Promise<string>
  /** Opened a moment ago at most, for those whose own was lost: with time, with its node, or with its index. */
  fresh(): Promise<string>
}

/** Points in time of Elasticsearch; their ids go into cursors. */
export function indexViews(client: Elasticsearch, index: string): IndexViews {
  const open = async () => {
    const { id } = await client.openPointInTime(
      { index, keep_alive: VIEW_KEPT_FOR },
      { requestTimeout: OPEN_WITHIN_MS, maxRetries: 1, retryBackoff: () => 0 },
    )
    return id
  }
  return {
    current: steady(orLast(open, SERVES_IN_NEED_FOR_MS), SHARED_FOR_MS, USABLE_FOR_MS),
    fresh: steady(open, SHARED_FOR_MS),
  }
}

const OPEN_WITHIN_MS = 1_000

/** Expired or closed (404); or the index that it was of is gone, which Elasticsearch calls a shard without a copy. */
export function isViewLost(error: unknown): boolean {
  const answer = answeredBy(error)
  return (
    answer !== undefined &&
    (answer.statusCode === 404 || /no_shard_available/.test(JSON.stringify(answer.body)))
  )
}
