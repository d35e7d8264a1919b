export type LatLon = { lat: number; lon: number }

/** Mean radius of the Earth in metres, as Lucene and PostGIS's sphere take it. */
const RADIUS_M = 6_371_008.7714

/** Along the great circle, in metres. */
export function distanceM(a: LatLon, b: LatLon): number {
  const x = radians(a.lat)
  const y = radians(b.lat)
  const h = 1 - Math.cos(x - y) + Math.cos(x) * Math.cos(y) * (1 - Math.cos(radians(a.lon - b.lon)))
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h / 2)))
}

/**
 * The same place, less than a centimetre off, as Elasticsearch keeps it: Lucene has 32 bits for each degree. PostgreSQL keeps
 * this too, so that both measure the same distances.
 */
export const snapped = ({ lat, lon }: LatLon): LatLon => ({
  lat: Math.floor(Math.min(lat, 90 - LAT_STEP) / LAT_STEP) * LAT_STEP,
  lon: Math.floor(Math.min(lon, 180 - LON_STEP) / LON_STEP) * LON_STEP,
})

const LAT_STEP = 180 / 2 ** 32
const LON_STEP = 360 / 2 ** 32

export type Box = {
  minLat: number
  maxLat: number
  /** Absent where the box goes around a pole or over the date line: then any longitude may be in it. */
  lons?: { min: number; max: number }
}

/** Holds all that is within the radius. */
export function boxAround({ lat, lon }: LatLon, radiusM: number): Box {
  const angle = radiusM / RADIUS_M
  const delta = degrees(angle) + MARGIN
  const box = { minLat: lat - delta, maxLat: lat + delta }
  if (box.minLat <= -90 || box.maxLat >= 90) return box
  const lonDelta = degrees(Math.asin(Math.sin(angle) / Math.cos(radians(lat)))) + MARGIN
  const lons = { min: lon - lonDelta, max: lon + lonDelta }
  return lons.min < -180 || lons.max > 180 ? box : { ...box, lons }
}

/** Against rounding: a tenth of a metre. */
const MARGIN = 1e-6

const radians = (angle: number) => (angle * Math.PI) / 180
const degrees = (angle: number) => (angle * 180) / Math.PI
