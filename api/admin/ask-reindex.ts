import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowClient,
} from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import type { Logger } from '../../clients/logger.ts'
import {
  pauseReindex,
  reindexCatalog,
  reindexWorkflowId,
  resumeReindex,
  rollBackReindex,
  storefrontQueue,
  type ReindexCatalog,
} from '../../contracts/storefront.ts'
import type { Reindex } from '../../db/storefront/reindexes.ts'
import type { Text } from '../language.ts'
import { unavailable } from '../problem-of.ts'
import { Problem } from '../problem.ts'

export type AskReindexDeps = {
  workflows: Pick<WorkflowClient, 'start' | 'getHandle' | 'withDeadline'>
  log: Pick<Logger, 'warn'>
}

const STARTED_WITHIN_MS = 1_000
const ANSWERED_WITHIN_MS = 5_000

/** A shortcut that never fails: when Temporal is slow or away, the relay starts the reindex by its event. */
export async function startReindex(
  { workflows, log }: AskReindexDeps,
  reindexId: string,
): Promise<void> {
  try {
    await workflows.withDeadline(Date.now() + STARTED_WITHIN_MS, () =>
      workflows.start<ReindexCatalog>(reindexCatalog, {
        workflowId: reindexWorkflowId(reindexId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: storefrontQueue,
        args: [{ reindexId }],
      }),
    )
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError))
      log.warn({ err, reindexId }, 'the reindex waits for the relay')
  }
}

/**
 * Its workflow ended and left it at work: it was terminated. Once begun and unknown to Temporal, it ended long ago or was lost
 * with Temporal's data; one that has not begun waits for the relay. While Temporal does not answer, it is taken for running.
 */
export async function isAbandoned(
  { workflows }: AskReindexDeps,
  { id, startedAt }: Pick<Reindex, 'id' | 'startedAt'>,
): Promise<boolean> {
  try {
    const { status } = await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
      workflows.getHandle(reindexWorkflowId(id)).describe(),
    )
    return status.name !== 'RUNNING'
  } catch (error) {
    return error instanceof WorkflowNotFoundError && startedAt !== null
  }
}

const updates = { pause: pauseReindex, resume: resumeReindex, rollback: rollBackReindex }
export type ReindexOrder = keyof typeof updates | 'cancel'

/** @throws {Problem} `conflict` when its state does not permit it; `unavailable` when no worker answers */
export async function orderReindex(
  { workflows }: AskReindexDeps,
  reindexId: string,
  order: ReindexOrder,
): Promise<void> {
  const handle = workflows.getHandle(reindexWorkflowId(reindexId))
  try {
    await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, async () => {
      if (order === 'cancel') await handle.cancel()
      else await handle.executeUpdate(updates[order])
    })
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw conflict(REFUSED[order], error)
    if (error instanceof WorkflowNotFoundError) throw conflict(REFUSED[order], error)
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unavailable(error, ASKED)
    throw error
  }
}

export const conflict = (detail: Text, cause?: unknown) =>
  new Problem('conflict', { detail, cause })

export const REFUSED: Record<ReindexOrder, Text> = {
  pause: {
    ru: 'Приостановить можно только заполнение индекса.',
    en: 'Only the filling of an index can be paused.',
  },
  resume: { ru: 'Эта переиндексация не приостановлена.', en: 'This reindex is not paused.' },
  rollback: {
    ru: 'Вернуться нельзя: прежнего индекса нет или поиск ещё идёт по нему.',
    en: 'There is no way back: the index of before is gone, or is searched still.',
  },
  cancel: {
    ru: 'Отменить можно только до переключения поиска.',
    en: 'It can be cancelled only until searches are swapped.',
  },
}

const ASKED: Text = {
  ru: 'Обработчик не ответил вовремя: просьба ещё может быть выполнена, проверьте состояние переиндексации.',
  en: 'No worker answered in time: it may still be done, look at the state of the reindex.',
}
