import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTimeSkipping } from '../support/temporal.ts'
import { EXPECTED, followMany } from './open-deliveries.ts'

const COUNT = 60

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

it('raises everything that is missed of many deliveries once, and in its order', async () => {
  const { raised, completed } = await followMany(server, COUNT)
  expect(completed).toBe(COUNT)
  expect(raised.size).toBe(COUNT)
  for (const misses of raised.values()) expect(misses).toEqual(EXPECTED)
})
