import { describe, expect, it } from 'vitest'
import { bookRequestOf, quoteRequestOf } from '../../activities/logistics/requests.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'
import type { Consignment } from '../../db/logistics/consignment.ts'

const consignmentTo = (address: string | null) =>
  ({
    shipment: {
      ...{ pointCode: null, pointKind: null, declaredMinor: '1000', currency: 'RUB' },
      parcels: [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }],
      readyAt: new Date('2026-11-26T09:00:00Z'),
    },
    order: { buyerName: 'Анна', buyerPhone: '+79001234567', buyerEmail: null, address },
    lines: [],
    from: {
      ...{ cityId: 'msk', cityName: 'Москва', name: 'Склад', address: 'пр-д Энергетиков, 12' },
      ...{ contactName: 'Олег Синицын', contactPhone: '+79995550101' },
      ...{ postalCode: '121059', lat: 55.7421, lon: 37.5518 },
      carrierCityCodes: { cdek: '44', dpd: '49694102' },
    },
    to: { id: 'spb', name: 'Санкт-Петербург', carrierCityCodes: { cdek: '137' } },
  }) as unknown as Consignment
const attempt = {
  ...{ reference: 'a-1', quote: {}, pointCode: null, pointKind: null },
  readyAt: new Date('2026-11-27T09:00:00Z'),
} as unknown as AttemptRow

describe('what a carrier is asked', () => {
  it('has the carriers’ own codes of both cities', () => {
    const { from, to } = quoteRequestOf(consignmentTo('Невский пр., 28'))
    expect(from.carrierCityCodes).toEqual({ cdek: '44', dpd: '49694102' })
    expect(to.carrierCityCodes).toEqual({ cdek: '137' })
  })

  it('has the warehouse’s contact and address as the sender’s, never the buyer’s', () => {
    const { from, to } = bookRequestOf(consignmentTo('Невский пр., 28'), attempt)
    expect(from).toMatchObject({
      address: 'пр-д Энергетиков, 12',
      contact: { name: 'Олег Синицын', phone: '+79995550101' },
    })
    expect(to.contact).toEqual({ name: 'Анна', phone: '+79001234567' })
  })

  it.each([
    ['190000, Невский пр., 28', 'Невский пр., 28', '190000'],
    ['Невский пр., 28, 190000', 'Невский пр., 28', '190000'],
    ['Санкт-Петербург 190000 Невский пр., 28', 'Санкт-Петербург, Невский пр., 28', '190000'],
    ['190000', '190000', '190000'],
    ['Невский пр., 28, кв. 1234567', 'Невский пр., 28, кв. 1234567', undefined],
  ])('tells the post office of «%s» apart', (told, address, postalCode) => {
    const { to } = quoteRequestOf(consignmentTo(told))
    expect([to.address, to.postalCode]).toEqual([address, postalCode])
  })
})
