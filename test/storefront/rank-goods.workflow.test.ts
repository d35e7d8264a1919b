import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { WorkflowFailedError } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/activity'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PopularityActivities } from '../../activities/storefront/popularity.ts'
import {
  popularityWorkflowId,
  rankGoods,
  storefrontQueue,
  type RankGoods,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const rank = (scenario: string, activities: PopularityActivities) =>
  runWorkflow<RankGoods>(server, {
    workflows: storefrontQueue,
    activities: { [storefrontQueue]: activities },
    type: rankGoods,
    scenario,
    start: {
      workflowId: `${popularityWorkflowId}-${randomUUID()}`,
      taskQueue: storefrontQueue,
      args: [],
    },
  })

describe('rankGoods', () => {
  it('tells what changed and what it forgot, after another try too', async () => {
    let tries = 0
    const updatePopularity = async () => {
      if (++tries === 1) throw new Error('deadlock detected')
      return 12
    }
    const forgetOldHits = async () => 30
    expect(await rank('a-second-try', { updatePopularity, forgetOldHits })).toEqual({
      ...{ changed: 12, forgotten: 30 },
    })
  })

  it('forgets nothing when popularity could not be brought up to it', async () => {
    let forgot = 0
    const running = rank('given-up', {
      updatePopularity: () => {
        throw ApplicationFailure.nonRetryable('No', 'Impossible')
      },
      forgetOldHits: async () => ++forgot,
    })
    await expect(running).rejects.toThrow(WorkflowFailedError)
    expect(forgot).toBe(0)
  })
})
