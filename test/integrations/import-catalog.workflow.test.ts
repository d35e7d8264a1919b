import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  parsingQueue,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import { fetchingQueue } from '../../contracts/fetching.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { importScenarios, type ImportScenario } from './import-scenarios.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

async function run(scenario: string, { activities, closed, meanwhile }: ImportScenario) {
  const importId = randomUUID()
  const { stageRows, writeErrorReport, fetchSource, ...others } = activities
  const result = await runWorkflow<ImportCatalog>(server, {
    workflows: integrationsQueue,
    activities: {
      [integrationsQueue]: others,
      [parsingQueue]: { stageRows, writeErrorReport },
      [fetchingQueue]: { fetchSource },
    },
    type: importCatalog,
    scenario,
    start: {
      workflowId: importWorkflowId(importId),
      taskQueue: integrationsQueue,
      args: [{ importId }],
    },
    ...(meanwhile ? { meanwhile } : {}),
  })
  return { result, closed: closed.map(({ state, problem }) => ({ state, problem })) }
}

function countCalls({ activities }: ImportScenario, name: 'mergeStage'): () => number {
  const original = activities[name]
  let calls = 0
  activities[name] = (input) => {
    calls++
    return original(input)
  }
  return () => calls
}

const completed = { state: 'completed', problem: undefined }
const cancelled = { state: 'cancelled', problem: undefined }

describe('importCatalog', () => {
  it('reads, checks and applies a file', async () => {
    const { result, closed } = await run('completed', importScenarios.completed())
    expect(result).toEqual({ state: 'completed' })
    expect(closed).toEqual([completed])
  })

  it('applies nothing of a file that breaks', async () => {
    const scenario = importScenarios.malformed()
    let merged = false
    scenario.activities.mergeStage = async () => {
      merged = true
      return 'merged'
    }
    const { result, closed } = await run('malformed', scenario)
    expect(result).toEqual({ state: 'failed' })
    expect(closed).toEqual([{ state: 'failed', problem: undefined }])
    expect(merged).toBe(false)
  })

  it('reads the file again when the staged rows were lost before the check', async () => {
    const { closed } = await run(
      'emptied-before-the-check',
      importScenarios['emptied-before-the-check'](),
    )
    expect(closed).toEqual([completed])
  })

  it('reads the file again when the staged rows were lost while they were applied', async () => {
    const { closed } = await run(
      'emptied-while-applying',
      importScenarios['emptied-while-applying'](),
    )
    expect(closed).toEqual([completed])
  })

  it('stops when it is cancelled while the file is read', async () => {
    const { result, closed } = await run(
      'cancelled-while-reading',
      importScenarios['cancelled-while-reading'](),
    )
    expect(result).toEqual({ state: 'cancelled' })
    expect(closed).toEqual([cancelled])
  })

  it('closes the import when its workflow is cancelled from outside', async () => {
    const { closed } = await run(
      'cancelled-from-outside',
      importScenarios['cancelled-from-outside'](),
    )
    expect(closed).toEqual([cancelled])
  })

  it('refuses to be cancelled once rows are being applied', async () => {
    const { result, closed } = await run(
      'cancelled-too-late',
      importScenarios['cancelled-too-late'](),
    )
    expect(result).toEqual({ state: 'completed' })
    expect(closed).toEqual([completed])
  })

  it('waits until the import before it in the same shop has let go', async () => {
    const { closed } = await run('waits-for-its-turn', importScenarios['waits-for-its-turn']())
    expect(closed).toEqual([completed])
  })

  it('asks for its turn again when nobody tells of it', async () => {
    const { closed } = await run('asks-for-its-turn', importScenarios['asks-for-its-turn']())
    expect(closed).toEqual([completed])
  })

  it('reads a table when the seller has told its columns', async () => {
    const { closed } = await run('mapping-told', importScenarios['mapping-told']())
    expect(closed).toEqual([completed])
  })

  it('gives up when nobody tells the columns', async () => {
    const { closed } = await run('mapping-never-told', importScenarios['mapping-never-told']())
    expect(closed).toEqual([cancelled])
  })

  it('applies what was shown once a person says so', async () => {
    const scenario = importScenarios['shown-and-applied']()
    const applied = countCalls(scenario, 'mergeStage')
    const { closed } = await run('shown-and-applied', scenario)
    expect(closed).toEqual([completed])
    expect(applied()).toBe(1)
  })

  it('ends at once when there is nothing to show', async () => {
    const scenario = importScenarios['nothing-to-show']()
    const applied = countCalls(scenario, 'mergeStage')
    const { closed } = await run('nothing-to-show', scenario)
    expect(closed).toEqual([completed])
    expect(applied()).toBe(0)
  })

  it('shows anew what changed meanwhile, and takes no apply of the older showing for it', async () => {
    const scenario = importScenarios['shown-anew']()
    const applied = countCalls(scenario, 'mergeStage')
    const { closed } = await run('shown-anew', scenario)
    expect(closed).toEqual([completed])
    expect(applied()).toBe(2)
  })

  it('is complete, not cancelled, when only what was shown anew is left', async () => {
    const { closed } = await run('shown-anew-and-left', importScenarios['shown-anew-and-left']())
    expect(closed).toEqual([completed])
  })

  it.each(['shown-and-declined', 'never-decided'] as const)('applies nothing: %s', async (name) => {
    const scenario = importScenarios[name]()
    const applied = countCalls(scenario, 'mergeStage')
    const { closed } = await run(name, scenario)
    expect(closed).toEqual([cancelled])
    expect(applied()).toBe(0)
  })

  it('reads the file again when the staged rows were lost before they could be shown', async () => {
    const { closed } = await run(
      'emptied-before-the-showing',
      importScenarios['emptied-before-the-showing'](),
    )
    expect(closed).toEqual([completed])
  })

  it('takes a great part of a shop off sale only when that is confirmed', async () => {
    const { closed } = await run(
      'mass-deactivation-confirmed',
      importScenarios['mass-deactivation-confirmed'](),
    )
    expect(closed).toEqual([completed])
  })

  it('fetches the file of an import by URL first', async () => {
    const { closed } = await run('fetched-first', importScenarios['fetched-first']())
    expect(closed).toEqual([completed])
  })

  it('fails an import whose file cannot be fetched', async () => {
    const { closed } = await run('not-to-be-fetched', importScenarios['not-to-be-fetched']())
    expect(closed).toEqual([{ state: 'failed', problem: undefined }])
  })

  it('goes on without the workbook of rejected rows when that cannot be written', async () => {
    const { closed } = await run('without-a-report', importScenarios['without-a-report']())
    expect(closed).toEqual([completed])
  })

  it('fails the import, and itself, when a step is given up', async () => {
    const scenario = importScenarios['given-up']()
    await expect(run('given-up', scenario)).rejects.toThrow(WorkflowFailedError)
    expect(scenario.closed).toMatchObject([{ state: 'failed', problem: 'internal' }])
  })
})
