import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxAround, distanceM, snapped, type LatLon } from '../../domain/logistics/distance.ts'

const place = fc.record({
  lat: fc.double({ min: -89.9, max: 89.9, noNaN: true }),
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
})

const byCosines = (a: LatLon, b: LatLon) => {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const [x, y] = [radians(a.lat), radians(b.lat)]
  const cosine =
    Math.sin(x) * Math.sin(y) + Math.cos(x) * Math.cos(y) * Math.cos(radians(a.lon - b.lon))
  return 6_371_008.7714 * Math.acos(cosine)
}

describe('the distance', () => {
  it('is that of the great circle', () => {
    const moscow = { lat: 55.7558, lon: 37.6173 }
    const petersburg = { lat: 59.9386, lon: 30.3141 }
    expect(distanceM(moscow, petersburg)).toBeCloseTo(byCosines(moscow, petersburg), 0)
    expect(distanceM({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 })).toBeCloseTo(111_195, 0)
    expect(distanceM(moscow, moscow)).toBe(0)
  })

  it('is hardly changed by how coordinates are kept, and not at all when they are kept again', () => {
    fc.assert(
      fc.property(place, (at) => {
        const kept = snapped(at)
        expect(distanceM(at, kept)).toBeLessThan(0.1)
        expect(snapped(kept)).toEqual(kept)
      }),
    )
  })
})

describe('the box around a place', () => {
  it('holds all that is within the radius', () => {
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 100_000 }), (centre, offset, radiusM) => {
        const other = {
          lat: Math.max(-90, Math.min(90, centre.lat + offset.lat / 100)),
          lon: Math.max(-180, Math.min(180, centre.lon + offset.lon / 100)),
        }
        if (distanceM(centre, other) > radiusM) return
        const { minLat, maxLat, lons } = boxAround(centre, radiusM)
        expect(other.lat).toBeGreaterThanOrEqual(minLat)
        expect(other.lat).toBeLessThanOrEqual(maxLat)
        if (!lons) return
        expect(other.lon).toBeGreaterThanOrEqual(lons.min)
        expect(other.lon).toBeLessThanOrEqual(lons.max)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is open to all longitudes over the date line', () => {
    expect(boxAround({ lat: 64.7, lon: 179.9 }, 20_000).lons).toBeUndefined()
    expect(boxAround({ lat: 55.7, lon: 37.6 }, 20_000).lons).toBeDefined()
  })
})
