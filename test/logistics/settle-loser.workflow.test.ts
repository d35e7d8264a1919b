import { ApplicationFailure } from '@temporalio/activity'
import type { WorkflowHandleWithStartDetails } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoserLook } from '../../activities/logistics/losers.ts'
import {
  logisticsQueue,
  loserWoke,
  loserWorkflowId,
  settleLoser,
  type SettleLoser,
} from '../../contracts/logistics.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

const attemptId = '0d5a9f1e-3d0b-44f1-9d0e-7a1b2c3d4e5f'
const HOUR_MS = 60 * 60_000

let server: TestWorkflowEnvironment
beforeEach(async () => {
  server = await startTimeSkipping()
})
afterEach(() => server.teardown())

type Handle = WorkflowHandleWithStartDetails<SettleLoser>

/** What is seen at each look, the last again and again, and at which hour. */
function watching(...sees: (LoserLook | 'no answer')[]) {
  const hours: number[] = []
  let beganAt = 0
  return {
    hours,
    async lookAtLoser(): Promise<LoserLook> {
      const seen = sees.length > 1 ? sees.shift()! : sees[0]!
      if (seen === 'no answer') throw ApplicationFailure.retryable('away', 'Unsettled')
      const now = await server.currentTimeMs()
      beganAt ||= now
      hours.push(Math.round((now - beganAt) / HOUR_MS))
      return seen
    },
  }
}

const run = (
  scenario: string,
  { lookAtLoser }: ReturnType<typeof watching>,
  meanwhile: (handle: Handle) => Promise<unknown> = async () => {},
) =>
  runWorkflow<SettleLoser>(server, {
    ...{ workflows: logisticsQueue, type: settleLoser, scenario, meanwhile },
    activities: { [logisticsQueue]: { lookAtLoser } },
    start: {
      ...{ workflowId: loserWorkflowId(attemptId), taskQueue: logisticsQueue },
      args: [{ attemptId, watchMs: [HOUR_MS, 5 * HOUR_MS] }],
    },
  })

describe('settleLoser', () => {
  it('looks again and again, and ends when all was quiet', async () => {
    const given = watching('quiet')
    expect(await run('quiet', given)).toEqual({ end: 'quiet' })
    expect(given.hours).toEqual([0, 1, 6])
  })

  it('goes on for as long as its carrier says nothing', async () => {
    const given = watching('no answer', 'no answer', 'no answer', 'quiet')
    expect(await run('no-answer', given)).toEqual({ end: 'quiet' })
    expect(given.hours).toHaveLength(3)
  })

  it('ends with what nobody can cancel: that is a person’s', async () => {
    const given = watching('quiet', 'loose')
    expect(await run('loose', given)).toEqual({ end: 'loose' })
    expect(given.hours).toEqual([0, 1])
  })

  it('begins its watch anew when it is heard of', async () => {
    const given = watching('quiet')
    await run('heard-of', given, async (handle) => {
      await until(() => given.hours.length === 1)
      await server.sleep('2 hours')
      await until(() => given.hours.length === 2)
      await handle.signal(loserWoke)
    })
    expect(given.hours).toEqual([0, 1, 2, 3, 8])
  })
})
