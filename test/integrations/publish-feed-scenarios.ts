import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity'
import type { WorkflowHandle } from '@temporalio/client'
import type { FeedArtefactsActivities } from '../../activities/integrations/feed-artefacts.ts'
import type { FeedsActivities } from '../../activities/integrations/feeds.ts'
import { publicationRequested, type PublishFeed } from '../../contracts/feeds.ts'
import { until } from '../support/until.ts'

type Quick = FeedsActivities
type Slow = FeedArtefactsActivities
type Handle = WorkflowHandle<PublishFeed>

/** Fakes for one course of a publication, what they were asked for, and what happens while it runs. */
export type PublishScenario = {
  quick: Quick
  slow: Slow
  did: string[]
  meanwhile?(handle: Handle): Promise<unknown>
}

function scenario(
  different: Partial<Quick & Slow> = {},
  meanwhile?: (handle: Handle, did: string[]) => Promise<unknown>,
): PublishScenario {
  const did: string[] = []
  const noting = <Given, Answer>(what: string, answer: (given: Given) => Promise<Answer>) =>
    async function note(given: Given): Promise<Answer> {
      did.push(what)
      return answer(given)
    }
  const all: Quick & Slow = {
    openPublication: async () => 'building',
    settlePublication: async () => 'published',
    failPublication: async () => 'failed',
    buildArtefacts: async () => 'built',
    checkArtefacts: async () => 'valid',
    sweepFeed: async () => {},
    ...different,
  }
  return {
    did,
    quick: {
      openPublication: noting('open', all.openPublication),
      settlePublication: noting('settle', all.settlePublication),
      failPublication: (given) => noting(`fail ${given.code}`, all.failPublication)(given),
    },
    slow: {
      buildArtefacts: noting('build', all.buildArtefacts),
      checkArtefacts: noting('check', all.checkArtefacts),
      sweepFeed: noting('sweep', all.sweepFeed),
    },
    ...(meanwhile ? { meanwhile: (handle) => meanwhile(handle, did) } : {}),
  }
}

/** Every branch of the workflow, by name; each call makes a fresh one. */
export const publishScenarios = {
  changed: () => scenario(),
  unchanged: () => scenario({ openPublication: async () => 'unchanged' }),
  held: () => scenario({ settlePublication: async () => 'held' }),
  'not-whole': () => scenario({ checkArtefacts: async () => ({ problem: 'bytes-differ' }) }),
  'shop-suspended': () => scenario({ buildArtefacts: async () => 'gone' }),
  deleted: () => scenario({ openPublication: async () => 'gone' }),
  'given-up': () =>
    scenario({
      buildArtefacts: async () => {
        throw ApplicationFailure.nonRetryable('No', 'Impossible')
      },
    }),
  'cancelled-while-building': () =>
    scenario({ buildArtefacts: buildUntilCancelled }, async (handle, did) => {
      await until(() => did.includes('build'))
      await handle.cancel()
    }),
  'asked-again-meanwhile': () => {
    let asked = false
    return scenario(
      {
        buildArtefacts: async () => {
          await until(() => asked)
          return 'built'
        },
      },
      async (handle, did) => {
        await until(() => did.includes('build'))
        for (const publicationId of ['second', 'second'])
          await handle.signal(publicationRequested, { publicationId })
        asked = true
      },
    )
  },
} satisfies Record<string, () => PublishScenario>

async function buildUntilCancelled(): Promise<'built'> {
  const context = Context.current()
  const beat = setInterval(() => heartbeat(), 100)
  try {
    return await context.cancelled
  } finally {
    clearInterval(beat)
  }
}
