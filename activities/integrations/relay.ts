import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import type { Kysely } from 'kysely'
import { inTraceOf, untraced } from '../../clients/tracing.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  turnFreed,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { listEventsToRelay, markRelayed, type Event } from '../../db/events.ts'
import { listWaiting } from '../../db/integrations/turns.ts'
import { untilHandover } from '../standing.ts'

export type RelayDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'getHandle'>
}
export type RelayActivities = ReturnType<typeof createRelayActivities>

const PAGE_SIZE = 200

export const createRelayActivities = ({ system, workflows }: RelayDeps) => {
  /** What must happen because of an event. A type that is not here needs nothing yet. */
  const consequences: Record<string, (event: Event) => Promise<void>> = {
    'import.requested': (event) => startImport(workflows, event),
    'import.completed': (event) => freeTurn(event),
    'import.failed': (event) => freeTurn(event),
    'import.cancelled': (event) => freeTurn(event),
    'import.awaiting-apply': (event) => freeTurn(event),
    'import.awaiting-mapping': (event) => freeTurn(event),
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

  const relayPage = async (): Promise<number> => {
    const events = await listEventsToRelay(system, PAGE_SIZE)
    for (const event of events)
      await inTraceOf(event.traceParent, async () => consequences[event.type]?.(event))
    if (events.length > 0)
      await markRelayed(
        system,
        events.map((event) => event.id),
      )
    return events.length
  }

  return { relayPages: (): Promise<void> => untraced(() => untilHandover(relayPage)) }
}

/** The workflow's id makes it once: the API's own start, or an earlier try of ours, may have come first. */
async function startImport(workflows: RelayDeps['workflows'], { data }: Event): Promise<void> {
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
