import type { CarrierId } from '../../contracts/logistics.ts'
import type { CarrierAccount, QuoteRequest } from '../../clients/carriers/carrier.ts'
import type { TestSimulator } from '../support/simulator.ts'
import type { Subject } from './conformance.ts'
import { home, quoteRequest, warehouse, without } from './samples.ts'

export const accountAt = (
  { carriers }: Pick<TestSimulator, 'carriers'>,
  carrier: CarrierId,
): CarrierAccount => ({
  ...{ carrier, baseUrl: carriers[carrier] },
  clientId: carrier === 'dpd' ? '1001000000' : 'sim',
  ...{ clientSecret: 'sim', customerId: 'cus_sim', webhookKey: 'sim-webhook-key' },
})

/** Where none of them goes. */
export const nowhere: QuoteRequest['to'] = {
  ...{
    ...without(home, 'carrierCityCodes'),
    lat: 0,
    lon: 0,
    address: 'ул. Ничья, 1',
    cityName: 'Нигдеград',
  },
  ...{ postalCode: '000000', cityId: 'x' },
}

/** What each of them takes: Uber goes no farther than its own city. */
export const requestFor = (carrier: CarrierId): Subject['request'] => ({
  ...quoteRequest,
  from: warehouse,
  to:
    carrier === 'uber'
      ? {
          ...{ ...home, cityName: 'Москва', postalCode: '125009' },
          ...{ address: 'Тверская ул., 7', lat: 55.757, lon: 37.611 },
        }
      : home,
  items: [
    {
      ...{ sku: 'TEA-1', name: 'Чай', quantity: 2, weightG: 300 },
      price: { amount: 79_950, currency: 'RUB' },
    },
  ],
  readyAt: new Date(Date.now() + 86_400_000).toISOString(),
})
