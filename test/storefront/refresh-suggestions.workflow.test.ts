import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { WorkflowFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  refreshSuggestions,
  storefrontQueue,
  suggestionsWorkflowId,
  type RefreshSuggestions,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const run = (scenario: string, rebuildSuggestions: () => Promise<object>) =>
  runWorkflow<RefreshSuggestions>(server, {
    workflows: storefrontQueue,
    activities: {
      [storefrontQueue]: { forgetOldSearches: async () => 0, rebuildSuggestions },
    },
    type: refreshSuggestions,
    scenario,
    start: { workflowId: suggestionsWorkflowId, taskQueue: storefrontQueue, args: [] },
  })

describe('refreshSuggestions', () => {
  const counts = { queries: 3, brands: 2, categories: 1 }

  it('tells how many there are to suggest, after another try too', async () => {
    let tries = 0
    const result = await run('a-second-try', async () => {
      if (++tries === 1) throw new Error('Elasticsearch is away')
      return counts
    })
    expect(result).toEqual(counts)
  })

  it('leaves it to the next run when it cannot', async () => {
    const failing = run('left-to-the-next-run', () =>
      Promise.reject(new Error('Elasticsearch is away')),
    )
    await expect(failing).rejects.toThrow(WorkflowFailedError)
  })
})
