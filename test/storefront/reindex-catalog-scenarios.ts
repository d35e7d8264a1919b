import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity'
import type { WorkflowHandle } from '@temporalio/client'
import type { ReindexingActivities } from '../../activities/storefront/reindexing.ts'
import type { WarmUpActivities } from '../../activities/storefront/warm-up.ts'
import {
  pauseReindex,
  reindexProgress,
  resumeReindex,
  rollBackReindex,
  type ReindexCatalog,
  type ReindexState,
} from '../../contracts/storefront.ts'
import { until } from '../support/until.ts'

type Handle = WorkflowHandle<ReindexCatalog>

/** Fakes for one course of a reindex, what they were asked for, and what happens while it runs. */
export type ReindexScenario = {
  activities: ReindexingActivities & WarmUpActivities
  did: string[]
  /** Shifts of the warm-up that begins after the swap and has nothing to do. */
  warmed: object[]
  meanwhile?(handle: Handle): Promise<unknown>
}

/** Fills in three shifts. */
function scenario(
  different: Partial<ReindexingActivities> = {},
  meanwhile?: (handle: Handle, did: string[]) => Promise<unknown>,
): ReindexScenario {
  const did: string[] = []
  const warmed: object[] = []
  const warmPages: WarmUpActivities['warmPages'] = async ({ position }) => {
    warmed.push(position)
    return { position, ended: true }
  }
  let done = 0
  const all: ReindexingActivities = {
    openReindex: async () => {},
    backfillPages: async () => {
      done += 100
      return { ended: done >= 300, pace: { done, total: 300, workedMs: done } }
    },
    recordReindexState: async () => {},
    verifyParity: async () => 'equal',
    swapIndices: async () => ({ rollbackMinutes: 60 }),
    dropListings: async () => {},
    rollBackSwap: async () => 'rolled-back',
    closeWindow: async () => 'completed',
    abandonReindex: async () => {},
    ...different,
  }
  const noted = Object.entries(all).map(([name, activity]) => [
    name,
    async (given?: { state?: string; problem?: string }) => {
      did.push([name, given?.state, given?.problem].filter(Boolean).join(' '))
      return (activity as (given?: object) => unknown)(given)
    },
  ])
  return {
    did,
    warmed,
    activities: { ...(Object.fromEntries(noted) as ReindexingActivities), warmPages },
    ...(meanwhile ? { meanwhile: (handle) => meanwhile(handle, did) } : {}),
  }
}

const untilState = (handle: Handle, wanted: ReindexState) =>
  until(async () => (await handle.query(reindexProgress)).state === wanted, { what: wanted })

/** A step that does not end before it is told to. */
function held<Answer>(answer: Answer) {
  const begun = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const step = async () => {
    begun.resolve()
    await mayEnd.promise
    return answer
  }
  return { step, begun: begun.promise, end: () => mayEnd.resolve() }
}

/** A history of more than 4 MB is to be continued as new; an answer may have 2 MB. */
const LARGE = { padding: 'x'.repeat(1_500_000) }

const heldShift = () => held({ ended: true, pace: { done: 300, total: 300, workedMs: 1_000 } })

/** Every branch of the workflow, by name; each call makes a fresh one. */
export const reindexScenarios = {
  undisturbed: () => scenario(),
  'no-way-back-wanted': () => scenario({ swapIndices: async () => ({ rollbackMinutes: 0 }) }),
  'rolled-back': () =>
    scenario({}, async (handle) => {
      await untilState(handle, 'live')
      await handle.executeUpdate(rollBackReindex)
    }),
  'rolled-back-too-late': () =>
    scenario({ rollBackSwap: async () => 'completed' }, async (handle) => {
      await untilState(handle, 'live')
      await handle.executeUpdate(rollBackReindex).catch(() => {})
    }),
  'cancelled-in-its-window': () =>
    scenario({}, async (handle) => {
      await untilState(handle, 'live')
      await handle.cancel()
    }),
  /** Its history grows until Temporal suggests to continue as new; its second run fills the rest. */
  continued: () => {
    const openings = [held(undefined), held(undefined)] as const
    let opened = 0
    let done = 0
    return {
      ...scenario({
        openReindex: () => openings[opened++ === 0 ? 0 : 1].step(),
        backfillPages: async () => {
          done += 100
          const pace = { done, total: 10_000, workedMs: done * 10 }
          return opened > 1 ? { ended: true, pace } : { ended: false, pace, ...LARGE }
        },
      }),
      openings,
    }
  },
  paused: () => {
    const shift = heldShift()
    return scenario({ backfillPages: shift.step }, async (handle) => {
      await shift.begun
      await handle.executeUpdate(pauseReindex)
      shift.end()
      await untilState(handle, 'paused')
      await handle.executeUpdate(resumeReindex)
    })
  },
  'cancelled-while-paused': () => {
    const shift = heldShift()
    return scenario({ backfillPages: shift.step }, async (handle) => {
      await shift.begun
      await handle.executeUpdate(pauseReindex)
      shift.end()
      await untilState(handle, 'paused')
      await handle.cancel()
    })
  },
  'cancelled-while-opening': () => {
    const { activities, did, ...rest } = scenario({}, async (handle) => {
      await until(() => did.includes('openReindex'))
      await handle.cancel()
    })
    const openReindex = async () => {
      did.push('openReindex')
      await untilCancelled().catch(() => did.push('opened'))
    }
    return { ...rest, did, activities: { ...activities, openReindex } }
  },
  'cancelled-while-opening-fails': () =>
    scenario(
      {
        openReindex: () =>
          untilCancelled().catch(() => {
            throw ApplicationFailure.nonRetryable('Elasticsearch is away', 'Away')
          }),
      },
      async (handle, did) => {
        await until(() => did.includes('openReindex'))
        await handle.cancel()
      },
    ),
  'cancelled-while-filling': () =>
    scenario({ backfillPages: untilCancelled }, async (handle, did) => {
      await until(() => did.includes('backfillPages'))
      await handle.cancel()
    }),
  'cancelled-as-the-check-ends': () =>
    scenario({ verifyParity: checkToTheEnd }, async (handle, did) => {
      await until(() => did.includes('verifyParity'))
      await handle.cancel()
    }),
  'cancelled-while-swapping': () => {
    const swap = held({ rollbackMinutes: 60 })
    return scenario({ swapIndices: swap.step }, async (handle) => {
      await swap.begun
      await handle.cancel()
      swap.end()
      await untilState(handle, 'live')
      await handle.executeUpdate(rollBackReindex)
    })
  },
  'not-equal': () => scenario({ verifyParity: async () => 'differs' }),
  'index-lost': () => {
    let lost = 1
    return scenario({ verifyParity: async () => (lost-- > 0 ? 'lost' : 'equal') })
  },
  'given-up': () =>
    scenario({
      openReindex: async () => {
        throw ApplicationFailure.nonRetryable('No', 'GenerationRefused')
      },
    }),
  'without-redis': () =>
    scenario({
      dropListings: async () => {
        throw ApplicationFailure.nonRetryable('Redis is away', 'Away')
      },
    }),
} satisfies Record<string, () => ReindexScenario>

/** Learns of the cancellation when nothing is left to do. */
const checkToTheEnd = () => untilCancelled().catch(() => 'equal' as const)

async function untilCancelled(): Promise<never> {
  const context = Context.current()
  const beat = setInterval(() => heartbeat(), 100)
  try {
    return await context.cancelled
  } finally {
    clearInterval(beat)
  }
}
