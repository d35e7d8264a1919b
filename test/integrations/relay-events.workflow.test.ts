import { Context } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  integrationsQueue,
  relayEvents,
  relayWorkflowId,
  type RelayEvents,
} from '../../contracts/integrations.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

describe('relayEvents', () => {
  it('begins the next shift when one is over', async () => {
    let shifts = 0
    const relayPages = async () => {
      if (++shifts > 3) await Context.current().cancelled
    }
    const run = runWorkflow<RelayEvents>(server, {
      workflows: integrationsQueue,
      activities: { [integrationsQueue]: { relayPages } },
      type: relayEvents,
      scenario: 'shifts',
      start: { workflowId: relayWorkflowId, taskQueue: integrationsQueue },
      async meanwhile(handle) {
        await until(() => shifts === 4)
        await handle.terminate('seen enough')
      },
    })
    await expect(run).rejects.toThrow(WorkflowFailedError)
  })
})
