import { z } from 'zod'
import type { CarrierQuote, Place, QuoteAnswer, QuoteRequest } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { amount, parse, several, text, word } from '../lenient.ts'
import { Unanswered } from '../unanswered.ts'
import { kgOf, majorOf, minorOf } from '../units.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { moscowDay } from './dates.ts'
import type { DpdSettings } from './settings.ts'

const costs = z.object({
  return: several(z.object({ serviceCode: word, serviceName: text, cost: amount, days: amount })),
})

export async function quote(
  client: DpdClient,
  settings: DpdSettings,
  request: QuoteRequest,
  deadline: Deadline,
): Promise<QuoteAnswer> {
  const args = {
    request: {
      auth: client.auth,
      pickup: cityOf(request.from),
      delivery: cityOf(request.to),
      selfPickup: settings.pickupTerminal !== undefined,
      selfDelivery: request.pointCode !== undefined,
      ...(settings.services ? { serviceCode: settings.services.join(',') } : {}),
      pickupDate: moscowDay(request.readyAt),
      declaredValue: majorOf(request.declaredValue),
      parcel: request.parcels.map((parcel) => ({
        weight: kgOf(parcel.weightG),
        length: parcel.lengthMm / 10,
        width: parcel.widthMm / 10,
        height: parcel.heightMm / 10,
        quantity: 1,
      })),
    },
  }
  const answer = await client
    .call('calculator2', 'getServiceCostByParcels2', args, { deadline })
    .catch((error: unknown) => (isLost(error, request) ? CITY_UNKNOWN : refusalOf(error)))
  if (answer instanceof DpdFault) {
    const { code, message } = answer
    return { outcome: 'refused', reason: { code, message, kind: 'permanent' } }
  }
  const mode = modeOf(settings, request.pointCode)
  const quotes = parse(costs, answer)
    .return.map(({ serviceCode, serviceName, cost, days }): CarrierQuote => ({
      ...{ carrier: 'dpd', service: serviceCode, serviceName, mode },
      price: { amount: minorOf(cost), currency: 'RUB' },
      transit: { unit: 'calendar-days', min: days, max: days },
    }))
    .sort((one, other) => one.price.amount - other.price.amount)
  if (quotes.length > 0) return { outcome: 'quoted', quotes }
  const reason = { code: 'no-service', message: 'No service for this', kind: 'permanent' as const }
  return { outcome: 'refused', reason }
}

/** Over a town that it knows by its name only DPD may fall, without a reason (`NullPointerException`). */
const isLost = (error: unknown, { from, to }: QuoteRequest) =>
  error instanceof Unanswered &&
  error.details.code === 'internal' &&
  !(from.carrierCityCodes?.dpd && to.carrierCityCodes?.dpd)
const CITY_UNKNOWN = new DpdFault('city-unknown', 'A town that DPD does not know')

/** A fault is an answer too. */
export function refusalOf(error: unknown): DpdFault {
  if (error instanceof DpdFault) return error
  throw error
}

export const modeOf = (
  { pickupTerminal }: DpdSettings,
  pointCode: string | undefined,
): CarrierQuote['mode'] =>
  `${pickupTerminal ? 'point' : 'door'}-${pointCode ? 'point' : 'door'}` as const

/** A name alone may be of several towns («Неоднозначно задан населенный пункт»): the id wherever it is known. */
function cityOf(place: Place) {
  const cityId = place.carrierCityCodes?.dpd
  if (cityId) return { cityId }
  return {
    ...(place.postalCode ? { index: place.postalCode } : {}),
    cityName: place.cityName,
    countryCode: place.countryCode,
  }
}
