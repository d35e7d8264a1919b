import {
  cityByCdekCode,
  cityByCoordinates,
  cityByName,
  cityByPostalCode,
  cityInText,
  kilometresBetween,
  type City,
} from '../places.ts'
import { calendarDays, cdekDate, DAY_MS } from './dates.ts'
import { TARIFFS, type End, type Tariff } from './tariffs.ts'

export type Location = {
  code?: number
  postal_code?: string
  city?: string
  address?: string
  longitude?: number
  latitude?: number
}
/** Grams and centimetres. */
export type Package = { weight: number; length?: number; width?: number; height?: number }

/** In the order that the vendor gives: its own code first, the words of an address last. */
export function cityOf({ code, latitude, longitude, postal_code, city, address }: Location) {
  if (code !== undefined) return cityByCdekCode(code)
  if (latitude !== undefined && longitude !== undefined)
    return cityByCoordinates(latitude, longitude)
  if (postal_code) return cityByPostalCode(postal_code)
  if (city) return cityByName(city)
  return address ? cityInText(address) : undefined
}

/** The larger of the weight and of the volume (L·W·H in cm by 5000), in grams. */
export const billedGrams = ({ weight, length = 0, width = 0, height = 0 }: Package) =>
  Math.max(weight, Math.ceil((length * width * height) / 5))

export type Calculation = {
  tariff: Tariff
  /** Kopecks, VAT included. */
  price: number
  billedGrams: number
  workingDays: { min: number; max: number }
}

const products = {
  parcel: { base: 16_000, perKm: 5.5, perKg: 4_200, days: [1, 2], kmPerDay: 650 },
  economy: { base: 12_500, perKm: 4, perKg: 3_300, days: [3, 6], kmPerDay: 400 },
  express: { base: 39_000, perKm: 14, perKg: 7_900, days: [1, 1], kmPerDay: 2200 },
  'same-day': { base: 52_000, perKm: 0, perKg: 9_000, days: [0, 0], kmPerDay: 1 },
  'one-office': { base: 9_900, perKm: 0, perKg: 1_000, days: [1, 1], kmPerDay: 1 },
} satisfies Record<Tariff['product'], object>
const endPrice: Record<End, number> = { door: 9_500, pvz: 0, postamat: -2_000 }

/** What one tariff costs and how long it takes; nothing where it does not go, or does not take it. */
export function calculate(
  tariff: Tariff,
  from: City,
  to: City,
  packages: readonly Package[],
): Calculation | undefined {
  const isLocal = from === to
  if (!isLocal && (tariff.product === 'same-day' || tariff.product === 'one-office'))
    return undefined
  if (packages.some((one) => one.weight > tariff.maxKg * 1000)) return undefined
  const side = tariff.maxSideCm ?? Infinity
  if (
    packages.some(({ length = 0, width = 0, height = 0 }) => Math.max(length, width, height) > side)
  )
    return undefined
  if (tariff.to === 'postamat' && packages.length > 1) return undefined

  const { base, perKm, perKg, days, kmPerDay } = products[tariff.product]
  const km = kilometresBetween(from, to)
  const grams = packages.reduce((sum, one) => sum + billedGrams(one), 0)
  const price =
    base + perKm * km + (perKg * grams) / 1000 + endPrice[tariff.from] + endPrice[tariff.to]
  const travel = isLocal ? 0 : Math.ceil(km / kmPerDay)
  return {
    tariff,
    price: Math.max(5_000, Math.round(price / 100) * 100),
    billedGrams: grams,
    workingDays: { min: days[0]! + travel, max: days[1]! + Math.ceil(travel * 1.3) },
  }
}

export const calculateAll = (from: City, to: City, packages: readonly Package[]) =>
  TARIFFS.flatMap((tariff) => calculate(tariff, from, to, packages) ?? [])

/** The terms of an answer: working days, calendar days, dates. */
export function termsOf({ workingDays: { min, max } }: Calculation, from: number) {
  const [first, last] = [calendarDays(min, from), calendarDays(max, from)]
  return {
    period_min: min,
    period_max: max,
    calendar_min: first,
    calendar_max: last,
    delivery_date_range: {
      min: cdekDate(from + first * DAY_MS),
      max: cdekDate(from + last * DAY_MS),
    },
  }
}
