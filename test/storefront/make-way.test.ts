import type { Client } from '@elastic/elasticsearch'
import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { makingWay } from '../../activities/storefront/make-way.ts'

/** Of an index that was searched so often when it is asked. */
function searched(...counts: (number | Error)[]) {
  const stats = () => {
    const next = counts.shift()!
    if (next instanceof Error) return Promise.reject(next)
    return Promise.resolve({ _all: { total: { search: { query_total: next } } } })
  }
  return { indices: { stats } } as unknown as Client
}
const isBusy = (...counts: (number | Error)[]) =>
  new MockActivityEnvironment().run(async () => (await makingWay(searched(...counts), 'goods'))())

it('makes way for searches, not for its own, nor when nobody knows of any', async () => {
  expect(await isBusy(0, 1_000, 1_000)).toBe(true)
  expect(await isBusy(1_000, 1_001)).toBe(false)
  expect(await isBusy(7, 7)).toBe(false)
  expect(await isBusy(7, new Error('away'))).toBe(false)
})
