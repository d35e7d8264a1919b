import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  pickupPointsQueue,
  pointsSyncWorkflowId,
  syncPickupPoints,
  type SyncPickupPoints,
} from '../../contracts/pickup-points.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

function run(scenario: string, activities: object) {
  const input = { carrier: 'cdek', scope: 'full' } as const
  return runWorkflow<SyncPickupPoints>(server, {
    workflows: pickupPointsQueue,
    activities: { [pickupPointsQueue]: activities },
    type: syncPickupPoints,
    scenario,
    start: {
      workflowId: pointsSyncWorkflowId(input.carrier, input.scope),
      taskQueue: pickupPointsQueue,
      args: [input],
    },
  })
}

const applied = { outcome: 'applied', created: 3, changed: 0, gone: 0 }
const steps = (told: string[], more: object = {}) => ({
  readPickupPoints: async ({ syncId }: { syncId: string }) => {
    told.push(`read ${syncId.length}`)
    return { points: 3, unusable: 1 }
  },
  applyPickupPoints: async () => {
    told.push('apply')
    return applied
  },
  projectPickupPoints: async () => {
    told.push('project')
    return { written: 3 }
  },
  ...more,
})

describe('syncPickupPoints', () => {
  it('reads all, applies it at once, and tells search', async () => {
    const told: string[] = []
    expect(await run('applied', steps(told))).toEqual({ points: 3, unusable: 1, ...applied })
    expect(told).toEqual(['read 36', 'apply', 'project'])
  })

  it('tells that a list is held', async () => {
    const held = { outcome: 'held', known: 100, missing: 90, closing: 0 }
    const result = await run('held', steps([], { applyPickupPoints: async () => held }))
    expect(result).toEqual({ points: 3, unusable: 1, ...held })
  })

  it('ends at once for a carrier without points', async () => {
    const told: string[] = []
    const result = await run(
      'no-points',
      steps(told, { readPickupPoints: async () => 'no-points' }),
    )
    expect(result).toMatchObject({ outcome: 'no-points' })
    expect(told).toEqual([])
  })

  it('reads again after a carrier was away', async () => {
    let tries = 0
    const result = await run(
      'read-again',
      steps([], {
        readPickupPoints: async () => {
          if (++tries === 1) throw new Error('cdek points: away')
          return { points: 3, unusable: 0 }
        },
      }),
    )
    expect(result).toEqual({ points: 3, unusable: 0, ...applied })
  })
})
