import { condition, proxyActivities, setHandler } from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import {
  loserWoke,
  type SettleLoserInput,
  type SettleLoserResult,
} from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'

const { lookAtLoser } = proxyActivities<LogisticsActivities>(policies.untilSettled)

/**
 * Watches a booking that was given up: one that wakes up is cancelled again, or becomes a cost and a person's task. It does
 * not end without an answer of the carrier's.
 */
export async function settleLoser({
  attemptId,
  watchMs,
}: SettleLoserInput): Promise<SettleLoserResult> {
  let heardOf = false
  setHandler(loserWoke, () => void (heardOf = true))

  for (let looks = 0; looks <= watchMs.length; looks++) {
    heardOf = false
    if ((await lookAtLoser({ attemptId })) === 'loose') return { end: 'loose' }
    const restMs = watchMs[looks]
    if (restMs === undefined) {
      if (heardOf) looks--
      continue
    }
    // Heard of again, it is watched for as long as if it had just been given up.
    if (await condition(() => heardOf, restMs)) looks = -1
  }
  return { end: 'quiet' }
}
