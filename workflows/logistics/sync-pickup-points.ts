import { proxyActivities, uuid4 } from '@temporalio/workflow'
import type { PointsActivities } from '../../activities/logistics/points.ts'
import type { PointsSyncResult, SyncPickupPointsInput } from '../../contracts/pickup-points.ts'
import * as policies from '../policies.ts'

const { readPickupPoints } = proxyActivities<PointsActivities>(policies.fetching)
const { applyPickupPoints } = proxyActivities<PointsActivities>(policies.read)
const { projectPickupPoints } = proxyActivities<PointsActivities>(policies.optional)

/**
 * Brings a carrier's pickup points up to what it says now: read as a whole, then made true at once or, where that would take a
 * large part of them away, held for a person. What search could not be told, the next run tells it.
 */
export async function syncPickupPoints({
  carrier,
  scope,
  confirmClosure = false,
}: SyncPickupPointsInput): Promise<PointsSyncResult> {
  const syncId = uuid4()
  const read = await readPickupPoints({ syncId, carrier })
  if (read === 'no-points') return { outcome: 'no-points', points: 0, unusable: 0 }
  const applied = await applyPickupPoints({ syncId, carrier, scope, confirmClosure })
  await projectPickupPoints()
  return { ...read, ...applied }
}
