import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  pauseReindex,
  reindexCatalog,
  reindexProgress,
  reindexWorkflowId,
  resumeReindex,
  rollBackReindex,
  storefrontQueue,
  warmUpWorkflowId,
  type ReindexCatalog,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping, untilClosed } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import { reindexScenarios, type ReindexScenario } from './reindex-catalog-scenarios.ts'

let server: TestWorkflowEnvironment

// A server for each: when a timer is cancelled, the time-skipping server may keep a lock of the clock, and the next
// scenario would wait its hour out (temporalio/sdk-java#1138).
beforeEach(async () => {
  server = await startTimeSkipping()
})
afterEach(() => server.teardown())

const run = (scenario: string, { activities, did, meanwhile }: ReindexScenario) => {
  const reindexId = randomUUID()
  return runWorkflow<ReindexCatalog>(server, {
    workflows: storefrontQueue,
    activities: { [storefrontQueue]: activities },
    type: reindexCatalog,
    scenario,
    start: {
      workflowId: reindexWorkflowId(reindexId),
      taskQueue: storefrontQueue,
      args: [{ reindexId }],
    },
    ...(meanwhile ? { meanwhile } : {}),
    async afterwards() {
      if (!did.includes('swapIndices')) return
      await untilClosed(server.client.workflow.getHandle(warmUpWorkflowId))
    },
  })
}

const FILL = ['openReindex', 'backfillPages', 'backfillPages', 'backfillPages']
const VERIFY = ['recordReindexState verifying', 'verifyParity']
const SWAP = ['swapIndices', 'dropListings']
const PAUSE = ['openReindex', 'backfillPages', 'recordReindexState paused']

describe('reindexCatalog', () => {
  it.each([
    ['undisturbed', 'completed', [...FILL, ...VERIFY, ...SWAP, 'closeWindow']],
    ['no-way-back-wanted', 'completed', [...FILL, ...VERIFY, ...SWAP, 'closeWindow']],
    ['rolled-back', 'rolled-back', [...FILL, ...VERIFY, ...SWAP, 'rollBackSwap']],
    ['rolled-back-too-late', 'completed', [...FILL, ...VERIFY, ...SWAP, 'rollBackSwap']],
    ['cancelled-in-its-window', 'completed', [...FILL, ...VERIFY, ...SWAP, 'closeWindow']],
    ['without-redis', 'completed', [...FILL, ...VERIFY, ...SWAP, 'closeWindow']],
    [
      'paused',
      'completed',
      [
        ...[...PAUSE, 'recordReindexState backfilling', 'backfillPages'],
        ...[...VERIFY, ...SWAP, 'closeWindow'],
      ],
    ],
    ['cancelled-while-paused', 'cancelled', [...PAUSE, 'abandonReindex cancelled']],
    ['cancelled-while-opening', 'cancelled', ['openReindex', 'opened', 'abandonReindex cancelled']],
    ['cancelled-while-opening-fails', 'cancelled', ['openReindex', 'abandonReindex cancelled']],
    [
      'cancelled-while-filling',
      'cancelled',
      ['openReindex', 'backfillPages', 'abandonReindex cancelled'],
    ],
    ['cancelled-as-the-check-ends', 'cancelled', [...FILL, ...VERIFY, 'abandonReindex cancelled']],
    ['cancelled-while-swapping', 'rolled-back', [...FILL, ...VERIFY, ...SWAP, 'rollBackSwap']],
    ['not-equal', 'failed', [...FILL, ...VERIFY, 'abandonReindex failed parity']],
    [
      'index-lost',
      'completed',
      [
        ...[...FILL, ...VERIFY, 'recordReindexState backfilling', 'backfillPages'],
        ...[...VERIFY, ...SWAP, 'closeWindow'],
      ],
    ],
  ] as const)('%s: ends %s', async (name, state, steps) => {
    const scenario = reindexScenarios[name]()
    expect(await run(name, scenario)).toEqual({ state })
    expect(scenario.did).toEqual(steps)
    expect(scenario.warmed).toHaveLength(scenario.did.includes('swapIndices') ? 1 : 0)
  })

  it('clears up and fails when a step is given up', async () => {
    const scenario = reindexScenarios['given-up']()
    await expect(run('given-up', scenario)).rejects.toThrow(WorkflowFailedError)
    expect(scenario.did).toEqual(['openReindex', 'abandonReindex failed internal'])
  })

  it('tells how far it is, and refuses what its state does not permit', async () => {
    const scenario = reindexScenarios.undisturbed()
    const added = async () => ({ ended: true, pace: { done: 300, total: 200, workedMs: 300 } })
    await run('asked-out-of-turn', {
      ...scenario,
      activities: { ...scenario.activities, backfillPages: added },
      async meanwhile(handle) {
        await until(async () => (await handle.query(reindexProgress)).state === 'live')
        expect(await handle.query(reindexProgress)).toEqual({
          ...{ state: 'live', documents: { done: 300, total: 300 } },
          ...{ perSecond: 1_000, etaSeconds: null },
        })
        for (const update of [pauseReindex, resumeReindex])
          await expect(handle.executeUpdate(update)).rejects.toThrow(WorkflowUpdateFailedError)
        await handle.executeUpdate(rollBackReindex)
      },
    })
    expect(scenario.did.at(-1)).toBe('rollBackSwap')
  })

  it('tells how far it is before its first shift, and after it has continued as new', async () => {
    const scenario = reindexScenarios.continued()
    const [first, second] = scenario.openings
    const result = await run('continued', {
      ...scenario,
      async meanwhile(handle) {
        await first.begun
        expect(await handle.query(reindexProgress)).toEqual({
          ...{ state: 'queued', documents: { done: 0, total: 0 } },
          ...{ perSecond: null, etaSeconds: null },
        })
        first.end()
        await second.begun
        const done = 100 * scenario.did.filter((step) => step === 'backfillPages').length
        expect(await handle.query(reindexProgress)).toEqual({
          ...{ state: 'backfilling', documents: { done, total: 10_000 } },
          ...{ perSecond: 100, etaSeconds: (10_000 - done) / 100 },
        })
        second.end()
      },
    })
    expect(result).toEqual({ state: 'completed' })
  })
})
