import type {
  BookingKey,
  BookRequest,
  CarrierQuote,
  QuoteRequest,
} from '../../clients/carriers/carrier.ts'

const contact = { name: 'Иван Петров', phone: '+79161234567', email: 'ivan@example.ru' }

export const warehouse: BookRequest['from'] = {
  cityId: 'msk',
  cityName: 'Москва',
  countryCode: 'RU',
  carrierCityCodes: { cdek: '44', dpd: '49694102' },
  address: 'ул. Льва Толстого, д. 16',
  postalCode: '119021',
  lat: 55.734,
  lon: 37.5887,
  contact: { name: 'Склад Ромашки', phone: '+74951234567' },
}
export const home: BookRequest['to'] = {
  cityId: 'spb',
  cityName: 'Санкт-Петербург',
  countryCode: 'RU',
  carrierCityCodes: { cdek: '137', dpd: '49694167' },
  address: 'Невский пр-кт, д. 28, кв. 5',
  postalCode: '191186',
  lat: 59.9357,
  lon: 30.3259,
  contact,
}
export const parcel = { weightG: 1_250, lengthMm: 305, widthMm: 200, heightMm: 101 }
export const readyAt = '2026-01-15T09:00:00.000Z'

export const quoteRequest: QuoteRequest = {
  from: warehouse,
  to: home,
  parcels: [parcel],
  declaredValue: { amount: 259_900, currency: 'RUB' },
  readyAt,
}

export const cdekQuote: CarrierQuote = {
  carrier: 'cdek',
  service: '139',
  serviceName: 'Посылка дверь-дверь',
  mode: 'door-door',
  price: { amount: 52_000, currency: 'RUB' },
  transit: { unit: 'working-days', min: 2, max: 3 },
}
export const dpdQuote: CarrierQuote = {
  ...{ carrier: 'dpd', service: 'PCL', serviceName: 'DPD OPTIMUM', mode: 'door-door' },
  price: { amount: 48_050, currency: 'RUB' },
  transit: { unit: 'calendar-days', min: 3, max: 3 },
}
export const uberQuote: CarrierQuote = {
  ...{ carrier: 'uber', service: 'courier', serviceName: 'Uber Direct', mode: 'door-door' },
  price: { amount: 600, currency: 'USD' },
  transit: { unit: 'instant', earliest: '2030-01-15T10:00:00Z', latest: '2030-01-15T11:00:00Z' },
  ...{ quoteId: 'dqt_1', expiresAt: '2030-01-15T09:15:00.000Z' },
}

export const bookRequest = (quote: CarrierQuote, more: Partial<BookRequest> = {}): BookRequest => ({
  ...quoteRequest,
  ...{ reference: 'A-1001-1', quote, from: warehouse, to: home },
  items: [
    {
      ...{ sku: 'TEA-1', name: 'Чай «Лето» & мёд', quantity: 2, weightG: 300 },
      price: { amount: 79_950, currency: 'RUB' },
    },
    {
      ...{ sku: 'CUP-7', name: 'Кружка', quantity: 1, weightG: 400 },
      price: { amount: 100_000, currency: 'RUB' },
    },
  ],
  ...more,
})

export const booking: BookingKey = { reference: 'A-1001-1', readyAt }

export function without<T extends object, K extends keyof T>(whole: T, ...keys: K[]): Omit<T, K> {
  const rest = { ...whole }
  for (const key of keys) delete rest[key]
  return rest
}
