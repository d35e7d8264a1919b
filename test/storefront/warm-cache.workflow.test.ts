import { Context, heartbeat } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WarmUpActivities } from '../../activities/storefront/warm-up.ts'
import {
  keepCacheWarm,
  storefrontQueue,
  warmCache,
  warmUpProgress,
  warmUpWorkflowId,
  type KeepCacheWarm,
  type WarmCache,
  type WarmCacheInput,
  type WarmUpPosition,
} from '../../contracts/storefront.ts'
import { runWorkflow, startTimeSkipping, untilClosed } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

type Run = Partial<Parameters<typeof runWorkflow<WarmCache>>[1]>
const warmUp = (
  scenario: string,
  warmPages: WarmUpActivities['warmPages'],
  { input = {}, ...run }: Run & { input?: WarmCacheInput } = {},
) =>
  runWorkflow<WarmCache>(server, {
    workflows: storefrontQueue,
    activities: { [storefrontQueue]: { warmPages } },
    type: warmCache,
    scenario,
    start: {
      workflowId: `${warmUpWorkflowId}-${randomUUID()}`,
      taskQueue: storefrontQueue,
      args: [input],
    },
    ...run,
  })

const at = (done: number, rest: Partial<WarmUpPosition> = {}): WarmUpPosition => ({
  ...{ done, total: 300, made: done, alreadyThere: 0, yieldedMs: 0 },
  ...rest,
})
const nowhere = at(0, { total: 0 })

/** A shift does a hundred pages. */
function shifts() {
  const asked: Required<WarmCacheInput>[] = []
  const warmPages: WarmUpActivities['warmPages'] = async (given) => {
    asked.push(given)
    const done = given.position.done + 100
    return { position: at(done), ended: done >= 300 }
  }
  return { asked, warmPages }
}

/** Until it is cancelled, or the test ends. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => heartbeat(), 100)
  try {
    return await Context.current().cancelled
  } finally {
    clearInterval(beat)
  }
}

describe('warmCache', () => {
  it('goes shift after shift from where the last one ended, 20 pages of a city', async () => {
    const { asked, warmPages } = shifts()
    expect(await warmUp('completed', warmPages)).toEqual(at(300))
    expect(asked).toEqual(
      [nowhere, at(100), at(200)].map((position) => ({ perCity: 20, position })),
    )
  })

  it('goes on where it was when it continued as new', async () => {
    const { asked, warmPages } = shifts()
    const input = { perCity: 3, position: at(200) }
    expect(await warmUp('continued', warmPages, { input })).toEqual(at(300))
    expect(asked).toEqual([input])
  })

  it('tells how far it is, while it runs and afterwards', async () => {
    const mayEnd = Promise.withResolvers<void>()
    let begun = 0
    const warmPages: WarmUpActivities['warmPages'] = async ({ position }) => {
      if (++begun === 1) return { position: at(100, { yieldedMs: 700 }), ended: false }
      await mayEnd.promise
      return { position: at(300, position), ended: true }
    }
    await warmUp('asked-meanwhile', warmPages, {
      async meanwhile(handle) {
        await until(async () => (await handle.query(warmUpProgress)).done === 100)
        expect(await handle.query(warmUpProgress)).toEqual({
          ...{ state: 'running', done: 100, total: 300 },
          ...{ made: 100, alreadyThere: 0, yieldedMs: 700 },
        })
        mayEnd.resolve()
      },
      async afterwards(handle) {
        expect(await handle.query(warmUpProgress)).toMatchObject({ state: 'completed' })
      },
    })
  })

  it('is left to the next one when a shift fails again and again', async () => {
    let tries = 0
    const warmPages = async () => {
      tries++
      throw new Error('Redis is away')
    }
    const running = warmUp('given-up', warmPages, {
      async afterwards(handle) {
        expect(await handle.query(warmUpProgress)).toMatchObject({ state: 'failed', done: 0 })
      },
    })
    await expect(running).rejects.toThrow(WorkflowFailedError)
    expect(tries).toBe(5)
  })

  it('can be cancelled', async () => {
    const running = warmUp('cancelled', untilCancelled, {
      async meanwhile(handle) {
        await handle.cancel()
      },
      async afterwards(handle) {
        expect(await handle.query(warmUpProgress)).toMatchObject({ state: 'cancelled' })
      },
    })
    await expect(running).rejects.toThrow(WorkflowFailedError)
  })
})

describe('keepCacheWarm', () => {
  /** Runs it, and the warm-up to its end. */
  async function keepWarm(scenario: string) {
    const asked: Required<WarmCacheInput>[] = []
    const mayEnd = Promise.withResolvers<void>()
    const current = server.client.workflow.getHandle<WarmCache>(warmUpWorkflowId)
    let stateAfter = ''
    const warmPages: WarmUpActivities['warmPages'] = async (given) => {
      asked.push(given)
      await mayEnd.promise
      return { position: at(300), ended: true }
    }
    await runWorkflow<KeepCacheWarm>(server, {
      workflows: storefrontQueue,
      activities: { [storefrontQueue]: { warmPages } },
      type: keepCacheWarm,
      scenario,
      start: {
        workflowId: `keep-cache-warm-${randomUUID()}`,
        taskQueue: storefrontQueue,
        args: [],
      },
      async afterwards() {
        stateAfter = (await current.describe()).status.name
        mayEnd.resolve()
        await untilClosed(current)
      },
    })
    return { asked, stateAfter }
  }

  it('begins the warm-up and does not wait for its end', async () => {
    const { asked, stateAfter } = await keepWarm('begun')
    expect(stateAfter).toBe('RUNNING')
    expect(asked).toEqual([{ perCity: 20, position: nowhere }])
  })

  it('leaves alone the one that runs', async () => {
    await server.client.workflow.start<WarmCache>(warmCache, {
      workflowId: warmUpWorkflowId,
      taskQueue: storefrontQueue,
      args: [{ perCity: 7 }],
    })
    const { asked } = await keepWarm('running-already')
    expect(asked.map(({ perCity }) => perCity)).toEqual([7])
  })
})
