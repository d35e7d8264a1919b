import { cancellationSignal } from '@temporalio/activity'
import type { ContractInput } from '../../contracts/logistics.ts'
import { forgetHandled } from '../../db/logistics/carrier-webhooks.ts'
import { untraced } from '../../clients/tracing.ts'
import { untilHandover } from '../standing.ts'
import { openContracts, type Contract } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { createTracker } from './tracker.ts'

export type TrackingActivities = ReturnType<typeof createTrackingActivities>

const BETWEEN_QUEUES_MS = 2_000

export const createTrackingActivities = (deps: LogisticsDeps, contracts = openContracts(deps)) => {
  const tracker = createTracker(deps, contracts)

  /** Subscriptions end by themselves after a while of trouble, so each shift looks after them. Polling goes on without. */
  async function ensureCalls({ accountId, carrier, callUrl }: Contract): Promise<void> {
    if (callUrl === undefined || !carrier.ensureWebhooks) return
    try {
      const call = { signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs }
      const { refused } = await carrier.ensureWebhooks(callUrl, call)
      if (refused.length > 0)
        deps.log.warn({ accountId, refused }, 'a carrier will not tell of all')
    } catch (err) {
      deps.log.warn({ err, accountId }, 'a carrier was not asked to call')
    }
  }

  return {
    /** One shift of asking: whatever is due, and what carriers have called us with. */
    pollContract: ({ accountId }: ContractInput): Promise<'handed-over' | 'no-contract'> =>
      untraced(async () => {
        const contract = await contracts.find(accountId)
        if (!contract) return 'no-contract'
        await ensureCalls(contract)
        await forgetHandled(deps.system, accountId)
        await untilHandover(() => tracker.pollPage(accountId))
        return 'handed-over'
      }),

    /** One shift of a carrier's queue, which has one reader. */
    drainQueue: ({ accountId }: ContractInput): Promise<'handed-over' | 'no-contract'> =>
      untraced(async () => {
        if (!(await contracts.find(accountId))?.carrier.queue) return 'no-contract'
        await untilHandover(
          () => tracker.drainPage(accountId),
          BETWEEN_QUEUES_MS / (deps.pollHaste ?? 1),
        )
        return 'handed-over'
      }),
  }
}
