import type {
  CarrierQuote,
  CarrierReason,
  Place,
  QuoteAnswer,
  QuoteRequest,
  Transit,
} from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { parse } from '../lenient.ts'
import { Unanswered } from '../unanswered.ts'
import { cmOf, isMeasured, minorOf } from '../units.ts'
import { reasonsOf, tariffList, type CdekProblem } from './answers.ts'
import type { CdekClient } from './client.ts'
import { meaningOfError } from './errors.ts'
import type { CdekSettings } from './settings.ts'

/** The calculator's own numbers of currencies; its answers have ISO codes, or none. */
const CURRENCIES: Record<string, number> = {
  ...{ RUB: 1, KZT: 2, USD: 3, EUR: 4, GBP: 5, CNY: 6, BYN: 7, KGS: 9, AMD: 10, TRY: 11 },
  ...{ AED: 14, UZS: 15 },
}

type Mode = CarrierQuote['mode']
/** `delivery_mode`, where the parcel starts at a door or at an office and ends at a door, a ПВЗ or a locker. */
const MODES: Record<number, { mode: Mode; end: 'door' | 'pvz' | 'locker' }> = {
  1: { mode: 'door-door', end: 'door' },
  2: { mode: 'door-point', end: 'pvz' },
  3: { mode: 'point-door', end: 'door' },
  4: { mode: 'point-point', end: 'pvz' },
  6: { mode: 'door-point', end: 'locker' },
  7: { mode: 'point-point', end: 'locker' },
}

/** `error_validate_postamat_package_weight`; tariffs to lockers say 30 kg. */
const LOCKER_MAX_G = 15_000

export async function quote(
  client: CdekClient,
  settings: CdekSettings,
  request: QuoteRequest,
  deadline: Deadline,
): Promise<QuoteAnswer> {
  const unfit = request.pointKind === 'locker' ? lockerRefusal(request.parcels) : undefined
  if (unfit) return { outcome: 'refused', reason: unfit }

  const { status, json } = await client.ask(
    {
      method: 'POST',
      path: '/v2/calculator/tarifflist',
      body: {
        date: request.readyAt.replace(/(\.\d+)?Z$/, '+0000'),
        type: 1,
        currency: CURRENCIES[settings.currency],
        lang: 'rus',
        from_location: locationOf(request.from),
        to_location: locationOf(request.to),
        packages: request.parcels.map((parcel) => ({
          weight: Math.max(1, Math.ceil(parcel.weightG)),
          ...(isMeasured(parcel) ? sizesOf(parcel) : {}),
        })),
      },
    },
    deadline,
  )
  const answer = parse(tariffList, json)
  const problems = reasonsOf(status, answer)
  const quotes = answer.tariff_codes
    .filter(({ tariff_code: code }) => settings.tariffs?.includes(code) ?? true)
    .flatMap((tariff) => {
      const found = MODES[tariff.delivery_mode]
      if (!found || found.end !== endOf(request)) return []
      if (found.mode.startsWith('point') && !settings.shipmentPoint) return []
      return {
        carrier: 'cdek' as const,
        service: String(tariff.tariff_code),
        serviceName: tariff.tariff_name,
        mode: found.mode,
        price: { amount: minorOf(tariff.delivery_sum), currency: settings.currency },
        transit: transitOf(tariff),
      }
    })
    .sort((one, other) => one.price.amount - other.price.amount)
  if (quotes.length > 0) return { outcome: 'quoted', quotes }
  return { outcome: 'refused', reason: refusalOf(problems) }
}

/** The calendar's days already know the holidays on the way; they are not always told. */
function transitOf(tariff: {
  period_min: number
  period_max: number
  calendar_min: number | undefined
  calendar_max: number | undefined
}): Transit {
  const { calendar_min: min, calendar_max: max } = tariff
  if (min !== undefined && max !== undefined && min <= max)
    return { unit: 'calendar-days', min, max }
  const { period_min: least, period_max: most } = tariff
  return { unit: 'working-days', min: Math.min(least, most), max: most }
}

const endOf = ({ pointCode, pointKind }: Pick<QuoteRequest, 'pointCode' | 'pointKind'>) =>
  pointCode === undefined ? 'door' : (pointKind ?? 'pvz')

/** In whole centimetres, as orders and the calculator want them. */
export const sizesOf = (parcel: { lengthMm: number; widthMm: number; heightMm: number }) => ({
  length: cmOf(parcel.lengthMm),
  width: cmOf(parcel.widthMm),
  height: cmOf(parcel.heightMm),
})

export function locationOf(place: Place) {
  const code = Number(place.carrierCityCodes?.cdek)
  return {
    ...(Number.isInteger(code) ? { code } : {}),
    ...(place.postalCode ? { postal_code: place.postalCode } : {}),
    country_code: place.countryCode,
    city: place.cityName,
    ...(place.address ? { address: place.address } : {}),
    ...(place.lat !== undefined && place.lon !== undefined
      ? { latitude: place.lat, longitude: place.lon }
      : {}),
  }
}

/** Exactly one parcel, measured, and not too heavy: CDEK refuses the rest only after it has taken the order. */
export function lockerRefusal(parcels: QuoteRequest['parcels']): CarrierReason | undefined {
  const [parcel] = parcels
  const refused = (code: string, message: string): CarrierReason => ({
    ...{ code, message },
    kind: 'permanent',
  })
  if (parcels.length !== 1 || !parcel)
    return refused('error_validate_postamat_package_count', 'A locker takes exactly one parcel')
  if (parcel.weightG > LOCKER_MAX_G)
    return refused('error_validate_postamat_package_weight', 'A locker takes up to 15 kg')
  if (!isMeasured(parcel))
    return refused('error_validate_package_one_of_size_is_zero', 'A locker wants all three sizes')
  return undefined
}

/** @throws {Unanswered} where the trouble is CDEK's own */
function refusalOf([problem]: CdekProblem[]): CarrierReason {
  if (!problem) return { code: 'no-tariff', message: 'No tariff for this', kind: 'permanent' }
  throwOnCdekTrouble(problem)
  return { code: problem.code, message: problem.message ?? '', kind: 'permanent' }
}

/** @throws {Unanswered} where an error says nothing about what was asked */
export function throwOnCdekTrouble({ code }: CdekProblem): void {
  const meaning = meaningOfError(code)
  if (meaning === 'internal')
    throw new Unanswered({ code: 'internal', mayHaveArrived: true, detail: code })
  if (meaning === 'credentials')
    throw new Unanswered({ code: 'credentials', mayHaveArrived: false, detail: code })
}
