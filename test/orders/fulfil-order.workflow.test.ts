import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowHandleWithStartDetails } from '@temporalio/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FoundOrder, OrdersActivities } from '../../activities/orders/index.ts'
import {
  fulfilOrder,
  orderMoved,
  ordersQueue,
  orderState,
  orderWorkflowId,
  type FulfilOrder,
  type OrderState,
} from '../../contracts/orders.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'
import { until } from '../support/until.ts'

const HOUR_MS = 60 * 60_000

let server: TestWorkflowEnvironment
beforeEach(async () => {
  server = await startTimeSkipping()
})
afterEach(() => server.teardown())

type Handle = WorkflowHandleWithStartDetails<FulfilOrder>

/** What the workflow has done, and at which hour of its life. */
function fakes(found: Partial<FoundOrder> = {}, cancelled: OrderState = 'cancelled') {
  const did: { name: keyof OrdersActivities; orderId: string; hour: number }[] = []
  let beganAt = 0
  const note = async (name: keyof OrdersActivities, { orderId }: { orderId: string }) => {
    const now = await server.currentTimeMs()
    beganAt ||= now
    did.push({ name, orderId, hour: Math.round((now - beganAt) / HOUR_MS) })
  }
  const activities: OrdersActivities = {
    async lookAtOrder(key) {
      await note('lookAtOrder', key)
      return {
        ...{ sellerId: '7', state: 'new', remindInMs: 12 * HOUR_MS, cancelInMs: 24 * HOUR_MS },
        ...found,
      }
    },
    remindOfOrder: (key) => note('remindOfOrder', key),
    async cancelUnconfirmed(key) {
      await note('cancelUnconfirmed', key)
      return cancelled
    },
  }
  return { did, activities, names: () => did.map(({ name }) => name) }
}

const run = (
  scenario: string,
  activities: OrdersActivities,
  more: {
    meanwhile?(handle: Handle): Promise<unknown>
    afterwards?(handle: Handle): Promise<unknown>
  } = {},
) =>
  runWorkflow<FulfilOrder>(server, {
    workflows: ordersQueue,
    activities: { [ordersQueue]: activities },
    type: fulfilOrder,
    scenario,
    start: {
      workflowId: orderWorkflowId('42'),
      taskQueue: ordersQueue,
      args: [{ orderId: '42' }],
    },
    ...more,
  })

const tell = async (handle: Handle, ...states: OrderState[]) => {
  for (const state of states) await handle.signal(orderMoved, { state })
}
const attributesOf = async (handle: Handle) => {
  const { typedSearchAttributes } = await handle.describe()
  return Object.fromEntries(
    typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
  )
}

describe('fulfilOrder', () => {
  it('reminds of an order that nobody confirms, then cancels it', async () => {
    const { did, activities } = fakes()
    expect(await run('unconfirmed', activities)).toEqual({ state: 'cancelled' })
    expect(did).toEqual([
      { name: 'lookAtOrder', orderId: '42', hour: 0 },
      { name: 'remindOfOrder', orderId: '42', hour: 12 },
      { name: 'cancelUnconfirmed', orderId: '42', hour: 24 },
    ])
  })

  it('stands by an order that is confirmed in time until it is delivered', async () => {
    const { names, activities } = fakes()
    const meanwhile = async (handle: Handle) => {
      await until(() => names().length === 1)
      await tell(handle, 'confirmed')
      await server.sleep('72 hours')
      await tell(handle, 'assembling', 'shipped')
      expect(await handle.query(orderState)).toBe('shipped')
      await tell(handle, 'delivered')
    }
    expect(await run('delivered', activities, { meanwhile })).toEqual({ state: 'delivered' })
    expect(names()).toEqual(['lookAtOrder'])
  })

  it('leaves an order alone that is confirmed after the reminder', async () => {
    const { names, activities } = fakes()
    const meanwhile = async (handle: Handle) => {
      await until(() => names().length === 1)
      await server.sleep('13 hours')
      await until(() => names().includes('remindOfOrder'))
      await tell(handle, 'confirmed')
      await server.sleep('72 hours')
      await tell(handle, 'cancelled')
    }
    const result = await run('confirmed-after-the-reminder', activities, { meanwhile })
    expect(result).toEqual({ state: 'cancelled' })
    expect(names()).toEqual(['lookAtOrder', 'remindOfOrder'])
  })

  it('ends with an order that is cancelled before anything else', async () => {
    const { names, activities } = fakes()
    const meanwhile = async (handle: Handle) => {
      await until(() => names().length === 1)
      await tell(handle, 'cancelled')
    }
    expect(await run('cancelled', activities, { meanwhile })).toEqual({ state: 'cancelled' })
    expect(names()).toEqual(['lookAtOrder'])
  })

  it('goes on with an order that was confirmed in the moment of its cancellation', async () => {
    const { names, activities } = fakes({}, 'confirmed')
    const meanwhile = async (handle: Handle) => {
      await until(() => names().length === 1)
      await server.sleep('25 hours')
      await until(async () => (await handle.query(orderState)) === 'confirmed')
      await tell(handle, 'assembling', 'shipped', 'delivered')
    }
    const result = await run('confirmed-at-the-last-moment', activities, { meanwhile })
    expect(result).toEqual({ state: 'delivered' })
  })

  it('takes an order as it stands when it was told nothing, and is late', async () => {
    const late = fakes({ state: 'shipped', remindInMs: 0, cancelInMs: 0 })
    const meanwhile = async (handle: Handle) => {
      await until(() => late.names().length === 1)
      await tell(handle, 'confirmed', 'delivered', 'shipped')
    }
    expect(await run('late', late.activities, { meanwhile })).toEqual({ state: 'delivered' })
    expect(late.names()).toEqual(['lookAtOrder'])
  })

  it('does not wait again when its time was up before it began', async () => {
    const { did, activities } = fakes({ remindInMs: 0, cancelInMs: 0 })
    expect(await run('late-and-unconfirmed', activities)).toEqual({ state: 'cancelled' })
    expect(did.map(({ hour }) => hour)).toEqual([0, 0, 0])
  })

  it('is found by seller, order and state, and told nothing by what comes late or twice', async () => {
    const { names, activities } = fakes()
    const meanwhile = async (handle: Handle) => {
      await until(() => names().length === 1)
      await until(async () => (await attributesOf(handle))['OrderState'] === 'new')
      await tell(handle, 'confirmed', 'confirmed', 'assembling', 'confirmed')
      await until(async () => (await attributesOf(handle))['OrderState'] === 'assembling')
      expect(await handle.query(orderState)).toBe('assembling')
      expect(await attributesOf(handle)).toMatchObject({ SellerId: '7', OrderId: '42' })
      await tell(handle, 'cancelled')
    }
    const afterwards = async (handle: Handle) =>
      expect((await attributesOf(handle))['OrderState']).toBe('cancelled')
    await run('told-twice', activities, { meanwhile, afterwards })
  })
})
