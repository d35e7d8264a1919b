import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import { inTraceOf, untraced } from '../../clients/tracing.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { listEventsToRelay, markRelayed, type Event } from '../../db/events.ts'
import { untilHandover } from '../standing.ts'
import { feedConsequences, type FeedConsequencesDeps } from './feed-consequences.ts'

export type RelayDeps = FeedConsequencesDeps & {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start'>
}
export type RelayActivities = ReturnType<typeof createRelayActivities>

const PAGE_SIZE = 200

export const createRelayActivities = (deps: RelayDeps) => {
  const { system, workflows } = deps
  /** What must happen because of an event. A type that is not here needs nothing yet. */
  const consequences: Record<string, (event: Event) => Promise<void>> = {
    'import.requested': (event) => startImport(workflows, event),
    ...feedConsequences(deps),
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
