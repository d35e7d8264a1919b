import { CITIES, type City } from '../places.ts'
import { between, fraction, pick, uuidOf } from '../random.ts'
import { STREETS } from '../streets.ts'
import { cdekDate, DAY_MS } from './dates.ts'

/** As `GET /v2/deliverypoints` gives it. */
export type Office = {
  code: string
  uuid: string
  type: 'PVZ' | 'POSTAMAT'
  owner_code: string
  location: OfficeLocation
  weight_max?: number
  weight_min?: number
  dimensions?: { width: number; height: number; depth: number }[]
  [more: string]: unknown
}
type OfficeLocation = {
  country_code: string
  region_code: number
  region: string
  city_code: number
  city: string
  postal_code: string
  longitude: number
  latitude: number
  address: string
  address_full: string
  city_uuid: string
}

const prefixes = new Map([
  ...([
    [44, 'MSK'],
    [137, 'SPB'],
    [270, 'NSK'],
    [250, 'EKB'],
    [424, 'KZN'],
    [414, 'NNV'],
  ] as const),
  ...([
    [435, 'KRD'],
    [430, 'SMR'],
    [438, 'ROV'],
    [259, 'CHL'],
    [268, 'OMS'],
    [256, 'UFA'],
  ] as const),
  ...([
    [278, 'KRS'],
    [506, 'VRN'],
    [248, 'PRM'],
    [426, 'VGG'],
  ] as const),
] as [number, string][])

/** Cells of a locker in centimetres, the smallest first. */
const cells = [
  { width: 44, height: 8, depth: 60 },
  { width: 44, height: 17, depth: 60 },
  { width: 44, height: 36, depth: 60 },
  { width: 44, height: 57, depth: 60 },
]

/**
 * Pickup points of all cities, the same for the same seed: bigger cities have more of them, two of five are lockers.
 *
 * @param at their hours of single days are counted from here
 */
export function generateOffices(seed: string, count: number, at: number): Office[] {
  const people = CITIES.reduce((sum, city) => sum + city.people, 0)
  return CITIES.flatMap((city) => {
    const here = Math.max(2, Math.round((count * city.people) / people))
    return Array.from({ length: here }, (_, index) => office(seed, city, index + 1, at))
  })
}

function office(seed: string, city: City, index: number, at: number): Office {
  const code = `${prefixes.get(city.cdekCode)}${index}`
  const chance = (...what: string[]) => fraction(seed, 'cdek', code, ...what)
  const isLocker = chance('type') < 0.4
  const street = pick(STREETS, seed, code, 'street')
  const address = `ул. ${street}, ${between(1, 180, seed, code, 'house')}`
  const postal = String(between(...city.postal, seed, code, 'index'))
  const spread = 0.02 + Math.sqrt(city.people) / 1000
  const alwaysOpen = isLocker && chance('hours') < 0.7
  const from = alwaysOpen ? '00:00' : pick(['08:00', '09:00', '10:00'], seed, code, 'from')
  const to = alwaysOpen ? '23:59' : pick(['20:00', '21:00', '22:00'], seed, code, 'to')
  const restsOnSunday = !alwaysOpen && chance('sunday') < 0.15
  const days = restsOnSunday ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7]
  const cash = !isLocker && chance('cash') < 0.8
  const card = chance('card') < 0.9

  return {
    code,
    name: `${isLocker ? 'Постамат' : 'ПВЗ'} ${city.name}, ${street}`,
    uuid: uuidOf(seed, 'cdek', code),
    type: isLocker ? 'POSTAMAT' : 'PVZ',
    owner_code: chance('owner') < 0.85 ? 'cdek' : 'partner',
    work_time: alwaysOpen
      ? 'Пн-Вс круглосуточно'
      : `Пн-${restsOnSunday ? 'Сб' : 'Вс'} ${from}-${to}`,
    work_time_list: days.map((day) => ({ day, time: `${from}/${to}` })),
    work_time_exception_list: exceptions(chance('exception'), at),
    phones: [{ number: `+7800${between(1_000_000, 9_999_999, seed, code, 'phone')}` }],
    ...(chance('email') < 0.5 ? { email: `${code.toLowerCase()}@cdek.example` } : {}),
    ...(chance('note') < 0.2 ? { note: 'Вход со двора' } : {}),
    ...(chance('station') < 0.3 ? { nearest_station: `Остановка «${street}»` } : {}),
    take_only: false,
    is_handout: true,
    is_reception: !isLocker && chance('reception') < 0.9,
    is_dressing_room: !isLocker && chance('dressing') < 0.6,
    is_marketplace: chance('marketplace') < 0.3,
    is_ltl: false,
    have_cashless: card,
    have_cash: cash,
    have_fast_payment_system: card,
    allowed_cod: cash || card,
    ...limits(isLocker, chance),
    location: {
      country_code: 'RU',
      region_code: city.regionCode,
      region: city.region,
      city_code: city.cdekCode,
      city: city.name,
      postal_code: postal,
      longitude: round(city.lon + (chance('lon') - 0.5) * spread * 2.5),
      latitude: round(city.lat + (chance('lat') - 0.5) * spread * 1.6),
      address,
      address_full: `${postal}, Россия, ${city.region}, ${city.name}, ${address}`,
      city_uuid: uuidOf('city', city.cdekCode),
    },
    fulfillment: false,
  }
}

/** A holiday, a short day, or nothing. */
function exceptions(chance: number, at: number) {
  const day = (ahead: number) => cdekDate(at + ahead * DAY_MS)
  if (chance < 0.08) return [{ date_start: day(5), date_end: day(7), is_working: false }]
  if (chance < 0.16)
    return [
      {
        ...{ date_start: day(3), date_end: day(3) },
        ...{ time_start: '10:00', time_end: '16:00', is_working: true },
      },
    ]
  return []
}

/** Lockers say their cells; of the others many say nothing. */
function limits(isLocker: boolean, chance: (what: string) => number) {
  if (isLocker) {
    const sizes = chance('cells') < 0.2 ? cells.slice(0, 2) : cells
    return { weight_max: 15, dimensions: sizes }
  }
  if (chance('limits') < 0.5) return {}
  return { weight_min: 0, weight_max: chance('weight') < 0.5 ? 30 : 50 }
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
const truthy = (text: string) => text === '1' || text.toLowerCase() === 'true'
const flags = [
  ...['have_cashless', 'have_cash', 'allowed_cod', 'is_dressing_room', 'take_only'],
  ...['is_handout', 'is_reception', 'is_marketplace', 'is_ltl', 'fulfillment'],
]

/** Does the query of `GET /v2/deliverypoints` ask for this one? */
export function isAskedFor(office: Office, query: Record<string, string>): boolean {
  const { location } = office
  const { type = 'ALL', code, weight_max: atLeast, weight_min: atMost } = query
  const same = (asked: string | undefined, is: string | number) =>
    asked === undefined || asked.toLowerCase() === String(is).toLowerCase()
  return (
    same(code, office.code) &&
    (type === 'ALL' || type === office.type) &&
    same(query.postal_code, location.postal_code) &&
    same(query.city_code, location.city_code) &&
    same(query.country_code, location.country_code) &&
    same(query.region_code, location.region_code) &&
    query.fias_guid === undefined &&
    flags.every((flag) => query[flag] === undefined || truthy(query[flag]) === office[flag]) &&
    // Those that take so much; those that take so little.
    (atLeast === undefined ||
      office.weight_max === undefined ||
      office.weight_max >= Number(atLeast)) &&
    (atMost === undefined || office.weight_min === undefined || office.weight_min < Number(atMost))
  )
}

/** Can one cell, or the office, hold it however it is turned? */
export function holds(
  office: Office,
  size: { grams: number; sidesCm: readonly number[] },
): boolean {
  if (office.weight_max !== undefined && size.grams > office.weight_max * 1000) return false
  const sides = size.sidesCm.toSorted((a, b) => a - b)
  return (
    office.dimensions === undefined ||
    office.dimensions.some(({ width, height, depth }) => {
      const cell = [width, height, depth].sort((a, b) => a - b)
      return sides.every((side, index) => side <= cell[index]!)
    })
  )
}
