import { cityByCoordinates, cityInText, type City } from '../places.ts'
import { fraction } from '../random.ts'
import { refuse } from './errors.ts'

export type Spot = {
  city: City
  text: string
  lat: number
  lon: number
  detailed: Record<string, string>
}

/**
 * An address is JSON in a string, or plain text.
 *
 * @throws {Refused} for a place that nobody knows
 */
export function locate(
  address: string | undefined,
  lat: number | undefined,
  lon: number | undefined,
  field: 'pickup' | 'dropoff',
): Spot {
  if (!address) return refuse('invalid_params', { [`${field}_address`]: 'This field is required.' })
  const parts = structured(address)
  const text = parts ? Object.values(parts).filter(Boolean).join(', ') : address
  const hasPoint = lat !== undefined && lon !== undefined
  const city =
    cityInText(parts?.city || text) ?? (hasPoint ? cityByCoordinates(lat, lon) : undefined)
  if (!city) return refuse('unknown_location')
  // Without coordinates: somewhere in the city, always the same place.
  const [north, east] = [fraction('lat', text), fraction('lon', text)]
  return {
    ...{ city, text },
    lat: lat ?? city.lat + (north - 0.5) * 0.1,
    lon: lon ?? city.lon + (east - 0.5) * 0.16,
    detailed: parts ?? { street_address_1: text, city: city.name, country: 'RU' },
  }
}

function structured(address: string): Record<string, string> | undefined {
  if (!address.trimStart().startsWith('{')) return undefined
  try {
    const given = JSON.parse(address) as Record<string, unknown>
    const [first = '', second = ''] = Array.isArray(given.street_address)
      ? given.street_address.map(String)
      : [String(given.street_address ?? '')]
    const word = (name: string) => (typeof given[name] === 'string' ? given[name] : '')
    return {
      ...{ street_address_1: first, street_address_2: second, city: word('city') },
      ...{ state: word('state'), zip_code: word('zip_code'), country: word('country') },
    }
  } catch {
    return undefined
  }
}
