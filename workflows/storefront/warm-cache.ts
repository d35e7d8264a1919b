import {
  continueAsNew,
  ContinueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { WarmUpActivities } from '../../activities/storefront/warm-up.ts'
import {
  warmUpProgress,
  type WarmCacheInput,
  type WarmUpPosition,
  type WarmUpState,
} from '../../contracts/storefront.ts'
import * as policies from '../policies.ts'

const { warmPages } = proxyActivities<WarmUpActivities>(policies.optional)

const NOWHERE: WarmUpPosition = { done: 0, total: 0, made: 0, alreadyThere: 0, yieldedMs: 0 }

/**
 * Makes the pages that are read most before somebody has to wait for them, while buyers leave PostgreSQL room. Nothing
 * waits for it: what it leaves out is made when it is asked for.
 */
export async function warmCache({
  perCity = 20,
  position = NOWHERE,
}: WarmCacheInput): Promise<WarmUpPosition> {
  let state: WarmUpState = 'running'
  setHandler(warmUpProgress, () => ({ state, ...position }))

  try {
    for (let ended = false; !ended;) {
      if (workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof warmCache>({ perCity, position })
      const shift = await warmPages({ perCity, position })
      position = shift.position
      ended = shift.ended
    }
  } catch (error) {
    if (!(error instanceof ContinueAsNew)) state = isCancellation(error) ? 'cancelled' : 'failed'
    throw error
  }
  state = 'completed'
  return position
}
