import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowClient,
} from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import {
  cancelImport,
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'
import { unavailable } from '../problem-of.ts'

export type CancelImportDeps = {
  workflows: Pick<WorkflowClient, 'executeUpdateWithStart' | 'withDeadline'>
}

const ANSWERED_WITHIN_MS = 5000

/**
 * Asks the workflow, starting it when the relay has not yet: so that a queued import can be cancelled too. The state
 * becomes `cancelled` shortly after.
 * @throws {Problem} `conflict` when rows are being applied or it is over; `unavailable` when no worker answers
 */
export async function requestCancellation(
  { workflows }: CancelImportDeps,
  importId: string,
): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation<ImportCatalog>(importCatalog, {
    workflowId: importWorkflowId(importId),
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue: integrationsQueue,
    args: [{ importId }],
  })
  try {
    await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
      workflows.executeUpdateWithStart(cancelImport, { startWorkflowOperation }),
    )
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw beyondCancel(APPLYING, error)
    if (
      error instanceof WorkflowExecutionAlreadyStartedError ||
      error instanceof WorkflowNotFoundError
    )
      throw beyondCancel(OVER, error)
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unavailable(error, ASKED)
    throw error
  }
}

export const beyondCancel = (detail: Text, cause?: unknown) =>
  new Problem('conflict', { detail, cause })

const APPLYING: Text = {
  ru: 'Строки уже применяются: импорт не бывает применён наполовину.',
  en: 'Rows are being applied: an import is never half-applied.',
}
const ASKED: Text = {
  ru: 'Обработчик не ответил вовремя: отмена ещё может произойти, проверьте состояние импорта.',
  en: 'No worker answered in time: it may still be cancelled, look at the state of the import.',
}
export const OVER: Text = { ru: 'Импорт уже завершён.', en: 'The import is over.' }
