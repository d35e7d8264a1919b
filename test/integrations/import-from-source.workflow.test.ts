import { ApplicationFailure } from '@temporalio/activity'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourcesActivities } from '../../activities/integrations/sources.ts'
import {
  fetchingQueue,
  importFromSource,
  sourceRunWorkflowId,
  type ImportFromSource,
} from '../../contracts/fetching.ts'
import { integrationsQueue } from '../../contracts/integrations.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

type Fetch = SourcesActivities['fetchFromSource']

const run = (scenario: string, fetchFromSource: Fetch) => {
  const sourceId = randomUUID()
  return runWorkflow<ImportFromSource>(server, {
    workflows: integrationsQueue,
    activities: { [fetchingQueue]: { fetchFromSource } },
    type: importFromSource,
    scenario,
    start: {
      workflowId: sourceRunWorkflowId(sourceId),
      taskQueue: integrationsQueue,
      args: [{ sourceId }],
    },
  })
}

describe('importFromSource', () => {
  it.each(['imported', 'unchanged', 'failed', 'busy', 'gone'] as const)(
    'ends as the look at the source ended: %s',
    async (outcome) => {
      expect(await run(outcome, async () => outcome)).toEqual({ outcome })
    },
  )

  it('looks again for the same import when the site was away', async () => {
    const importIds: string[] = []
    const result = await run('looked-again', async ({ importId }) => {
      importIds.push(importId)
      if (importIds.length < 3)
        throw ApplicationFailure.create({ type: 'SourceUnavailable', message: 'timeout' })
      return 'imported'
    })
    expect(result).toEqual({ outcome: 'imported' })
    expect(importIds).toHaveLength(3)
    expect(new Set(importIds).size).toBe(1)
  })
})
