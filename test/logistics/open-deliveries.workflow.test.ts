import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import path from 'node:path'
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
  const bundle = await bundleWorkflowCode({
    workflowsPath: path.resolve(import.meta.dirname, '../../workflows/logistics/index.ts'),
    logger: new DefaultLogger('ERROR'),
  })
  const { raised, completed } = await followMany(server, bundle, COUNT)
  expect(completed).toBe(COUNT)
  expect(raised.size).toBe(COUNT)
  for (const misses of raised.values()) expect(misses).toEqual(EXPECTED)
})
