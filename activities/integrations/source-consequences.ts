import type { ScheduleOptions, WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import { integrationsQueue } from '../../contracts/integrations.ts'
import {
  importFromSource,
  sourceRunWorkflowId,
  sourceScheduleId,
  type ImportFromSource,
} from '../../contracts/fetching.ts'
import type { Database } from '../../db/database.ts'
import type { Event } from '../../db/events.ts'
import { findScheduledSource } from '../../db/integrations/source-runs.ts'
import type { Consequences } from './relay.ts'
import { ensureSchedule, removeSchedule, type Schedules } from './schedules.ts'

export type SourceConsequencesDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start'>
  schedules: Schedules
}

export const sourceConsequences = (deps: SourceConsequencesDeps): Consequences => {
  const syncSchedule = ({ data }: Event) => syncSourceSchedule(deps, sourceIdOf(data))
  return {
    'import-source.changed': syncSchedule,
    'import-source.paused': syncSchedule,
    'import-source.run-requested': async ({ data }) => {
      await runSource(deps.workflows, sourceIdOf(data))
    },
  }
}

const sourceIdOf = (data: unknown) => (data as { sourceId: string }).sourceId

/** Makes the schedule of a source what the source says now, so that events may come twice and out of order. */
export async function syncSourceSchedule(
  { system, schedules }: Pick<SourceConsequencesDeps, 'system' | 'schedules'>,
  sourceId: string,
): Promise<void> {
  const source = await findScheduledSource(system, sourceId)
  if (!source) return removeSchedule(schedules, sourceScheduleId(sourceId))
  await ensureSchedule(schedules, {
    scheduleId: sourceScheduleId(sourceId),
    spec: specOf(source),
    action: {
      type: 'startWorkflow',
      workflowType: importFromSource,
      workflowId: sourceRunWorkflowId(sourceId),
      taskQueue: integrationsQueue,
      args: [{ sourceId }],
    },
    // After an outage one look is enough: the next one comes soon.
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    state: { paused: source.state === 'paused' },
  })
}

type Timing = { intervalMinutes: number | null; dailyAt: string | null; timeZone: string }

function specOf({ intervalMinutes, dailyAt, timeZone }: Timing): ScheduleOptions['spec'] {
  const [hour, minute] = (dailyAt ?? '').split(':').map(Number)
  // Sources that were made with the same interval do not all come at once.
  return intervalMinutes === null
    ? { calendars: [{ hour: hour!, minute: minute! }], timezone: timeZone, jitter: '1 minute' }
    : { intervals: [{ every: `${intervalMinutes} minutes` }], jitter: '1 minute' }
}

/** At once, also of a paused source; a run that goes on already is the one. */
export const runSource = (workflows: Pick<WorkflowClient, 'start'>, sourceId: string) =>
  workflows.start<ImportFromSource>(importFromSource, {
    workflowId: sourceRunWorkflowId(sourceId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue: integrationsQueue,
    args: [{ sourceId }],
  })
