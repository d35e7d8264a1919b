/** A city as the carriers know it. CDEK's codes are its own [M]; DPD's ids, but for Moscow and Petersburg, are made up. */
export type City = {
  cdekCode: number
  dpdId: number
  name: string
  region: string
  /** Of the Federal Tax Service's list, as CDEK and KLADR number them. */
  regionCode: number
  lat: number
  lon: number
  /** First and last postal code. */
  postal: [number, number]
  timeZone: string
  /** In thousands: bigger cities have more pickup points. */
  people: number
}

export const CITIES: readonly City[] = [
  city(
    44,
    49694102,
    'Москва',
    'Москва',
    77,
    55.7558,
    37.6173,
    [101000, 129999],
    'Europe/Moscow',
    13100,
  ),
  city(
    137,
    49694167,
    'Санкт-Петербург',
    'Санкт-Петербург',
    78,
    59.9386,
    30.3141,
    [190000, 199999],
    'Europe/Moscow',
    5600,
  ),
  city(
    270,
    49455627,
    'Новосибирск',
    'Новосибирская область',
    54,
    55.0302,
    82.9204,
    [630000, 630999],
    'Asia/Novosibirsk',
    1630,
  ),
  city(
    250,
    48994107,
    'Екатеринбург',
    'Свердловская область',
    66,
    56.8389,
    60.6057,
    [620000, 620999],
    'Asia/Yekaterinburg',
    1540,
  ),
  city(
    424,
    48951627,
    'Казань',
    'Республика Татарстан',
    16,
    55.7961,
    49.1064,
    [420000, 420999],
    'Europe/Moscow',
    1310,
  ),
  city(
    414,
    49301227,
    'Нижний Новгород',
    'Нижегородская область',
    52,
    56.3269,
    44.0059,
    [603000, 603999],
    'Europe/Moscow',
    1220,
  ),
  city(
    435,
    49265227,
    'Краснодар',
    'Краснодарский край',
    23,
    45.0355,
    38.9753,
    [350000, 350999],
    'Europe/Moscow',
    1140,
  ),
  city(
    430,
    49569197,
    'Самара',
    'Самарская область',
    63,
    53.1959,
    50.1008,
    [443000, 443999],
    'Europe/Samara',
    1160,
  ),
  city(
    438,
    49270397,
    'Ростов-на-Дону',
    'Ростовская область',
    61,
    47.2225,
    39.7187,
    [344000, 344999],
    'Europe/Moscow',
    1140,
  ),
  city(
    259,
    49265697,
    'Челябинск',
    'Челябинская область',
    74,
    55.1599,
    61.4026,
    [454000, 454999],
    'Asia/Yekaterinburg',
    1180,
  ),
  city(
    268,
    49114487,
    'Омск',
    'Омская область',
    55,
    54.9893,
    73.3682,
    [644000, 644999],
    'Asia/Omsk',
    1110,
  ),
  city(
    256,
    48925997,
    'Уфа',
    'Республика Башкортостан',
    2,
    54.7348,
    55.9578,
    [450000, 450999],
    'Asia/Yekaterinburg',
    1140,
  ),
  city(
    278,
    49090547,
    'Красноярск',
    'Красноярский край',
    24,
    56.0153,
    92.8932,
    [660000, 660999],
    'Asia/Krasnoyarsk',
    1190,
  ),
  city(
    506,
    49072477,
    'Воронеж',
    'Воронежская область',
    36,
    51.672,
    39.1843,
    [394000, 394999],
    'Europe/Moscow',
    1050,
  ),
  city(
    248,
    49196137,
    'Пермь',
    'Пермский край',
    59,
    58.0105,
    56.2502,
    [614000, 614999],
    'Asia/Yekaterinburg',
    1030,
  ),
  city(
    426,
    49082627,
    'Волгоград',
    'Волгоградская область',
    34,
    48.708,
    44.5133,
    [400000, 400999],
    'Europe/Moscow',
    1020,
  ),
]

function city(
  cdekCode: number,
  dpdId: number,
  name: string,
  region: string,
  regionCode: number,
  lat: number,
  lon: number,
  postal: [number, number],
  timeZone: string,
  people: number,
): City {
  return { cdekCode, dpdId, name, region, regionCode, lat, lon, postal, timeZone, people }
}

const byCode = new Map(CITIES.map((one) => [one.cdekCode, one]))
const byDpdId = new Map(CITIES.map((one) => [one.dpdId, one]))
const byName = new Map(CITIES.map((one) => [one.name.toLowerCase(), one]))
const names = [...byName.keys()]

export const cityByCdekCode = (code: number) => byCode.get(code)
export const cityByDpdId = (id: number) => byDpdId.get(id)
export const cityByName = (name: string) => byName.get(name.trim().toLowerCase())
export const cityByPostalCode = (code: string) =>
  CITIES.find(({ postal: [first, last] }) => Number(code) >= first && Number(code) <= last)
export const cityByCoordinates = (lat: number, lon: number) =>
  CITIES.find((one) => kilometresBetween(one, { lat, lon }) < 40)
/** The first city whose name the text has in it as a word. */
export function cityInText(text: string): City | undefined {
  const words = ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}-]+/gu, ' ')} `
  const name = names.find((one) => words.includes(` ${one} `))
  return name === undefined ? undefined : byName.get(name)
}

/** Along the surface of the earth. */
export function kilometresBetween(
  a: { lat: number; lon: number },
  b: { lat: number; lon: number },
): number {
  const radians = Math.PI / 180
  const havLat = Math.sin(((b.lat - a.lat) * radians) / 2) ** 2
  const havLon = Math.sin(((b.lon - a.lon) * radians) / 2) ** 2
  const chord = havLat + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * havLon
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** A KLADR code of a city: its region, and zeros. */
export const kladrCode = ({ regionCode }: City) => `${String(regionCode).padStart(2, '0')}000001000`
