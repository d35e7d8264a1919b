import type { Kysely, Transaction } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { PublishFeedResult } from '../../contracts/feeds.ts'
import type { Database } from '../../db/database.ts'
import type { FeedProblem } from '../../db/integrations/feed-tables.ts'
import { appendEvent } from '../../db/events.ts'
import { fingerprintOf } from '../../db/integrations/feed-source.ts'
import {
  findHeld,
  findPublication,
  finishPublication,
  getPublication,
  insertPublication,
  lockFeed,
  startPublication,
  swapPublished,
  type Feed,
  type FeedPublication,
} from '../../db/integrations/feeds.ts'
import { isDue, shrinksTooMuch } from '../../domain/integrations/feeds/publication.ts'
import { heartbeating } from '../heartbeating.ts'

export type FeedsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  log: Pick<Logger, 'error'>
}
export type FeedsActivities = ReturnType<typeof createFeedsActivities>

type PublicationKey = { feedId: string; publicationId: string }
type State = PublishFeedResult['state']

export const createFeedsActivities = ({ system, log }: FeedsDeps) => {
  /** Decides about a feed that nobody else decides about meanwhile; `gone` when there is none any more. */
  const deciding = <Decision>(
    feedId: string,
    decide: (trx: Transaction<Database>, feed: Feed) => Promise<Decision>,
  ): Promise<Decision | 'gone'> =>
    heartbeating(() =>
      system.transaction().execute(async (trx) => {
        const feed = await lockFeed(trx, feedId)
        return !feed || feed.deletedAt ? 'gone' : decide(trx, feed)
      }),
    )

  return {
    /**
     * Begins the publication, which the schedule's runs make first; ends it as `unchanged` when there is nothing new to
     * say. One that has ended before is left as it is.
     * @returns `building` when files are to be made
     */
    openPublication: ({ feedId, publicationId }: PublicationKey): Promise<State | 'building'> =>
      deciding<End | 'building'>(feedId, async (trx, feed) => {
        const publication =
          (await findPublication(trx, publicationId)) ??
          (await insertPublication(trx, feed, {
            id: publicationId,
            state: 'building',
            confirmShrink: false,
            traceParent: currentTraceParent() ?? null,
          }))
        const ended = endOf(publication)
        if (ended) return ended
        await startPublication(trx, publicationId)
        const published = await findPublished(trx, feed)
        const held = publication.confirmShrink ? undefined : await findHeld(trx, feedId, published)
        if (isDue(await fingerprintOf(trx, feed), { published, held }, new Date()))
          return 'building'
        await finishPublication(trx, publicationId, 'unchanged')
        return 'unchanged'
      }),

    /**
     * Swaps what is served for the publication, in one transaction with its event; or holds it, when it lost too many
     * items and nobody has said that this is meant so.
     */
    settlePublication: ({ feedId, publicationId }: PublicationKey): Promise<State> =>
      deciding<End>(feedId, async (trx, feed) => {
        const publication = await getPublication(trx, publicationId)
        const ended = endOf(publication)
        if (ended) return ended
        const published = await findPublished(trx, feed)
        const { state, problem } = judge(publication, published)
        await finishPublication(trx, publicationId, state, problem)
        if (state === 'unchanged') return state
        if (state === 'published') await swapPublished(trx, feedId, publicationId)
        else log.error({ feedId, publicationId, problem }, `feed ${state}`)
        await tell(trx, feed, publicationId, state)
        return state
      }),

    /** Ends a publication that cannot be made; what was served stays so. */
    failPublication: ({
      feedId,
      publicationId,
      code,
    }: PublicationKey & { code: string }): Promise<State> =>
      deciding<End>(feedId, async (trx, feed) => {
        if (await finishPublication(trx, publicationId, 'failed', { code })) {
          log.error({ feedId, publicationId, code }, 'feed failed')
          await tell(trx, feed, publicationId, 'failed')
        }
        return 'failed'
      }),
  }
}

type End = Exclude<State, 'gone'>

const endOf = ({ state }: FeedPublication): End | undefined =>
  state === 'queued' || state === 'building' ? undefined : state

const findPublished = async (trx: Transaction<Database>, { publishedId }: Feed) =>
  publishedId === null ? undefined : await findPublication(trx, publishedId)

function judge(
  { items, confirmShrink, snapshotAt }: FeedPublication,
  published: FeedPublication | undefined,
): { state: End; problem?: FeedProblem } {
  // A run of the schedule and one that was asked for may overlap: the newer content stays.
  if (published?.snapshotAt && snapshotAt && published.snapshotAt > snapshotAt)
    return { state: 'unchanged', problem: { code: 'overtaken' } }
  if (confirmShrink) return { state: 'published' }
  const [before, now] = [Number(published?.items ?? 0), Number(items)]
  if (published && shrinksTooMuch(before, now))
    return { state: 'held', problem: { code: 'shrunk', params: { before, now } } }
  if (now === 0) return { state: 'failed', problem: { code: 'no-items' } }
  return { state: 'published' }
}

const tell = (
  trx: Transaction<Database>,
  { id: feedId, sellerId, shopId }: Feed,
  publicationId: string,
  state: End,
) =>
  appendEvent(trx, {
    sellerId,
    type: `feed.${state}`,
    subject: `feed:${feedId}`,
    data: { feedId, shopId, publicationId },
    traceParent: currentTraceParent() ?? null,
  })
