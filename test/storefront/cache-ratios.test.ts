import { describe, expect, it } from 'vitest'
import { hitRatio, overInvalidation } from '../../domain/storefront/cache-ratios.ts'

describe('the hit ratio', () => {
  it('is the share of all reads that each level answered', () => {
    const listing = { memory: 60, redis: 20, stale: 5, stored: 10, 'not-stored': 3, collapsed: 2 }
    expect(hitRatio([listing])).toEqual({ memory: 0.6, redis: 0.2, stale: 0.05, any: 0.85 })
  })

  it('is of all kinds together', () => {
    expect(hitRatio([{ memory: 1 }, { stored: 1 }, { redis: 1 }])).toEqual({
      ...{ memory: 0.3333, redis: 0.3333, stale: 0, any: 0.6667 },
    })
  })

  it('is unknown where nothing was read', () => {
    const unknown = { memory: null, redis: null, stale: null, any: null }
    expect(hitRatio([])).toEqual(unknown)
    expect(hitRatio([{}])).toEqual(unknown)
  })
})

describe('over-invalidation', () => {
  it('is what was invalidated by what had to be', () => {
    expect(overInvalidation({ remade: 12, remadeSame: 2 })).toBe(1.2)
    expect(overInvalidation({ remade: 7, remadeSame: 0 })).toBe(1)
  })

  it('is unknown while nothing had to be', () => {
    expect(overInvalidation({ remade: 0, remadeSame: 0 })).toBeNull()
    expect(overInvalidation({ remade: 3, remadeSame: 3 })).toBeNull()
  })
})
