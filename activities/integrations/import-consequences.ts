import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import type { Kysely } from 'kysely'
import {
  catalogueChanged,
  fetchPictures,
  picturesWorkflowId,
  type FetchPictures,
} from '../../contracts/fetching.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  turnFreed,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import type { Event } from '../../db/events.ts'
import { listWaiting } from '../../db/integrations/turns.ts'
import type { Consequences } from './relay.ts'

export type ImportConsequencesDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'getHandle' | 'signalWithStart'>
}

export const importConsequences = ({ system, workflows }: ImportConsequencesDeps): Consequences => {
  /** The workflow's id makes it once: the API's own start, or an earlier try of ours, may have come first. */
  const startImport = async ({ data }: Event): Promise<void> => {
    const { importId } = data as { importId: string }
    try {
      await workflows.start<ImportCatalog>(importCatalog, {
        workflowId: importWorkflowId(importId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: integrationsQueue,
        args: [{ importId }],
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  }

  /** An import that has not started yet, or is over, needs no word: it asks by itself. */
  const freeTurn = async ({ data }: Event): Promise<void> => {
    const { shopId } = data as { shopId: string }
    for (const importId of await listWaiting(system, shopId))
      try {
        await workflows.getHandle(importWorkflowId(importId)).signal(turnFreed)
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
  }

  /** One workflow per shop, however many imports end: it looks again when it is signalled. */
  const lookForPictures = async ({ data }: Event): Promise<void> => {
    const { shopId, importId } = data as { shopId: string; importId: string }
    await workflows.signalWithStart<FetchPictures, [importId: string]>(fetchPictures, {
      workflowId: picturesWorkflowId(shopId),
      taskQueue: integrationsQueue,
      args: [{ shopId }],
      signal: catalogueChanged,
      signalArgs: [importId],
    })
  }

  return {
    'import.requested': startImport,
    'import.completed': async (event) => {
      await freeTurn(event)
      await lookForPictures(event)
    },
    'import.failed': freeTurn,
    'import.cancelled': freeTurn,
    'import.awaiting-apply': freeTurn,
    'import.awaiting-mapping': freeTurn,
  }
}
