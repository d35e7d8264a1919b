import type { Place } from '../carrier.ts'

/** An address is JSON inside a string. */
export const addressOf = ({ address, cityName, postalCode, countryCode }: Place): string =>
  JSON.stringify({
    street_address: [address ?? ''],
    city: cityName,
    state: '',
    zip_code: postalCode ?? '',
    country: countryCode,
  })

/** `^\+[0-9]+$`; in Russia people begin with 8. `undefined` where it is no number. */
export function phoneOf(phone: string): string | undefined {
  const digits = phone.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '')
  if (/^\+\d{7,15}$/.test(digits)) return digits
  if (/^8\d{10}$/.test(digits)) return `+7${digits.slice(1)}`
  return /^\d{10,15}$/.test(digits) ? `+${digits}` : undefined
}

/** A courier comes as soon as possible, unless it is ready only later than that. */
export function windowOf(readyAt: string, now: number): { pickup_ready_dt?: string } {
  const ms = Date.parse(readyAt)
  return ms > now + SOON_MS ? { pickup_ready_dt: new Date(ms).toISOString() } : {}
}
const SOON_MS = 15 * 60_000

export const coordinatesOf = (end: 'pickup' | 'dropoff', { lat, lon }: Place) =>
  lat === undefined || lon === undefined
    ? {}
    : { [`${end}_latitude`]: lat, [`${end}_longitude`]: lon }
