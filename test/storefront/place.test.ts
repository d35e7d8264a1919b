import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scopeKey } from '../../domain/storefront/listing.ts'
import { effectsOf, isSamePlace, scopesOf, type Place } from '../../domain/storefront/place.ts'

const place: Place = {
  shopId: '7',
  categoryIds: ['1', '12'],
  units: { total: 8, byCity: { msk: 5, spb: 3 } },
  keys: { popular: '3', price: '1990', new: '1700000000000000' },
  shown: 1,
}
const effects = (before: Place | null, after: Place | null) =>
  new Map([...effectsOf('42', before, after)].map(([scope, probes]) => [scopeKey(scope), probes]))
const scopes = (before: Place | null, after: Place | null) => [...effects(before, after).keys()]

describe('the scopes of many', () => {
  it('are those of each', () => {
    const other = { ...place, shopId: '8', units: { total: 1, byCity: { kzn: 1 } } }
    const each = new Set([...scopes(null, place), ...scopes(null, other)])
    expect(scopesOf([place, other, place, { ...other, shown: 9 }])).toEqual(each)
  })

  it('are none of those that no listing can tell from what they were', () => {
    const units = { total: 8, byCity: { spb: 3, msk: 5 } }
    expect(isSamePlace(place, { ...place, units })).toBe(true)
    expect(isSamePlace(null, null)).toBe(true)
    expect(isSamePlace(place, null)).toBe(false)
    expect(isSamePlace(place, { ...place, shown: 2 })).toBe(false)
    expect(isSamePlace(place, { ...place, units: { ...units, total: 9 } })).toBe(false)
  })
})

describe('what a change does to listings', () => {
  it('is seen in every combination of its cities, its shop and the path of its category, each or none', () => {
    const seen = scopes(null, place)
    expect(seen).toHaveLength(3 * 2 * 3)
    expect(seen).toContain(scopeKey({}))
    expect(seen).toContain(scopeKey({ city: 'spb', shop: '7', category: '12' }))
    expect(seen).not.toContain(scopeKey({ city: 'kzn' }))
    expect(scopes(place, null).sort()).toEqual(seen.sort())
  })

  it('is nothing where nothing that is shown is another', () => {
    expect(scopes(place, { ...place })).toEqual([])
    expect(scopes(null, null)).toEqual([])
  })

  it('is, of units in one city, seen there and where no city is asked for', () => {
    const more = { ...place, units: { total: 9, byCity: { msk: 6, spb: 3 } } }
    expect(scopes(place, more).every((key) => /^(msk|-):/.test(key))).toBe(true)
    expect(scopes(place, more)).toHaveLength(2 * 2 * 3)
  })

  it('is, of a price, a move in two orders and another look in the others', () => {
    const dearer = { ...place, keys: { ...place.keys, price: '2990' }, shown: 2 }
    const probes = effects(place, dearer).get(scopeKey({ city: 'msk' }))!
    expect(probes.map(({ sort, key, moves }) => [sort, key, moves]).sort()).toEqual([
      ['new', '1700000000000000', false],
      ['popular', '3', false],
      ['price-asc', '1990', true],
      ['price-asc', '2990', true],
      ['price-desc', '1990', true],
      ['price-desc', '2990', true],
    ])
  })

  it('is, of a last unit, a going in its city and another look where no city is asked for', () => {
    const sold = { ...place, units: { total: 5, byCity: { msk: 5 } } }
    const seen = effects(place, sold)
    expect(seen.get(scopeKey({ city: 'spb' }))!.every(({ moves }) => moves)).toBe(true)
    expect(seen.get(scopeKey({}))!.some(({ moves }) => moves)).toBe(false)
    expect(seen.has(scopeKey({ city: 'msk' }))).toBe(false)
  })

  it('reaches every listing in which it was or is, when anything shown is another', () => {
    const id = fc.stringMatching(/^[1-9]\d{0,3}$/)
    const anyPlace = fc.record({
      shopId: id,
      categoryIds: fc.array(id, { maxLength: 4 }),
      units: fc.record({
        total: fc.nat(9),
        byCity: fc.dictionary(fc.constantFrom('msk', 'spb', 'kzn'), fc.integer({ min: 1, max: 9 })),
      }),
      keys: fc.record({ popular: id, price: id, new: id }),
      shown: fc.constant(1),
    })
    fc.assert(
      fc.property(anyPlace, anyPlace, (before, one) => {
        const after = { ...one, shown: 2 }
        const both = new Set([...scopes(before, null), ...scopes(null, after)])
        expect(new Set(scopes(before, after))).toEqual(both)
      }),
    )
  })
})
