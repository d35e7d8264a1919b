import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WebhookLogActivities } from '../../activities/integrations/webhook-log.ts'
import type { WebhooksActivities } from '../../activities/integrations/webhooks.ts'
import { integrationsQueue } from '../../contracts/integrations.ts'
import {
  deliverWebhooks,
  sweepWebhookLog,
  webhooksQueue,
  webhooksWaiting,
  webhooksWorkflowId,
  type DeliverWebhooks,
  type SweepWebhookLog,
} from '../../contracts/webhooks.ts'
import { runWorkflow, startTimeSkipping, type WorkflowRun } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const run = (
  scenario: string | undefined,
  deliverDue: WebhooksActivities['deliverDue'],
  { meanwhile, afterwards }: Pick<WorkflowRun<DeliverWebhooks>, 'meanwhile' | 'afterwards'> = {},
) => {
  const endpointId = randomUUID()
  return runWorkflow<DeliverWebhooks>(server, {
    workflows: integrationsQueue,
    activities: { [webhooksQueue]: { deliverDue } },
    type: deliverWebhooks,
    ...(scenario ? { scenario } : {}),
    start: {
      workflowId: webhooksWorkflowId(endpointId),
      taskQueue: integrationsQueue,
      args: [{ endpointId }],
    },
    ...(meanwhile ? { meanwhile } : {}),
    ...(afterwards ? { afterwards } : {}),
  })
}

describe('deliverWebhooks', () => {
  it('ends when nothing waits', async () => {
    let shifts = 0
    await run('nothing-waits', async () => {
      shifts++
      return { resumeInMs: null }
    })
    expect(shifts).toBe(1)
  })

  it('sleeps until the next retry is due, through the whole schedule', async () => {
    const waits = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    const startedAt = await server.currentTimeMs()
    let shifts = 0
    await run('retries', async () => {
      const wait = waits[shifts++]
      return { resumeInMs: wait === undefined ? null : wait * 1_000 }
    })
    expect(shifts).toBe(waits.length + 1)
    const hours = ((await server.currentTimeMs()) - startedAt) / 3_600_000
    expect(hours).toBeGreaterThanOrEqual(72)
  })

  it('looks again at once when it is woken, asleep or at work', async () => {
    let shifts = 0
    let isSignalled = false
    const deliverDue = async () => {
      shifts++
      if (shifts === 1) {
        await until(() => isSignalled)
        return { resumeInMs: null }
      }
      return { resumeInMs: shifts === 2 ? 24 * 3_600_000 : null }
    }
    await run('woken', deliverDue, {
      async meanwhile(handle) {
        await until(() => shifts === 1)
        await handle.signal(webhooksWaiting)
        isSignalled = true
        await until(() => shifts === 2)
        await handle.signal(webhooksWaiting)
        await until(() => shifts === 3)
      },
    })
    expect(shifts).toBe(3)
  })

  it('begins anew when its history has become long, and forgets nothing', async () => {
    let shifts = 0
    let ended = ''
    const deliverDue = async () => ({ resumeInMs: ++shifts < 900 ? 0 : null })
    await run(undefined, deliverDue, {
      async afterwards({ workflowId, firstExecutionRunId }) {
        const first = server.client.workflow.getHandle(workflowId, firstExecutionRunId)
        ended = (await first.describe()).status.name
      },
    })
    expect({ shifts, ended }).toEqual({ shifts: 900, ended: 'CONTINUED_AS_NEW' })
  })
})

describe('sweepWebhookLog', () => {
  it('wakes the stalled and forgets the old', async () => {
    const done: string[] = []
    const activities: WebhookLogActivities = {
      wakeStalledEndpoints: async () => void done.push('woken'),
      forgetOldMessages: async () => void done.push('forgotten'),
    }
    await runWorkflow<SweepWebhookLog>(server, {
      workflows: integrationsQueue,
      activities: { [webhooksQueue]: activities },
      type: sweepWebhookLog,
      scenario: 'swept',
      start: { workflowId: 'webhook-log', taskQueue: integrationsQueue },
    })
    expect(done).toEqual(['woken', 'forgotten'])
  })
})
