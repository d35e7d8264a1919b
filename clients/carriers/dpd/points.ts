import { z } from 'zod'
import type { CarrierPoint, PointFilter } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { maybe, parse, quantity, several, text, word } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { gramsOf, mmOf } from '../units.ts'
import { ABSENT } from './book.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { refusalOf } from './quote.ts'
import { hoursOf, schedules, type Schedule } from './timetables.ts'

const PAGE = 1_000
/** Some ten thousand points of 2 KB. */
const POINTS_BYTES = 64 * 1024 * 1024

const address = z.object({
  cityId: maybe(word),
  cityName: text,
  street: maybe(text),
  streetAbbr: maybe(text),
  houseNo: maybe(text),
  building: maybe(text),
  structure: maybe(text),
})
const place = {
  address,
  geoCoordinates: z.object({ latitude: quantity, longitude: quantity }),
  schedule: schedules,
}
const limits = z.object({
  maxShipmentWeight: maybe(quantity),
  maxWeight: maybe(quantity),
  maxLength: maybe(quantity),
  maxWidth: maybe(quantity),
  maxHeight: maybe(quantity),
  dimensionSum: maybe(quantity),
})
const parcelShop = z.object({
  code: word,
  parcelShopType: word,
  state: maybe(text),
  brand: maybe(text),
  limits: maybe(limits),
  ...place,
})
const terminal = z.object({ terminalCode: word, terminalName: maybe(text), ...place })

const shops = z.object({ return: z.object({ parcelShop: several(parcelShop) }).nullish() })
const terminals = z.object({ return: z.object({ terminal: several(terminal) }).nullish() })

/** DPD has no pages: two lists, each whole, passed on in parts. */
export async function* points(
  client: DpdClient,
  { countryCode, cityCode }: PointFilter,
  start: () => Deadline,
): AsyncGenerator<CarrierPoint[]> {
  const { auth } = client
  const seen = new Set<string>()
  // A terminal may be in both lists; the first knows its limits.
  const isNew = ({ code, cityCode: where }: CarrierPoint) => {
    if (seen.has(code) || (cityCode !== undefined && where !== cityCode)) return false
    seen.add(code)
    return true
  }
  const found = await list(client, 'getParcelShops', { request: { auth, countryCode } }, start())
  yield* inPages((parse(shops, found).return?.parcelShop ?? []).map(ofShop).filter(isNew))
  if (countryCode !== 'RU') return
  const more = await list(client, 'getTerminalsSelfDelivery2', { auth }, start())
  yield* inPages((parse(terminals, more).return?.terminal ?? []).map(ofTerminal).filter(isNew))
}

async function list(
  client: DpdClient,
  operation: string,
  args: object,
  deadline: Deadline,
): Promise<unknown> {
  const options = { deadline, maxBytes: POINTS_BYTES }
  const answer = await client.call('geography2', operation, args, options).catch(refusalOf)
  if (!(answer instanceof DpdFault)) return answer
  if (ABSENT.has(answer.code)) return {}
  throw malformed(answer.code)
}

function* inPages(all: CarrierPoint[]): Generator<CarrierPoint[]> {
  for (let from = 0; from < all.length; from += PAGE) yield all.slice(from, from + PAGE)
}

function ofShop(shop: z.infer<typeof parcelShop>): CarrierPoint {
  return {
    ...whereOf(shop.code, shop),
    // «П» постамат, «ПВП» пункт выдачи посылок.
    kind: shop.parcelShopType === 'П' ? 'locker' : 'pvz',
    name: [shop.brand, shop.code].filter(Boolean).join(' '),
    state: stateOf(shop.state ?? 'Open'),
    limits: limitsOf(shop.limits ?? {}),
  }
}

const ofTerminal = (one: z.infer<typeof terminal>): CarrierPoint => ({
  ...whereOf(one.terminalCode, one),
  ...{ kind: 'pvz', name: one.terminalName || one.terminalCode, state: 'open', limits: {} },
})

type Whereabouts = {
  address: z.infer<typeof address>
  geoCoordinates: { latitude: number; longitude: number }
  schedule: Schedule[]
}

function whereOf(code: string, { address: at, geoCoordinates, schedule }: Whereabouts) {
  const operations = new Set(schedule.map(({ operation }) => operation))
  const street = [at.streetAbbr, at.street].filter(Boolean).join(' ')
  return {
    carrier: 'dpd' as const,
    code,
    cityCode: at.cityId ?? '',
    cityName: at.cityName,
    address: [street, at.houseNo, at.building, at.structure].filter(Boolean).join(', '),
    lat: geoCoordinates.latitude,
    lon: geoCoordinates.longitude,
    // The buyer picks up what DPD calls delivered by oneself.
    hours: hoursOf(schedule, 'SelfDelivery'),
    exceptions: [],
    payment: {
      cash: operations.has('Payment'),
      card: operations.has('PaymentByBankCard'),
    },
    takesBack: operations.has('SelfPickup'),
  }
}

const stateOf = (state: string): CarrierPoint['state'] =>
  state.toLowerCase() === 'open' ? 'open' : state.toLowerCase() === 'full' ? 'full' : 'closed'

function limitsOf(told: Partial<z.infer<typeof limits>>): CarrierPoint['limits'] {
  const { maxWeight, maxShipmentWeight } = told
  const { maxLength: length, maxWidth: width, maxHeight: height, dimensionSum: sum } = told
  return {
    ...(maxWeight ? { maxWeightG: gramsOf(maxWeight) } : {}),
    ...(maxShipmentWeight ? { maxShipmentWeightG: gramsOf(maxShipmentWeight) } : {}),
    ...(length && width && height
      ? { cells: [{ lengthMm: mmOf(length), widthMm: mmOf(width), heightMm: mmOf(height) }] }
      : {}),
    ...(sum ? { maxSumMm: mmOf(sum) } : {}),
  }
}
