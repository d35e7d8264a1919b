import {
  ScheduleOverlapPolicy,
  type ScheduleOptions,
  type WorkflowClient,
} from '@temporalio/client'
import type { Kysely } from 'kysely'
import {
  feedScheduleId,
  feedWorkflowId,
  publicationRequested,
  publishFeed,
  type PublishFeed,
  type PublishFeedInput,
} from '../../contracts/feeds.ts'
import { integrationsQueue } from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { findFeed, type Feed } from '../../db/integrations/feeds.ts'
import type { Consequences } from './relay.ts'
import { ensureSchedule, removeSchedule, type Schedules } from './schedules.ts'

export type FeedConsequencesDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'signalWithStart'>
  schedules: Schedules
}

/** What must happen because of an event about a feed; each can be repeated. */
export const feedConsequences = (deps: FeedConsequencesDeps): Consequences => ({
  'feed.changed': async ({ data }) => {
    const { feedId } = data as { feedId: string }
    await arrangeSchedule(deps.schedules, feedId, await findFeed(deps.system, feedId))
  },
  /** Of a deleted feed too: the workflow clears what is left of it. */
  'feed.publication-requested': async ({ data }) => {
    const { feedId, publicationId } = data as { feedId: string; publicationId: string }
    await deps.workflows.signalWithStart<PublishFeed, [{ publicationId: string }]>(publishFeed, {
      workflowId: feedWorkflowId(feedId),
      taskQueue: integrationsQueue,
      args: [{ feedId, publicationId }],
      signal: publicationRequested,
      signalArgs: [{ publicationId }],
    })
  },
})

/** Makes the Schedule what the feed says now, whatever it was before. */
async function arrangeSchedule(
  schedules: Schedules,
  feedId: string,
  feed: Feed | undefined,
): Promise<void> {
  if (!feed || feed.deletedAt || feed.everyMinutes === null)
    await removeSchedule(schedules, feedScheduleId(feedId))
  else await ensureSchedule(schedules, scheduleOf(feed.id, feed.everyMinutes))
}

/** The jitter keeps the feeds of the whole marketplace from being made in the same second. */
const scheduleOf = (feedId: string, everyMinutes: number) =>
  ({
    scheduleId: feedScheduleId(feedId),
    spec: { intervals: [{ every: `${everyMinutes} minutes` }], jitter: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: publishFeed,
      workflowId: feedWorkflowId(feedId),
      taskQueue: integrationsQueue,
      args: [{ feedId }] as [PublishFeedInput],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    state: { triggerImmediately: true },
  }) satisfies ScheduleOptions
