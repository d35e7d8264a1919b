import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderConsequences } from '../../activities/integrations/order-consequences.ts'
import type { OrdersActivities } from '../../activities/orders/index.ts'
import { ordersQueue, orderWorkflowId, type OrderState } from '../../contracts/orders.ts'
import type { Event } from '../../db/events.ts'
import { createDelivery } from '../support/deliveries.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { freshNamespace, whileWorking } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment
let database: TestDatabase
beforeAll(async () => {
  ;[server, database] = await Promise.all([freshNamespace(), freshDatabase()])
})
afterAll(() => Promise.all([server.teardown(), database.drop()]))

const activities: OrdersActivities = {
  lookAtOrder: async () => ({
    ...{ sellerId: '7', state: 'new' },
    ...{ remindInMs: 3_600_000, cancelInMs: 7_200_000 },
  }),
  remindOfOrder: async () => {},
  cancelUnconfirmed: async () => 'cancelled',
}
type Workflows = Parameters<typeof orderConsequences>[0]['workflows']
const relay = (
  type: string,
  data: { orderId: string; state: OrderState },
  workflows: Workflows = server.client.workflow,
) =>
  orderConsequences({ system: database.system.db, workflows })[type]!({ data } as unknown as Event)

const find = async (query: string) => {
  const found: (string | undefined)[] = []
  for await (const { workflowId } of server.client.workflow.list({ query })) found.push(workflowId)
  return found
}

describe('events of an order', () => {
  it('start its workflow once and bring it to its end, however often they are told', async () => {
    const orderId = '9000000001'
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

  it('call its delivery off when it is cancelled', async () => {
    const owner = database.owner.db
    const { orderId, shipmentId } = await createDelivery(owner, await createShop(owner))
    const told: string[] = []
    const workflows = {
      getHandle: (workflowId: string) => ({
        signal: async ({ name }: { name: string }) => void told.push(`${workflowId} ${name}`),
      }),
    } as unknown as Workflows
    await relay('order.status_changed', { orderId, state: 'assembling' }, workflows)
    expect(told).toEqual([`${orderWorkflowId(orderId)} orderMoved`])
    await relay('order.status_changed', { orderId, state: 'cancelled' }, workflows)
    expect(told.at(-1)).toBe(`delivery:${shipmentId} orderCancelled`)
  })
})
