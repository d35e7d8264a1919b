import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { TypedSearchAttributes } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureSearchAttributes } from '../../clients/search-attributes.ts'
import { deliverOrder, deliverySearchAttributes as attributes } from '../../contracts/logistics.ts'
import { freshNamespace } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment
const namespace = () => server.namespace ?? 'default'

beforeAll(async () => {
  server = await freshNamespace()
})
afterAll(() => server.teardown())

describe('what deliveries are found by', () => {
  it('is declared once, however often', async () => {
    const declare = () =>
      ensureSearchAttributes(server.connection, namespace(), Object.values(attributes))
    await declare()
    await declare()
  })

  it('is an error that says what to do, where one is of another type', async () => {
    const { name } = attributes.promiseAt
    await expect(
      ensureSearchAttributes(server.connection, namespace(), [{ name, type: 'KEYWORD' }]),
    ).rejects.toThrow(/PromiseAt .* is not a KEYWORD.*\n?.*search-attribute remove/)
  })

  it('finds those that were promised before some day', async () => {
    for (const day of ['28', '30'])
      await server.client.workflow.start(deliverOrder, {
        ...{ workflowId: `promised-${day}`, taskQueue: 'nobody', args: [{ shipmentId: day }] },
        typedSearchAttributes: new TypedSearchAttributes([
          { key: attributes.promiseAt, value: new Date(`2026-11-${day}T19:00:00Z`) },
        ]),
      })
    const found = async (query: string) => {
      const ids = []
      for await (const { workflowId } of server.client.workflow.list({ query }))
        ids.push(workflowId)
      return ids.sort()
    }
    await until(async () => (await found('PromiseAt > "2026-11-01T00:00:00Z"')).length === 2)
    expect(await found('PromiseAt < "2026-11-29T00:00:00Z"')).toEqual(['promised-28'])
  })
})
