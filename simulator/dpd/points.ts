import { CITIES, kladrCode, type City } from '../places.ts'
import { between, fraction, pick } from '../random.ts'
import type { PointState, World } from '../world.ts'
import { STREETS } from '../streets.ts'

type ParcelShop = {
  code: string
  /** ПВП: somebody hands it out; П: a locker. */
  parcelShopType: 'ПВП' | 'П'
  city: City
  address: Record<string, string | number>
  geoCoordinates: { latitude: number; longitude: number }
  /** Kilograms and centimetres; some say nothing. */
  limits: Record<string, number>
  schedule: { operation: string; timetable: { weekDays: string; workTime: string }[] }[]
  isTerminal: boolean
}
export type ParcelShops = ReturnType<typeof openParcelShops>

const stateNames: Record<PointState, string> = { open: 'Open', full: 'Full', closed: 'Closed' }

/** Parcel shops and terminals, the same for the same seed; the states can be set. */
export function openParcelShops({ seed, pointCount, pointStates }: World) {
  const people = CITIES.reduce((sum, city) => sum + city.people, 0)
  const all = CITIES.flatMap((city) => {
    const here = Math.max(2, Math.round((pointCount * city.people) / people / 2))
    return Array.from({ length: here }, (_, index) => parcelShop(seed, city, index + 1))
  })
  const byCode = new Map(all.map((one) => [one.code, one]))
  const key = (code: string) => `dpd ${code}`
  const stateOf = (code: string): PointState => pointStates.get(key(code)) ?? 'open'

  return {
    find: (code: string) => byCode.get(code),
    stateOf,
    /** Also the full ones; closed ones are gone. */
    list({
      countryCode = 'RU',
      regionCode,
      cityCode,
      cityName,
    }: Record<string, string | undefined>) {
      if (countryCode.toUpperCase() !== 'RU') return []
      return all.filter(
        ({ city, code }) =>
          stateOf(code) !== 'closed' &&
          (!regionCode || Number(regionCode) === city.regionCode) &&
          (!cityCode || cityCode === kladrCode(city)) &&
          (!cityName || cityName.toLowerCase() === city.name.toLowerCase()),
      )
    },
    terminals: () => all.filter(({ isTerminal }) => isTerminal),
    toParcelShop: (one: ParcelShop) => ({
      ...{ code: one.code, parcelShopType: one.parcelShopType },
      ...{ state: stateNames[stateOf(one.code)], address: one.address, brand: 'DPD' },
      ...{ geoCoordinates: one.geoCoordinates, limits: one.limits, schedule: one.schedule },
      extraService: [{ esCode: 'НПП', params: [{ name: 'sum_npp', value: '100000' }] }],
      services: { serviceCode: ['PCL', 'CSM', 'MXO', 'ECN'] },
    }),
    toTerminal: (one: ParcelShop) => ({
      ...{ terminalCode: one.code, terminalName: `${one.city.name} - ${one.address.street}` },
      ...{ address: one.address, geoCoordinates: one.geoCoordinates, schedule: one.schedule },
      ...{ extraService: [], services: { serviceCode: ['PCL', 'CSM', 'MXO', 'ECN', 'NDY'] } },
    }),
    /** @returns false where there is no such point */
    set(code: string, state: PointState): boolean {
      if (!byCode.has(code)) return false
      if (state === 'open') pointStates.delete(key(code))
      else pointStates.put(key(code), state)
      return true
    },
  }
}

function parcelShop(seed: string, city: City, index: number): ParcelShop {
  const code = `${String(city.regionCode).padStart(3, '0')}${index < 3 ? 'T' : 'K'}${index}`
  const chance = (what: string) => fraction(seed, 'dpd', code, what)
  const isTerminal = index < 3
  const isLocker = !isTerminal && chance('type') < 0.35
  const house = String(between(1, 160, seed, 'dpd', code, 'house'))
  const street = pick(STREETS, seed, 'dpd', code, 'street')
  const spread = 0.02 + Math.sqrt(city.people) / 1000
  return {
    code,
    parcelShopType: isLocker ? 'П' : 'ПВП',
    city,
    isTerminal,
    address: {
      ...{ cityId: city.dpdId, countryCode: 'RU', regionCode: String(city.regionCode) },
      ...{ regionName: city.region, cityCode: kladrCode(city), cityName: city.name },
      ...{ index: String(between(...city.postal, seed, 'dpd', code, 'index')), street },
      ...{ streetAbbr: 'ул', houseNo: house, descript: `ул. ${street}, д. ${house}` },
    },
    geoCoordinates: {
      latitude: round(city.lat + (chance('lat') - 0.5) * spread * 1.6),
      longitude: round(city.lon + (chance('lon') - 0.5) * spread * 2.5),
    },
    limits: limitsOf(isLocker, chance('limits')),
    schedule: scheduleOf(isLocker, chance('hours'), chance('card')),
  }
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6

function limitsOf(isLocker: boolean, chance: number): Record<string, number> {
  if (isLocker)
    return {
      ...{ maxShipmentWeight: 20, maxWeight: 20, maxLength: 60, maxWidth: 44, maxHeight: 36 },
      dimensionSum: 140,
    }
  if (chance < 0.3) return {}
  return {
    ...{ maxShipmentWeight: 100, maxWeight: 31, maxLength: 120, maxWidth: 80, maxHeight: 80 },
    dimensionSum: 250,
  }
}

function scheduleOf(isLocker: boolean, hours: number, card: number) {
  const workTime =
    isLocker && hours < 0.8 ? 'круглосуточно' : hours < 0.5 ? '10:00 - 21:00' : '09:00 - 20:00'
  const timetable =
    hours > 0.9 && !isLocker
      ? [
          { weekDays: 'Пн,Вт,Ср,Чт,Пт,Сб', workTime },
          { weekDays: 'Вс', workTime: 'выходной' },
        ]
      : [{ weekDays: 'Пн,Вт,Ср,Чт,Пт,Сб,Вс', workTime }]
  const operations = [
    ...(isLocker ? [] : ['SelfPickup', 'Payment']),
    ...(card < 0.9 ? ['PaymentByBankCard'] : []),
    'SelfDelivery',
  ]
  return operations.map((operation) => ({ operation, timetable }))
}
