import { describe, expect, it } from 'vitest'
import { createRefreshes } from '../../clients/cache/refreshes.ts'
import { until } from '../support/until.ts'

/** Refreshes that end when they are told to, by id. */
function begun() {
  const running = new Map<string, () => void>()
  const names: string[] = []
  return {
    names,
    refresh: (id: string) => () =>
      new Promise<void>((resolve) => {
        names.push(id)
        running.set(id, resolve)
      }),
    async end(id: string) {
      running.get(id)!()
      await new Promise(setImmediate)
    },
  }
}

describe('refreshes', () => {
  it('run some at once, in the order in which they were asked for', async () => {
    const { names, refresh, end } = begun()
    const refreshes = createRefreshes({ atOnce: 2, isBusy: () => false })
    for (const id of ['a', 'b', 'c', 'd']) refreshes.add(id, refresh(id))
    expect(names).toEqual(['a', 'b'])
    await end('b')
    expect(names).toEqual(['a', 'b', 'c'])
  })

  it('are never twice of one page at once, and once more when asked for meanwhile', async () => {
    const { names, refresh, end } = begun()
    const refreshes = createRefreshes({ atOnce: 2, isBusy: () => false })
    for (const id of ['a', 'a', 'a']) refreshes.add(id, refresh(id))
    expect(names).toEqual(['a'])
    await end('a')
    expect(names).toEqual(['a', 'a'])
    await end('a')
    expect(names).toEqual(['a', 'a'])
  })

  it('wait while others need the room', async () => {
    const { names, refresh } = begun()
    let isBusy = true
    const refreshes = createRefreshes({ atOnce: 2, isBusy: () => isBusy })
    refreshes.add('a', refresh('a'))
    expect(names).toEqual([])
    isBusy = false
    await until(() => names.length === 1)
  })

  it('go on after one that failed', async () => {
    const { names, refresh } = begun()
    const refreshes = createRefreshes({ atOnce: 1, isBusy: () => false })
    refreshes.add('a', async () => {
      throw new Error('PostgreSQL is away')
    })
    refreshes.add('b', refresh('b'))
    await until(() => names.includes('b'))
  })
})
