import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import type { Logger } from '../../clients/logger.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  type ImportCatalog,
} from '../../contracts/integrations.ts'

export type StartWorkflowDeps = {
  workflows: Pick<WorkflowClient, 'start'>
  log: Pick<Logger, 'warn'>
}

const WITHIN_MS = 1000

/** A shortcut that never fails: when Temporal is slow or away, `relayEvents` starts the import by its event. */
export async function startWorkflow(
  { workflows, log }: StartWorkflowDeps,
  importId: string,
): Promise<void> {
  const started = workflows
    .start<ImportCatalog>(importCatalog, {
      workflowId: importWorkflowId(importId),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: integrationsQueue,
      args: [{ importId }],
    })
    .catch((err: unknown) => {
      if (!(err instanceof WorkflowExecutionAlreadyStartedError))
        log.warn({ err, importId }, 'the import waits for the relay')
    })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, WITHIN_MS)
  })
  await Promise.race([started, late])
  clearTimeout(timer)
}
