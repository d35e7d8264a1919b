import { defineSignal } from '@temporalio/workflow'

/** One per feed; a Schedule's own runs have its time behind the id. */
export const feedWorkflowId = (feedId: string) => `feed:${feedId}`
export const feedScheduleId = (feedId: string) => `feed:${feedId}`

export const publishFeed = 'publishFeed'

/** Without a publication one is made: that is how the Schedule starts it. */
export type PublishFeedInput = { feedId: string; publicationId?: string }
export type PublishFeedResult = {
  /** What became of the last publication; `gone` when the feed was deleted. */
  state: 'published' | 'held' | 'unchanged' | 'failed' | 'gone'
}
export type PublishFeed = (input: PublishFeedInput) => Promise<PublishFeedResult>

/** Another publication is wanted; told twice, it is made once. */
export const publicationRequested =
  defineSignal<[{ publicationId: string }]>('publicationRequested')
