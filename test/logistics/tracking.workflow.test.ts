import { Context } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  drainTrackingQueue,
  logisticsQueue,
  pollTracking,
  trackingQueue,
  trackingQueueWorkflowId,
  trackingWorkflowId,
  type DrainTrackingQueue,
  type PollTracking,
} from '../../contracts/logistics.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const standing = [
  [pollTracking, 'pollContract', trackingWorkflowId],
  [drainTrackingQueue, 'drainQueue', trackingQueueWorkflowId],
] as const

describe.each(standing)('%s', (type, activity, idOf) => {
  const run = (
    scenario: string,
    shift: () => Promise<'handed-over' | 'no-contract'>,
    meanwhile: (terminate: () => Promise<unknown>) => Promise<unknown> = async () => {},
  ) =>
    runWorkflow<PollTracking | DrainTrackingQueue>(server, {
      ...{ workflows: logisticsQueue, type, scenario },
      activities: { [trackingQueue]: { [activity]: shift } },
      start: {
        ...{ workflowId: idOf(scenario), taskQueue: logisticsQueue },
        args: [{ accountId: scenario }],
      },
      meanwhile: (handle) => meanwhile(() => handle.terminate('seen enough')),
    })

  it('begins the next shift when one is over', async () => {
    let shifts = 0
    const shift = async () => {
      if (++shifts > 3) await Context.current().cancelled
      return 'handed-over' as const
    }
    const running = run('shifts', shift, async (terminate) => {
      await until(() => shifts === 4)
      await terminate()
    })
    await expect(running).rejects.toThrow(WorkflowFailedError)
  })

  it('ends with its contract', async () => {
    let shifts = 0
    await run('no-contract', async () => (++shifts < 3 ? 'handed-over' : 'no-contract'))
    expect(shifts).toBe(3)
  })
})
