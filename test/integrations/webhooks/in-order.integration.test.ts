import { describe, expect, it } from 'vitest'
import { deliverScene, numbers } from './deliver-scene.ts'

const scene = deliverScene()
const { deliver, endpoint, makeDue, messages, tell } = scene

describe('an endpoint in order', () => {
  const inOrder = () => endpoint({ ordering: 'per-order', concurrency: 16 })

  it('is told of each order in its order, of many orders at a time', async () => {
    const target = await inOrder()
    await tell(numbers(40), 5)
    scene.receiver.respond = (_received, response) =>
      void setTimeout(() => response.writeHead(200).end(), Math.random() * 5)
    await deliver(target)
    expect(scene.receiver.received).toHaveLength(200)
    const byOrder = Map.groupBy(scene.receiver.received, ({ order }) => order)
    for (const told of byOrder.values())
      expect(told.map((one) => one.change)).toEqual([1, 2, 3, 4, 5])
  })

  it('holds what comes after a failure of the same order alone, until it succeeds', async () => {
    const target = await inOrder()
    await tell(['1', '2', '3'], 3)
    const failing = (received: { order: string; change: number }) =>
      received.order === '2' && received.change === 2
    scene.receiver.respond = (received, response) =>
      void response.writeHead(failing(received) ? 500 : 200).end()
    const { resumeInMs } = await deliver(target)
    expect(resumeInMs).toBeGreaterThan(3_000)
    const changesOf = (order: string) =>
      scene.receiver.received.filter((one) => one.order === order).map((one) => one.change)
    expect([changesOf('1'), changesOf('2'), changesOf('3')]).toEqual([
      [1, 2, 3],
      [1, 2],
      [1, 2, 3],
    ])

    scene.receiver.respond = (_received, response) => void response.writeHead(200).end()
    await makeDue()
    await deliver(target)
    expect(changesOf('2')).toEqual([1, 2, 2, 3])
  })

  it('goes on after one that was given up', async () => {
    const target = await inOrder()
    await tell(['1'], 2)
    await scene.database.owner.db
      .updateTable('webhookMessage')
      .set({ tries: 9 })
      .where('sellerId', '=', scene.sellerId)
      .execute()
    scene.receiver.respond = ({ change: which }, response) =>
      void response.writeHead(which === 1 ? 500 : 200).end()
    await deliver(target)
    expect(scene.receiver.received.map((one) => one.change)).toEqual([1, 2])
    expect((await messages()).map(({ state }) => state)).toEqual(['failed', 'delivered'])
  })
})
