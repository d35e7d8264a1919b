import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTimeSkipping } from '../support/temporal.ts'
import { EXPECTED, followMany } from './open-deliveries.ts'

const COUNT = 60
/** What `npm run bench -- open-deliveries` holds to at 2,000: those in memory are a hundred at most. */
const MOST_MEMORY_BYTES = 400 * 1_024 ** 2

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

it('raises everything that is missed of many deliveries once, in its order and in little memory', async () => {
  const { raised, completed, mostMemoryBytes } = await followMany(server, COUNT)
  expect(completed).toBe(COUNT)
  expect(raised.size).toBe(COUNT)
  for (const misses of raised.values()) expect(misses).toEqual(EXPECTED)
  expect(mostMemoryBytes).toBeLessThan(MOST_MEMORY_BYTES)
})
