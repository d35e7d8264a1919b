import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderConsequences } from '../../activities/integrations/order-consequences.ts'
import type { OrdersActivities } from '../../activities/orders/index.ts'
import { ordersQueue, orderWorkflowId, type OrderState } from '../../contracts/orders.ts'
import type { Event } from '../../db/events.ts'
import { freshNamespace, whileWorking } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await freshNamespace()
})
afterAll(() => server.teardown())

const activities: OrdersActivities = {
  lookAtOrder: async () => ({
    ...{ sellerId: '7', state: 'new' },
    ...{ remindInMs: 3_600_000, cancelInMs: 7_200_000 },
  }),
  remindOfOrder: async () => {},
  cancelUnconfirmed: async () => 'cancelled',
}
const relay = (type: string, data: { orderId: string; state: OrderState }) =>
  orderConsequences({ workflows: server.client.workflow })[type]!({ data } as unknown as Event)

const find = async (query: string) => {
  const found: (string | undefined)[] = []
  for await (const { workflowId } of server.client.workflow.list({ query })) found.push(workflowId)
  return found
}

describe('events of an order', () => {
  it('start its workflow once and bring it to its end, however often they are told', async () => {
    const orderId = randomUUID()
    const tell = async (type: string, state: OrderState) => {
      await relay(type, { orderId, state })
      await relay(type, { orderId, state })
    }
    await whileWorking(
      server,
      { workflows: ordersQueue, activities: { [ordersQueue]: activities } },
      async () => {
        await tell('order.created', 'new')
        await tell('order.status_changed', 'confirmed')
        await until(
          async () => (await find(`OrderState = "confirmed" and OrderId = "${orderId}"`)).length,
        )
        expect(await find(`SellerId = "7" and OrderState = "confirmed"`)).toEqual([
          orderWorkflowId(orderId),
        ])
        await tell('order.status_changed', 'cancelled')
        const handle = server.client.workflow.getHandle(orderWorkflowId(orderId))
        expect(await handle.result()).toEqual({ state: 'cancelled' })
        await tell('order.created', 'new')
        await tell('order.status_changed', 'cancelled')
        expect((await handle.describe()).status.name).toBe('COMPLETED')
      },
    )
  })
})
