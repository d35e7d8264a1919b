import {
  cityByDpdId,
  cityByName,
  cityByPostalCode,
  kilometresBetween,
  type City,
} from '../places.ts'

export type CityRequest = {
  cityId?: number
  index?: string
  cityName?: string
  regionCode?: string
  countryCode?: string
}
/** Kilograms and centimetres. */
export type Parcel = {
  weight: number
  length?: number
  width?: number
  height?: number
  quantity?: number
}
type Service = {
  code: string
  name: string
  base: number
  perKm: number
  perKg: number
  days: number
  kmPerDay: number
  maxKg: number
}

/** Rubles. Codes and names are DPD's. */
const SERVICES: readonly Service[] = [
  service('PCL', 'DPD OPTIMUM', [235, 0.05, 39], [2, 700], 1000),
  service('CSM', 'DPD Online Express', [390, 0.12, 75], [1, 2000], 100),
  service('MXO', 'DPD Online Max', [198, 0.042, 31], [3, 550], 31),
  service('ECN', 'DPD ECONOMY', [215, 0.035, 28], [4, 450], 1000),
  service('NDY', 'DPD EXPRESS', [520, 0.16, 95], [1, 2600], 1000),
]

function service(
  code: string,
  name: string,
  [base, perKm, perKg]: [number, number, number],
  [days, kmPerDay]: [number, number],
  maxKg: number,
): Service {
  return { code, name, base, perKm, perKg, days, kmPerDay, maxKg }
}

export function cityOf({ cityId, index, cityName }: CityRequest): City | undefined {
  if (cityId !== undefined) return cityByDpdId(cityId)
  if (cityName) return cityByName(cityName.replace(/^(г\.?|город)\s+/i, ''))
  return index ? cityByPostalCode(index) : undefined
}

export type Ends = { from: City; to: City; selfPickup: boolean; selfDelivery: boolean }
export type Cost = { serviceCode: string; serviceName: string; cost: number; days: number }

/** Kilograms that are asked for: of the weight, or of the volume (250 kg/m³). */
export function billedKg(weight: number, volume = 0): number {
  return Math.max(weight, volume * 250)
}

export function costs({ from, to, selfPickup, selfDelivery }: Ends, kg: number): Cost[] {
  const km = kilometresBetween(from, to)
  return SERVICES.filter(({ maxKg }) => kg <= maxKg).map((one) => {
    const doors = (selfPickup ? 0 : 90) + (selfDelivery ? 0 : 110)
    return {
      serviceCode: one.code,
      serviceName: one.name,
      cost: Math.round((one.base + one.perKm * km + one.perKg * kg + doors) * 100) / 100,
      days: one.days + (from === to ? 0 : Math.ceil(km / one.kmPerDay)),
    }
  })
}

export const costOf = (ends: Ends, kg: number, code: string) =>
  costs(ends, kg).find(({ serviceCode }) => serviceCode === code)
