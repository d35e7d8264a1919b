import type { City } from '../places.ts'
import { billedKg, cityOf, costs, type CityRequest, type Parcel } from './calculate.ts'
import { missing, wrongValue, type Handle } from './handlers.ts'
import { SoapFault } from './soap.ts'

/** calculator2. */
export function addCalculatorService(handle: Handle): void {
  type CostRequest = {
    request: {
      pickup?: CityRequest
      delivery?: CityRequest
      selfPickup?: boolean
      selfDelivery?: boolean
      weight?: number
      volume?: number
      parcel?: Parcel[]
      serviceCode?: string
      maxDays?: number
      maxCost?: number
    }
  }
  handle<CostRequest>(
    'quote',
    ['getServiceCost2', 'getServiceCostByParcels2', 'getServiceCostByParcels3'].map(
      (name) => `calculator2 ${name}`,
    ),
    ({ request }, _client, struck) => {
      const from = endOf(request.pickup, 'pickup')
      const to = endOf(request.delivery, 'delivery')
      const kg = kilograms(request)
      if (!(kg > 0)) throw wrongValue('weight')
      if (struck.has('reject') || struck.has('couriers-busy')) return { return: [] }
      const { selfPickup = false, selfDelivery = false } = request
      const wanted = request.serviceCode?.split(',').map((code) => code.trim())
      const found = costs({ from, to, selfPickup, selfDelivery }, kg).filter(
        ({ serviceCode, days, cost }) =>
          (!wanted || wanted.includes(serviceCode)) &&
          days <= (request.maxDays ?? Infinity) &&
          cost <= (request.maxCost ?? Infinity),
      )
      return { return: found }
    },
  )

  function endOf(asked: CityRequest | undefined, side: 'pickup' | 'delivery'): City {
    if (!asked) throw missing(side)
    const found = cityOf(asked)
    if (found) return found
    // The real service falls over a name alone that it does not know [C].
    if (asked.cityId === undefined && !asked.index && !asked.regionCode)
      throw new SoapFault('S:Server', 'java.lang.NullPointerException')
    throw new SoapFault('no-data-found', 'Не найден населенный пункт', { [`${side}Dups`]: [] })
  }
}

function kilograms({
  weight,
  volume,
  parcel,
}: {
  weight?: number
  volume?: number
  parcel?: Parcel[]
}): number {
  if (!parcel || parcel.length === 0) return billedKg(weight ?? 0, volume)
  return parcel.reduce((sum, { weight: one, length = 0, width = 0, height = 0, quantity = 1 }) => {
    return sum + quantity * billedKg(one, (length * width * height) / 1e6)
  }, 0)
}
