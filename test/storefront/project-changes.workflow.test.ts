import { Context } from '@temporalio/activity'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { WorkflowFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  projectChanges,
  projectedCount,
  projectionWorkflowId,
  storefrontQueue,
  type ProjectChanges,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

describe('projectChanges', () => {
  it('runs shift after shift and counts what it projected, also after one that failed', async () => {
    let shifts = 0
    const projectPages = async () => {
      shifts++
      if (shifts === 2) throw new Error('Elasticsearch is away')
      if (shifts > 4) await Context.current().cancelled
      return 10
    }
    const run = runWorkflow<ProjectChanges>(server, {
      workflows: storefrontQueue,
      activities: { [storefrontQueue]: { projectPages } },
      type: projectChanges,
      scenario: 'a-shift-that-failed',
      start: {
        workflowId: projectionWorkflowId('search'),
        taskQueue: storefrontQueue,
        args: [{ sink: 'search', projected: 5 }],
      },
      async meanwhile(handle) {
        await until(async () => (await handle.query(projectedCount)) === 35)
        await handle.terminate('seen enough')
      },
    })
    await expect(run).rejects.toThrow(WorkflowFailedError)
    expect(shifts).toBe(5)
  })
})
