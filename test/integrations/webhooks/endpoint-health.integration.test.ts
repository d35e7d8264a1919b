import { describe, expect, it } from 'vitest'
import { until } from '../../support/until.ts'
import { relay } from '../../support/webhooks.ts'
import { deliverScene, numbers } from './deliver-scene.ts'

const scene = deliverScene()
const { change, deliver, endpoint, messages, notices, row, tell } = scene

describe('deliverDue', () => {
  it('lets the whole endpoint rest when the receiver asks for it', async () => {
    const target = await endpoint({ concurrency: 1 })
    await tell(['1', '2'])
    scene.receiver.respond = (_received, response) =>
      void response.writeHead(429, { 'Retry-After': '120' }).end()
    const { resumeInMs } = await deliver(target)
    expect(scene.receiver.received).toHaveLength(1)
    expect(resumeInMs).toBeGreaterThan(100_000)
    expect(resumeInMs).toBeLessThanOrEqual(120_000)
    const [tried, untried] = await messages()
    expect(tried!.dueAt.getTime() - Date.now()).toBeGreaterThan(100_000)
    expect(untried!.attempts).toBe(0)
  })

  it('disables an endpoint that says it is gone, with one notice to the others', async () => {
    const target = await endpoint({ concurrency: 8 })
    const other = await endpoint({ eventTypes: ['webhook-endpoint.*'] })
    await tell(numbers(20))
    scene.receiver.respond = (_received, response) => void response.writeHead(410).end()
    expect(await deliver(target)).toEqual({ resumeInMs: null })
    expect(scene.receiver.received.length).toBeLessThanOrEqual(8)
    expect(await row(target)).toMatchObject({ state: 'disabled', disabledReason: 'gone' })
    expect(await notices()).toEqual(['webhook-endpoint.disabled'])

    const events = await scene.database.owner.db
      .selectFrom('event')
      .selectAll()
      .where('sellerId', '=', scene.sellerId)
      .where('type', '=', 'webhook-endpoint.disabled')
      .execute()
    await relay(scene.database.system.db, events)
    const told = (await messages()).filter(({ type }) => type === 'webhook-endpoint.disabled')
    expect(told.map(({ endpointId }) => endpointId)).toEqual([other.id])
  })

  it('opens the breaker after ten failures, probes with one message, and closes it with a success', async () => {
    const target = await endpoint({ concurrency: 1 })
    await tell(numbers(30))
    scene.receiver.respond = (_received, response) => void response.writeHead(503).end()
    const first = await deliver(target)
    expect(scene.receiver.received).toHaveLength(10)
    expect(first.resumeInMs).toBeGreaterThan(25_000)
    expect(first.resumeInMs).toBeLessThanOrEqual(36_000)
    expect(await row(target)).toMatchObject({ openings: 1, failures: 10 })

    await change(target, { heldUntil: null })
    const second = await deliver(target)
    expect(scene.receiver.received).toHaveLength(11)
    expect(second.resumeInMs).toBeGreaterThan(55_000)

    await change(target, { heldUntil: null })
    scene.receiver.respond = (_received, response) => void response.writeHead(200).end()
    await deliver(target)
    expect(await row(target)).toMatchObject({ openings: 0, failures: 0, failingSince: null })
    expect(scene.receiver.received).toHaveLength(30)
    expect(await notices()).toEqual(['webhook-endpoint.failing', 'webhook-endpoint.recovered'])
  })

  it('disables an endpoint after five days of nothing but failures, and tells once', async () => {
    const fiveDaysAgo = new Date(Date.now() - 5 * 24 * 3_600_000)
    const target = await endpoint({ failures: 50, failingSince: fiveDaysAgo, openings: 7 })
    await tell(numbers(3))
    scene.receiver.respond = (_received, response) => void response.writeHead(500).end()
    expect(await deliver(target)).toEqual({ resumeInMs: null })
    expect(scene.receiver.received).toHaveLength(1)
    expect(await row(target)).toMatchObject({ state: 'disabled', disabledReason: 'failing' })
    expect(await deliver(target)).toEqual({ resumeInMs: null })
    expect(await notices()).toEqual(['webhook-endpoint.disabled'])
  })

  it('obeys a pause within a second', async () => {
    const target = await endpoint({ concurrency: 1, ratePerSecond: 20 })
    await tell(numbers(200))
    const delivering = deliver(target)
    await until(() => scene.receiver.received.length > 0)
    await change(target, { state: 'paused', updatedAt: new Date() })
    expect(await delivering).toEqual({ resumeInMs: null })
    expect(scene.receiver.received.length).toBeLessThan(60)
  })

  it('sends no faster than the endpoint’s rate, and no more at a time than its concurrency', async () => {
    const target = await endpoint({ concurrency: 3, ratePerSecond: 50 })
    await tell(numbers(60))
    let atOnce = 0
    let most = 0
    scene.receiver.respond = (_received, response) => {
      most = Math.max(most, ++atOnce)
      setTimeout(() => {
        atOnce--
        response.writeHead(200).end()
      }, 5)
    }
    await deliver(target)
    const times = scene.receiver.received.map(({ at }) => at)
    expect(scene.receiver.received).toHaveLength(60)
    // 60 at 50 a second, a burst of five apart, take a second and a tenth at least.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(1_000)
    expect(most).toBeLessThanOrEqual(3)
  })
})
