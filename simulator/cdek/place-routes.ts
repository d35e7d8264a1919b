import { CITIES } from '../places.ts'
import { uuidOf } from '../random.ts'
import { refuse } from './errors.ts'
import { json, page, type Answer, type Routes } from './http.ts'
import type { Offices } from './offices.ts'

/** Pickup points and cities. */
export function addPlaceRoutes(routes: Routes, answer: Answer, offices: Offices): void {
  routes.get('/v2/deliverypoints', (c) =>
    answer(c, 'points', undefined, () => {
      const query = c.req.query()
      if (query.type && !['PVZ', 'POSTAMAT', 'ALL'].includes(query.type))
        refuse('v2_invalid_format', query.type, 'type')
      return page(offices.list(query), query)
    }),
  )

  function cityJson(city: (typeof CITIES)[number]) {
    return {
      ...{ code: city.cdekCode, city_uuid: uuidOf('city', city.cdekCode), city: city.name },
      ...{
        country_code: 'RU',
        country: 'Россия',
        region: city.region,
        region_code: city.regionCode,
      },
      ...{ longitude: city.lon, latitude: city.lat, time_zone: city.timeZone, payment_limit: -1 },
    }
  }
  routes.get('/v2/location/cities', (c) =>
    answer(c, 'points', undefined, () => {
      const query = c.req.query()
      if (Number(query.size ?? 0) > 10_000) refuse('v2_exceeded_size')
      const found = CITIES.filter(
        ({ cdekCode, name, regionCode, postal: [first, last] }) =>
          (!query.country_codes || query.country_codes.split(',').includes('RU')) &&
          (!query.code || Number(query.code) === cdekCode) &&
          (!query.region_code || Number(query.region_code) === regionCode) &&
          (!query.city || query.city.toLowerCase() === name.toLowerCase()) &&
          (!query.postal_code ||
            (Number(query.postal_code) >= first && Number(query.postal_code) <= last)) &&
          !query.fias_guid &&
          !query.kladr_code,
      )
      return page(found.map(cityJson), { size: '500', ...query })
    }),
  )
  routes.get('/v2/location/suggest/cities', (c) =>
    answer(c, 'points', undefined, () => {
      const name = c.req.query('name')?.toLowerCase() ?? refuse('v2_field_is_empty', 'name')
      const found = CITIES.filter((city) => city.name.toLowerCase().startsWith(name))
      return json(
        found.map((city) => ({
          ...{ city_uuid: uuidOf('city', city.cdekCode), code: city.cdekCode, country_code: 'RU' },
          full_name: `${city.name}, ${city.region}, Россия`,
        })),
      )
    }),
  )
  routes.get('/v2/location/regions', (c) =>
    answer(c, 'points', undefined, () =>
      json(
        CITIES.map(({ region, regionCode }) => ({
          ...{ country_code: 'RU', country: 'Россия', region, region_code: regionCode },
        })),
      ),
    ),
  )
  routes.get('/v2/location/postalcodes', (c) =>
    answer(c, 'points', undefined, () => {
      const code = Number(c.req.query('code') ?? refuse('v2_field_is_empty', 'code'))
      const city = CITIES.find(({ cdekCode }) => cdekCode === code)
      if (!city) return refuse('v2_recipient_location_not_recognized')
      const [first, last] = city.postal
      const codes = Array.from({ length: Math.min(100, last - first + 1) }, (_, at) =>
        String(first + at),
      )
      return json({ code, postal_codes: codes })
    }),
  )
}
