import type { WorkflowClient } from '@temporalio/client'
import { deliveryState, deliveryWorkflowId, type DeliveryState } from '../../contracts/logistics.ts'
import { isAwaited } from '../../domain/logistics/replan.ts'
import type { Delivery } from './delivery-view.ts'

export type LiveStateDeps = { workflows: Pick<WorkflowClient, 'getHandle' | 'withDeadline'> }

const ANSWERED_WITHIN_MS = 700
const OVER: readonly string[] = ['delivered', 'returned', 'lost', 'cancelled', 'failed']

/**
 * A delivery as its own workflow says that it stands at this moment. One that is over, or whose workflow does not answer in time,
 * stands as PostgreSQL has it.
 */
export async function asItIsNow(
  { workflows }: LiveStateDeps,
  delivery: Delivery,
): Promise<Delivery> {
  if (OVER.includes(delivery.phase)) return delivery
  try {
    const now = await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
      workflows.getHandle(deliveryWorkflowId(delivery.id)).query(deliveryState),
    )
    const { replanned, ...kept } = delivery
    return {
      ...{ ...kept, ...shown(now), late: delivery.late || now.isLate, isLive: true },
      ...(replanned && now.status && isAwaited(now.status) && { replanned }),
    }
  } catch {
    return delivery
  }
}

const shown = ({ phase, status, carrier, eta }: DeliveryState) => ({
  ...{ phase, state: status ?? phase },
  ...(carrier && { carrier }),
  ...(eta !== undefined && { eta }),
})
