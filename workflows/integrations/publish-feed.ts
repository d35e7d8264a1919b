import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  setHandler,
  uuid4,
} from '@temporalio/workflow'
import type { FeedArtefactsActivities } from '../../activities/integrations/feed-artefacts.ts'
import type { FeedsActivities } from '../../activities/integrations/feeds.ts'
import {
  publicationRequested,
  type PublishFeedInput,
  type PublishFeedResult,
} from '../../contracts/feeds.ts'
import { parsingQueue } from '../../contracts/integrations.ts'
import * as policies from '../policies.ts'

const { buildArtefacts, checkArtefacts } = proxyActivities<FeedArtefactsActivities>({
  ...policies.long,
  taskQueue: parsingQueue,
})
const { sweepFeed } = proxyActivities<FeedArtefactsActivities>({
  ...policies.mustLand,
  taskQueue: parsingQueue,
})
const { openPublication, settlePublication, failPublication } = proxyActivities<FeedsActivities>(
  policies.mustLand,
)

/**
 * Makes a feed's files anew, checks them and swaps them for what is served; nothing is served that was not whole. Asked
 * for again while it is at work, it goes on with what was asked for.
 */
export async function publishFeed({
  feedId,
  publicationId = uuid4(),
}: PublishFeedInput): Promise<PublishFeedResult> {
  const waiting = [publicationId]
  setHandler(publicationRequested, (asked) => {
    if (!waiting.includes(asked.publicationId)) waiting.push(asked.publicationId)
  })

  let state: PublishFeedResult['state'] = 'unchanged'
  let failure: { error: unknown } | undefined
  for (const publicationId of waiting) {
    const key = { feedId, publicationId }
    try {
      state = await publish(key)
    } catch (error) {
      failure ??= { error }
      const code = isCancellation(error) ? 'cancelled' : 'internal'
      await CancellationScope.nonCancellable(() => failPublication({ ...key, code }))
    }
    if (state !== 'unchanged' || failure)
      await CancellationScope.nonCancellable(() => sweepFeed({ feedId }))
  }
  if (failure) throw failure.error
  return { state }
}

async function publish(key: {
  feedId: string
  publicationId: string
}): Promise<PublishFeedResult['state']> {
  const opened = await openPublication(key)
  if (opened !== 'building') return opened
  if ((await buildArtefacts(key)) === 'gone') return failPublication({ ...key, code: 'gone' })
  const checked = await checkArtefacts(key)
  if (checked !== 'valid') return failPublication({ ...key, code: checked.problem })
  return settlePublication(key)
}
