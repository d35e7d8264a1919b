import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import {
  reindexCatalog,
  reindexWorkflowId,
  storefrontQueue,
  type ReindexCatalog,
} from '../../contracts/storefront.ts'
import type { Consequences } from './relay.ts'

export type StorefrontConsequencesDeps = { workflows: Pick<WorkflowClient, 'start'> }

/** What must happen because of an event about the storefront; each can be repeated. */
export const storefrontConsequences = ({
  workflows,
}: StorefrontConsequencesDeps): Consequences => ({
  'reindex.requested': async ({ data }) => {
    const { reindexId } = data as { reindexId: string }
    try {
      await workflows.start<ReindexCatalog>(reindexCatalog, {
        workflowId: reindexWorkflowId(reindexId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: storefrontQueue,
        args: [{ reindexId }],
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  },
})
