import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scopeKey, scopesOf } from '../../domain/storefront/listing.ts'

const place = { shopId: '7', categoryIds: ['1', '12'], cityIds: ['msk', 'spb'] }

describe('the listings of a place', () => {
  it('are every combination of its cities, its shop and the path of its category, each or none', () => {
    const scopes = scopesOf([place])
    expect(scopes.size).toBe(3 * 2 * 3)
    expect(scopes).toContain(scopeKey({}))
    expect(scopes).toContain(scopeKey({ city: 'spb', shop: '7', category: '12' }))
    expect(scopes).toContain(scopeKey({ category: '1' }))
    expect(scopes).not.toContain(scopeKey({ city: 'kzn' }))
  })

  it('are those without a city when it is in stock nowhere', () => {
    expect([...scopesOf([{ ...place, cityIds: [] }])].every((key) => key.startsWith('-:'))).toBe(
      true,
    )
  })

  it('are none of nowhere', () => {
    expect(scopesOf([null, null]).size).toBe(0)
  })

  it('of a change are those before and those after, each once', () => {
    const after = { ...place, categoryIds: ['1', '13'] }
    const both = scopesOf([place, after])
    expect(both).toEqual(new Set([...scopesOf([place]), ...scopesOf([after])]))
    expect(both.size).toBe(18 + 6)
  })
})

it('scopes that differ have different keys', () => {
  const id = fc.option(fc.stringMatching(/^[a-z0-9]{1,4}$/), { nil: undefined })
  const scope = fc.record({ city: id, shop: id, category: id })
  fc.assert(
    fc.property(scope, scope, (one, other) => {
      const same =
        one.city === other.city && one.shop === other.shop && one.category === other.category
      expect(scopeKey(one) === scopeKey(other)).toBe(same)
    }),
  )
})
