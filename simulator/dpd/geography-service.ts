import { CITIES, kladrCode } from '../places.ts'
import type { Handle } from './handlers.ts'
import type { ParcelShops } from './points.ts'

/** geography2. */
export function addGeographyService(handle: Handle, shops: ParcelShops): void {
  handle('points', ['geography2 getCitiesCashPay'], () => ({
    return: CITIES.map((city) => ({
      ...{ cityId: city.dpdId, countryCode: 'RU', countryName: 'Россия' },
      ...{ regionCode: String(city.regionCode), regionName: city.region },
      ...{ cityCode: kladrCode(city), cityName: city.name, abbreviation: 'г' },
      ...{ indexMin: String(city.postal[0]), indexMax: String(city.postal[1]) },
    })),
  }))
  handle<{ request?: Record<string, string> }>(
    'points',
    ['geography2 getParcelShops'],
    ({ request }) => ({
      return: { parcelShop: shops.list(request ?? {}).map(shops.toParcelShop) },
    }),
  )
  handle('points', ['geography2 getTerminalsSelfDelivery2'], () => ({
    return: { terminal: shops.terminals().map(shops.toTerminal) },
  }))
}
