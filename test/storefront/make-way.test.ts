import type { Client } from '@elastic/elasticsearch'
import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { makingWay } from '../../activities/storefront/make-way.ts'

type Load = { completed: number; active?: number; queue?: number } | Error

/** Whose threads for searches are so loaded when they are asked. */
const loaded = (...loads: Load[]) => loadedAmong(loads)
/** As they are taken from these; the last one stays. */
function loadedAmong(loads: Load[]) {
  const stats = () => {
    const next = loads.length > 1 ? loads.shift()! : loads[0]!
    if (next instanceof Error) return Promise.reject(next)
    return Promise.resolve({ nodes: { one: { thread_pool: { search: next } } } })
  }
  return { nodes: { stats } } as unknown as Client
}
const isBusyAmong = (loads: Load[]) =>
  new MockActivityEnvironment().run(async () => (await makingWay(loadedAmong(loads)))())
const isBusy = (...loads: Load[]) => isBusyAmong(loads)

it('makes way for searches that were done, or that wait', async () => {
  expect(await isBusy({ completed: 0 }, { completed: 1_000 })).toBe(true)
  expect(await isBusy({ completed: 7 }, { completed: 7, active: 1 })).toBe(true)
  expect(await isBusy({ completed: 7 }, { completed: 7, queue: 100 }, { completed: 7 })).toBe(true)
})

it('rests until no more searches wait than are being done', async () => {
  const crowded = { completed: 7, active: 4, queue: 5 }
  const asked: Load[] = [{ completed: 7 }, crowded, crowded, crowded, { ...crowded, queue: 4 }]
  await isBusyAmong(asked)
  expect(asked).toHaveLength(1)
})

it('makes none for its own, nor when nobody knows of any', async () => {
  expect(await isBusy({ completed: 1_000 }, { completed: 1_002 })).toBe(false)
  expect(await isBusy({ completed: 7 })).toBe(false)
  expect(await isBusy({ completed: 7 }, new Error('away'))).toBe(false)
  expect(await isBusy(new Error('away'), { completed: 1_000 })).toBe(false)
})

it('goes on making way for a while', async () => {
  const client = loaded({ completed: 0 }, { completed: 1_000 }, { completed: 1_000 })
  const turns = await new MockActivityEnvironment().run(async () => {
    const makeWay = await makingWay(client)
    return [await makeWay(), await makeWay()]
  })
  expect(turns).toEqual([true, true])
})
