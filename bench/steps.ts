import type { WorkflowHandle } from '@temporalio/client'
import { hostname } from 'node:os'

/** The activities of an import in their order, each with the phase that it is. */
export const phases = {
  stageRows: 'reading',
  validateStage: 'validating',
  writeErrorReport: 'reporting',
  reviewStage: 'comparing',
  mergeStage: 'applying',
  closeImport: 'closing',
}
export type Step = keyof typeof phases

export const orderOf = (step: Step) => Object.keys(phases).indexOf(step)

export type RunningStep = { step: Step; pid: number }

/** What a worker is at, by the word of Temporal; `ended` with the workflow, `undefined` between two activities. */
export async function findRunning(
  handle: WorkflowHandle,
): Promise<RunningStep | 'ended' | undefined> {
  const { status, raw } = await handle.describe()
  if (status.name !== 'RUNNING') return 'ended'
  for (const {
    activityType,
    lastStartedTime,
    lastWorkerIdentity,
    state,
  } of raw.pendingActivities ?? []) {
    const step = activityType?.name as Step
    const [pid, host] = lastWorkerIdentity?.split('@') ?? []
    if (state === STARTED && lastStartedTime && step in phases && host === hostname())
      return { step, pid: Number(pid) }
  }
  return undefined
}

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2

/** How long each activity of a workflow that has ended took. */
export async function stepSeconds(handle: WorkflowHandle): Promise<Record<Step, number>> {
  const { events } = await handle.fetchHistory()
  const took = Object.fromEntries(Object.keys(phases).map((step) => [step, 0]))
  for (const event of events ?? []) {
    const ended = event.activityTaskCompletedEventAttributes
    if (!ended) continue
    const find = (id: typeof ended.startedEventId) =>
      events!.find(({ eventId }) => String(eventId) === String(id))
    const name = find(ended.scheduledEventId)?.activityTaskScheduledEventAttributes?.activityType
    const startedAt = find(ended.startedEventId)?.eventTime
    if (name?.name && name.name in took)
      took[name.name] = secondsOf(event.eventTime) - secondsOf(startedAt)
  }
  return took as Record<Step, number>
}

type Instant = { seconds?: unknown; nanos?: number | null } | null | undefined

const secondsOf = (time: Instant) => Number(time?.seconds ?? 0) + (time?.nanos ?? 0) / 1e9
