import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTimeSkipping } from '../support/temporal.ts'
import { EXPECTED, openDeliveries } from './open-deliveries.ts'

const COUNT = 60
/** What `npm run bench -- open-deliveries` holds to at 2,000: those in memory are a hundred at most. */
const MOST_MEMORY_BYTES = 400 * 1_024 ** 2

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

it('raises everything that is missed of many deliveries once, in its order and in little memory', async () => {
  const deliveries = await openDeliveries(server, COUNT)
  try {
    expect((await deliveries.untilAllIsMissed()).raised.size).toBe(COUNT)
    expect(await deliveries.untilFetched()).toBe(COUNT)
    const { raised, mostMemoryBytes } = await deliveries.report()
    for (const misses of raised.values()) expect(misses).toEqual(EXPECTED)
    expect(mostMemoryBytes).toBeLessThan(MOST_MEMORY_BYTES)
  } finally {
    await deliveries.close()
  }
})
