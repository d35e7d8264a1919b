import { ApplicationFailure } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DriftActivities } from '../../activities/storefront/drift.ts'
import {
  checkDrift,
  driftWorkflowId,
  storefrontQueue,
  type CheckDrift,
  type CheckDriftInput,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const fakes = (different: Partial<DriftActivities> = {}) => {
  const did: { name: string; cycleId: string; state?: string }[] = []
  const all: DriftActivities = {
    openDriftCycle: async () => {},
    compareSearch: async () => {},
    compareListings: async () => {},
    closeDriftCycle: async () => ({ drifted: 3, repaired: 3, unsettled: 0 }),
    ...different,
  }
  const noted = Object.entries(all).map(([name, activity]) => [
    name,
    async (given: { cycleId: string; state?: string }) => {
      did.push({ name, ...given })
      return (activity as (given: object) => unknown)(given)
    },
  ])
  return { did, activities: Object.fromEntries(noted) as DriftActivities }
}

const run = (scenario: string, activities: DriftActivities, input: CheckDriftInput = {}) =>
  runWorkflow<CheckDrift>(server, {
    workflows: storefrontQueue,
    activities: { [storefrontQueue]: activities },
    type: checkDrift,
    scenario,
    start: {
      workflowId: driftWorkflowId(randomUUID()),
      taskQueue: storefrontQueue,
      args: [input],
    },
  })

describe('checkDrift', () => {
  it('compares search, then the cache, in one cycle, and tells what differed', async () => {
    const { did, activities } = fakes()
    const cycleId = randomUUID()
    expect(await run('asked-for', activities, { cycleId })).toEqual({
      ...{ drifted: 3, repaired: 3, unsettled: 0 },
    })
    expect(did).toEqual([
      { name: 'openDriftCycle', cycleId },
      { name: 'compareSearch', cycleId },
      { name: 'compareListings', cycleId },
      { name: 'closeDriftCycle', cycleId, state: 'completed' },
    ])
  })

  it('makes an id for its cycle when the schedule starts it', async () => {
    const { did, activities } = fakes()
    await run('scheduled', activities)
    expect(new Set(did.map(({ cycleId }) => cycleId)).size).toBe(1)
    expect(did[0]?.cycleId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('closes the cycle as failed when a comparison is given up', async () => {
    const { did, activities } = fakes({
      compareSearch: async () => {
        throw ApplicationFailure.nonRetryable('No', 'Impossible')
      },
    })
    await expect(run('given-up', activities)).rejects.toThrow(WorkflowFailedError)
    expect(did.at(-1)).toMatchObject({ name: 'closeDriftCycle', state: 'failed' })
  })
})
