import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleClient,
  type ScheduleOptions,
} from '@temporalio/client'

export type Schedules = Pick<ScheduleClient, 'create' | 'getHandle'>

/** Makes a schedule exactly so, whether there is one or not. */
export async function ensureSchedule(
  schedules: Schedules,
  options: ScheduleOptions,
): Promise<void> {
  try {
    await schedules.create(options)
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    const { scheduleId, state, ...wanted } = options
    await schedules
      .getHandle(scheduleId)
      .update(() => ({ ...wanted, state: { paused: state?.paused ?? false } }))
  }
}

/** Done when there is none. */
export async function removeSchedule(schedules: Schedules, scheduleId: string): Promise<void> {
  try {
    await schedules.getHandle(scheduleId).delete()
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error
  }
}
