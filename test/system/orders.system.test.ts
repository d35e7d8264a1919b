import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { connectTemporal, type Temporal } from '../../clients/temporal.ts'
import { readConfig } from '../../config.ts'
import { orderWorkflowId } from '../../contracts/orders.ts'
import { createApi } from '../../scripts/demo/api.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from '../orders/shop-goods.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { openProduct, type Product, type ProductProcess } from '../support/processes.ts'
import { until } from '../support/until.ts'

const HOURS_PER_SECOND = 1 / 3600
const ORDERS = 10
const CONFIRMED = 3

type Order = { id: string; state: string }

let environment: TestEnvironment
let temporal: Temporal
let product: Product
let worker: ProductProcess
let shop: StockedShop
let api: ReturnType<typeof createApi>
let key: string

beforeAll(async () => {
  environment = await freshEnvironment()
  temporal = connectTemporal(readConfig('schedules', environment.env))
  product = await openProduct({
    ...environment.env,
    ORDER_REMIND_HOURS: String(HOURS_PER_SECOND),
    ORDER_CANCEL_HOURS: String(15 * HOURS_PER_SECOND),
  })
  const owner = environment.database.owner.db
  shop = await stockedShop(owner, { units: 100 })
  ;({ key } = await issueApiKey(owner, {
    ...{ sellerId: shop.sellerId, name: 'test' },
    scopes: ['orders:read', 'orders:write'],
  }))
  const [process, workers] = await Promise.all([
    product.startApi(),
    product.startWorker('integrations', 'orders'),
  ])
  api = createApi(process.url)
  worker = workers
}, 240_000)
afterAll(async () => {
  await product.close()
  await temporal.close()
  await environment.close()
}, 120_000)

const typesOf = async (orderId: string) =>
  (
    await environment.database.owner.db
      .selectFrom('event')
      .select('type')
      .where('subject', '=', `order:${orderId}`)
      .orderBy('id')
      .execute()
  ).map(({ type }) => type)
const move = (orderId: string, state: string) =>
  api.post<Order>(key, `/v1/orders/${orderId}/status`, { state })
const statusOf = async (orderId: string) =>
  (await temporal.client.workflow.getHandle(orderWorkflowId(orderId)).describe()).status.name

it('cancels exactly the orders that nobody confirms, though their worker is killed meanwhile', async () => {
  const [shopProductId] = shop.goods as [string]
  const placed: Order[] = []
  for (let n = 0; n < ORDERS; n++) {
    const lines = [{ shopProductId, quantity: 1 }]
    placed.push(await api.post<Order>(key, '/v1/orders', { lines, buyer, deliverTo }))
  }
  const confirmed = placed.slice(0, CONFIRMED)
  const left = placed.slice(CONFIRMED)
  for (const { id } of confirmed) await move(id, 'confirmed')

  await until(async () => (await typesOf(left[0]!.id)).includes('order.unconfirmed'))
  await worker.kill9()
  await product.startWorker('integrations', 'orders')

  for (const { id } of left) {
    await until(async () => (await api.get<Order>(`/v1/orders/${id}`, key)).state === 'cancelled', {
      deadlineMs: 60_000,
    })
    expect(await typesOf(id)).toEqual([
      'order.created',
      'order.unconfirmed',
      'order.status_changed',
    ])
    await until(async () => (await statusOf(id)) === 'COMPLETED')
  }
  expect(await unitsOf(environment.database.owner.db, shopProductId)).toBe(100 - CONFIRMED)

  for (const { id } of confirmed) {
    for (const state of ['assembling', 'shipped', 'delivered']) await move(id, state)
    await until(async () => (await statusOf(id)) === 'COMPLETED')
  }
})
