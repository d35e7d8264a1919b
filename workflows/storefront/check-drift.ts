import { CancellationScope, proxyActivities, uuid4 } from '@temporalio/workflow'
import type { DriftActivities } from '../../activities/storefront/drift.ts'
import type { CheckDriftInput, CheckDriftResult } from '../../contracts/storefront.ts'
import * as policies from '../policies.ts'

const { compareSearch, compareListings } = proxyActivities<DriftActivities>(policies.long)
const { openDriftCycle, closeDriftCycle } = proxyActivities<DriftActivities>(policies.mustLand)

/**
 * Compares what is searched and what is cached with PostgreSQL, mends what differs, and counts it. What still waits in
 * the change stream is no drift.
 */
export async function checkDrift({
  cycleId = uuid4(),
}: CheckDriftInput): Promise<CheckDriftResult> {
  const key = { cycleId }
  await openDriftCycle(key)
  try {
    await compareSearch(key)
    await compareListings(key)
  } catch (error) {
    await CancellationScope.nonCancellable(() => closeDriftCycle({ ...key, state: 'failed' }))
    throw error
  }
  return closeDriftCycle({ ...key, state: 'completed' })
}
