import {
  WorkflowUpdateFailedError,
  WorkflowUpdateStage,
  type WorkflowClient,
} from '@temporalio/client'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import {
  cancelDelivery,
  changePickupPoint,
  deliveryWorkflowId,
  type NewPoint,
} from '../../contracts/logistics.ts'
import type { Delivery } from '../deliveries/delivery-view.ts'
import type { Text } from '../language.ts'
import { unavailable } from '../problem-of.ts'
import { Problem } from '../problem.ts'

export type AskDeliveryDeps = { workflows: Pick<WorkflowClient, 'getHandle' | 'withDeadline'> }

const TAKEN_UP_WITHIN_MS = 5_000

const ENDED = new Set<Delivery['phase']>(['delivered', 'returned', 'lost', 'cancelled', 'failed'])

/** As it was read; its workflow is known by its id. */
type Asked = Pick<Delivery, 'id' | 'phase'>

/**
 * Has a delivery cancelled, as soon as its carrier lets go of it; that can take longer than anybody waits.
 * @throws {Problem} `conflict` when the carrier has the parcel, or it is over; `unavailable` when no worker answers, or its
 *   workflow has not begun yet
 */
export const askToCancel = (deps: AskDeliveryDeps, delivery: Asked): Promise<void> =>
  asking(deps, delivery, (handle) =>
    handle.startUpdate(cancelDelivery, { waitForStage: WorkflowUpdateStage.ACCEPTED }),
  )

/** @throws {Problem} like {@link askToCancel} */
export const askForPoint = (
  deps: AskDeliveryDeps,
  delivery: Asked,
  point: NewPoint,
): Promise<void> =>
  asking(deps, delivery, (handle) =>
    handle.startUpdate(changePickupPoint, {
      ...{ args: [point], waitForStage: WorkflowUpdateStage.ACCEPTED },
    }),
  )

type Handle = ReturnType<WorkflowClient['getHandle']>

async function asking(
  { workflows }: AskDeliveryDeps,
  { id, phase }: Asked,
  ask: (handle: Handle) => Promise<unknown>,
): Promise<void> {
  try {
    await workflows.withDeadline(Date.now() + TAKEN_UP_WITHIN_MS, () =>
      ask(workflows.getHandle(deliveryWorkflowId(id))),
    )
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refused(error)
    if (error instanceof WorkflowNotFoundError && ENDED.has(phase))
      throw new Problem('conflict', { detail: OVER, cause: error })
    // One that is under way has no workflow for as long as Temporal, or the relay that starts it, is away.
    throw unavailable(error as Error, ASKED)
  }
}

function refused(error: WorkflowUpdateFailedError): Problem {
  const type = error.cause instanceof ApplicationFailure ? error.cause.type : undefined
  return new Problem('conflict', { detail: type === 'Busy' ? BUSY : TOO_LATE, cause: error })
}

const OVER: Text = { ru: 'Доставка уже закончилась.', en: 'The delivery is over.' }
const TOO_LATE: Text = {
  ru: 'Посылка уже у перевозчика: изменить доставку нельзя.',
  en: 'The carrier has the parcel already: the delivery cannot be changed.',
}
const BUSY: Text = {
  ru: 'Другое изменение ещё выполняется.',
  en: 'Another change is still being made.',
}
const ASKED: Text = { ru: 'Повторите запрос позже.', en: 'Ask again in a moment.' }
