import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { known } from '../../api/storefront/known.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function cities(...ids: string[]) {
  let reads = 0
  const find = known(async () => {
    reads++
    return new Map(ids.map((id) => [id, id]))
  })
  return { ids, reads: () => reads, has: async (id: string) => (await find([id])).has(id) }
}

it('what is known is read once', async () => {
  const { has, reads } = cities('msk', 'spb')
  for (let turn = 0; turn < 100; turn++)
    expect([await has('msk'), await has('spb')]).toEqual([true, true])
  expect(reads()).toBe(1)
})

it('made-up names take one read a second, however many they are', async () => {
  const { has, reads } = cities('msk')
  for (let turn = 0; turn < 10_000; turn++) expect(await has(`made-up-${turn}`)).toBe(false)
  expect(reads()).toBe(1)
  vi.advanceTimersByTime(1_000)
  await Promise.all(Array.from({ length: 1_000 }, (_, turn) => has(`more-${turn}`)))
  expect(reads()).toBe(2)
})

it('what has come meanwhile is found within a second', async () => {
  const { ids, has } = cities('msk')
  expect(await has('kzn')).toBe(false)
  ids.push('kzn')
  vi.advanceTimersByTime(1_000)
  expect(await has('kzn')).toBe(true)
})

it('what has gone is noticed within half a minute', async () => {
  const { ids, has } = cities('msk', 'spb')
  expect(await has('spb')).toBe(true)
  ids.pop()
  expect(await has('spb')).toBe(true)
  vi.advanceTimersByTime(30_000)
  expect(await has('spb')).toBe(false)
})
