import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { feedWorkflowId, publishFeed, type PublishFeed } from '../../contracts/feeds.ts'
import { integrationsQueue, parsingQueue } from '../../contracts/integrations.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { publishScenarios, type PublishScenario } from './publish-feed-scenarios.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const run = (scenario: string, { quick, slow, meanwhile }: PublishScenario) => {
  const feedId = randomUUID()
  return runWorkflow<PublishFeed>(server, {
    workflows: integrationsQueue,
    activities: { [integrationsQueue]: quick, [parsingQueue]: slow },
    type: publishFeed,
    scenario,
    start: {
      workflowId: feedWorkflowId(feedId),
      taskQueue: integrationsQueue,
      args: [{ feedId }],
    },
    ...(meanwhile ? { meanwhile } : {}),
  })
}

describe('publishFeed', () => {
  it.each([
    ['changed', 'published', ['open', 'build', 'check', 'settle', 'sweep']],
    ['unchanged', 'unchanged', ['open']],
    ['held', 'held', ['open', 'build', 'check', 'settle', 'sweep']],
    ['not-whole', 'failed', ['open', 'build', 'check', 'fail bytes-differ', 'sweep']],
    ['shop-suspended', 'failed', ['open', 'build', 'fail gone', 'sweep']],
    ['deleted', 'gone', ['open', 'sweep']],
  ] as const)('%s: ends %s', async (name, state, steps) => {
    const scenario = publishScenarios[name]()
    expect(await run(name, scenario)).toEqual({ state })
    expect(scenario.did).toEqual(steps)
  })

  it('clears up and fails when a step is given up', async () => {
    const scenario = publishScenarios['given-up']()
    await expect(run('given-up', scenario)).rejects.toThrow(WorkflowFailedError)
    expect(scenario.did).toEqual(['open', 'build', 'fail internal', 'sweep'])
  })

  it('clears up when it is cancelled while files are being made', async () => {
    const scenario = publishScenarios['cancelled-while-building']()
    await expect(run('cancelled-while-building', scenario)).rejects.toThrow(WorkflowFailedError)
    expect(scenario.did).toEqual(['open', 'build', 'fail cancelled', 'sweep'])
  })

  it('goes on with what is asked for meanwhile, once however often it is told', async () => {
    const scenario = publishScenarios['asked-again-meanwhile']()
    expect(await run('asked-again-meanwhile', scenario)).toEqual({ state: 'published' })
    expect(scenario.did.filter((step) => step === 'settle')).toHaveLength(2)
  })
})
