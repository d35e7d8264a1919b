import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureFifo } from '../../bench/webhooks/fifo.ts'
import { measureHang } from '../../bench/webhooks/hang.ts'
import { measureKills } from '../../bench/webhooks/kills.ts'
import { measureLatency } from '../../bench/webhooks/latency.ts'
import { openScene, type Scene } from '../../bench/webhooks/scene.ts'

let scene: Scene

beforeAll(async () => {
  scene = await openScene()
}, 600_000)
afterAll(() => scene.close(), 60_000)

/** The sizes at which the benchmarks run here: for their correctness, not their speed. */
describe('webhooks', () => {
  it('lose nothing when the worker is killed and PostgreSQL restarts, and repeat what was in flight at most', async () => {
    const size = { events: 2_000, kills: 2, restarts: 1, perSecond: 1_000 }
    const figures = await measureKills(scene, size)
    expect(figures).toMatchObject({ lost: 0, otherIds: 0, kills: 2, restarts: 1 })
    expect(figures.duplicates).toBeLessThanOrEqual(figures.inFlight)
  }, 300_000)

  it('come in their order though attempts fail', async () => {
    await scene.forget()
    const figures = await measureFifo(scene, 2_000)
    expect(figures).toMatchObject({ inversions: 0, missing: 0 })
    expect(figures.failures).toBeGreaterThan(20)
    expect(figures.overtakings).toBeGreaterThan(0)
  }, 300_000)

  it('wake endpoints that sleep', async () => {
    await scene.forget()
    const worker = await scene.startWorker()
    expect(await measureLatency(scene, { seconds: 2, endpoints: 5 })).toHaveLength(400)
    await worker.terminate()
  }, 300_000)

  // The last one: it kills its worker, whose successor would wait for the heartbeat that does not come.
  it('reach those who answer while others hang', async () => {
    await scene.forget()
    const { allHealthy, someHang } = await measureHang(scene, {
      ...{ seconds: 3, warmUpSeconds: 0.5 },
    })
    expect(allHealthy.length).toBeGreaterThanOrEqual(400)
    expect(someHang.length).toBeGreaterThanOrEqual(400)
  }, 300_000)
})
