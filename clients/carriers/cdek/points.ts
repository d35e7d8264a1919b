import { z } from 'zod'
import type { CarrierPoint, PointFilter } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { maybe, quantity, several, text, upper, word, yes } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { gramsOf, mmOf } from '../units.ts'
import type { CdekClient } from './client.ts'

const PAGE = 1_000
const MOST_PAGES = 200
/** A point is some 2 KB. */
const PAGE_BYTES = 32 * 1024 * 1024
/** Lockers often do not say how much they bear; orders to them are refused above. */
const LOCKER_MAX_G = 15_000

const day = z.object({ day: quantity, time: text })
const exception = z.object({
  date_start: word,
  date_end: word,
  time_start: maybe(word),
  time_end: maybe(word),
  is_working: yes,
})
const cell = z.object({ width: quantity, height: quantity, depth: quantity })
const office = z.object({
  code: word,
  name: maybe(text),
  type: upper,
  location: z.object({
    city_code: word,
    city: text,
    address: text,
    longitude: quantity,
    latitude: quantity,
  }),
  work_time_list: several(day),
  work_time_exception_list: several(exception),
  is_handout: maybe(yes),
  is_reception: maybe(yes),
  have_cash: maybe(yes),
  have_cashless: maybe(yes),
  allowed_cod: maybe(yes),
  weight_max: maybe(quantity),
  dimensions: several(cell),
})
const offices = several(office)

/** Page by page: the number of all is in `X-Total-Elements`. A point that makes no sense is left out. */
export async function* points(
  client: CdekClient,
  { countryCode, cityCode }: PointFilter,
  start: () => Deadline,
): AsyncGenerator<CarrierPoint[]> {
  for (let page = 0; page < MOST_PAGES; page++) {
    const { status, headers, json } = await client.ask(
      {
        method: 'GET',
        path: '/v2/deliverypoints',
        query: { country_code: countryCode, city_code: cityCode, type: 'ALL', size: PAGE, page },
        maxBytes: PAGE_BYTES,
      },
      start(),
    )
    if (status !== 200 || !Array.isArray(json)) throw malformed('no list of points')
    if (json.length > 0) yield offices.parse(json).map(pointOf)
    const total = Number(headers['x-total-elements'] || NaN)
    const isLast = Number.isNaN(total) ? json.length !== PAGE : (page + 1) * PAGE >= total
    if (isLast || json.length === 0) return
  }
}

export async function point(
  client: CdekClient,
  code: string,
  deadline: Deadline,
): Promise<CarrierPoint | undefined> {
  const { status, json } = await client.ask(
    { method: 'GET', path: '/v2/deliverypoints', query: { code, type: 'ALL' } },
    deadline,
  )
  if (status !== 200 || !Array.isArray(json)) throw malformed('no list of points')
  const found = offices.parse(json).find((one) => one.code === code)
  if (!found && json.length > 0) throw malformed('another point than was asked for')
  return found && pointOf(found)
}

function pointOf(found: z.infer<typeof office>): CarrierPoint {
  const { location } = found
  const kind = found.type === 'POSTAMAT' ? 'locker' : 'pvz'
  const maxWeightG = found.weight_max
    ? gramsOf(found.weight_max)
    : kind === 'locker'
      ? LOCKER_MAX_G
      : undefined
  const cells = found.dimensions.map(({ width, height, depth }) => ({
    lengthMm: mmOf(depth),
    widthMm: mmOf(width),
    heightMm: mmOf(height),
  }))
  return {
    carrier: 'cdek',
    code: found.code,
    kind,
    name: found.name || location.address,
    cityCode: location.city_code,
    cityName: location.city,
    address: location.address,
    lat: location.latitude,
    lon: location.longitude,
    state: found.is_handout === false ? 'closed' : 'open',
    hours: found.work_time_list.flatMap(({ day, time }) => {
      const span = spanOf(time)
      return span ? { day, from: span[0], to: span[1] } : []
    }),
    exceptions: found.work_time_exception_list.map((one) => ({
      from: one.date_start,
      to: one.date_end,
      ...(one.is_working && one.time_start && one.time_end
        ? { open: [one.time_start.slice(0, 5), one.time_end.slice(0, 5)] as [string, string] }
        : {}),
    })),
    limits: {
      ...(maxWeightG === undefined ? {} : { maxWeightG }),
      ...(cells.length > 0 ? { cells } : {}),
    },
    payment: { cash: found.have_cash ?? false, card: found.have_cashless ?? false },
    takesBack: found.is_reception ?? false,
  }
}

/** «09:00/18:00». */
function spanOf(time: string): [string, string] | undefined {
  const [, from, to] = /^(\d\d:\d\d)\/(\d\d:\d\d)$/.exec(time) ?? []
  return from && to ? [from, to] : undefined
}
