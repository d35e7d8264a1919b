import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshEnvironment, type TestEnvironment } from './environment.ts'
import { openProduct, type Product } from './processes.ts'

let environment: TestEnvironment
let product: Product

beforeAll(async () => {
  environment = await freshEnvironment()
  product = await openProduct(environment.env)
})
afterAll(async () => {
  await product?.close()
  await environment?.close()
})

it('the API answers when it has started, ends by itself when asked, and starts again where it was', async () => {
  const api = await product.startApi()
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
  expect(await api.terminate()).toBe(0)
  await expect(fetch(`${api.url}/healthz`)).rejects.toThrow()

  const again = await product.startApi({ port: api.port })
  expect(again.url).toBe(api.url)
  await again.kill9()
  expect(await again.exited).toBeNull()
})

it('a worker ends by itself when asked', async () => {
  const worker = await product.startWorker('integrations')
  expect(await worker.terminate()).toBe(0)
})

it('a process that cannot start says why', async () => {
  await expect(product.startWorker('gardening')).rejects.toThrow('No worker gardening')
})
