import type { World } from '../world.ts'
import {
  calculate,
  calculateAll,
  cityOf,
  termsOf,
  type Calculation,
  type Location,
  type Package,
} from './calculate.ts'
import { cdekError, refuse, Refused } from './errors.ts'
import { json, readJson, type Answer, type Routes } from './http.ts'
import { deliveryMode, tariffByCode } from './tariffs.ts'

const CURRENCIES: Record<number, string> = {
  1: 'RUB',
  2: 'KZT',
  3: 'USD',
  4: 'EUR',
  5: 'GBP',
  6: 'CNY',
}

/** What tariffs cost and how long they take. */
export function addCalculatorRoutes(routes: Routes, answer: Answer, { clock }: World): void {
  type Calculated = {
    from_location?: Location
    to_location?: Location
    packages?: Package[]
    date?: string
  }

  function endsOf({ from_location, to_location, packages }: Calculated) {
    if (!from_location) refuse('v2_field_is_empty', 'from_location')
    if (!to_location) refuse('v2_field_is_empty', 'to_location')
    if (!packages?.length) refuse('v2_field_is_empty', 'packages')
    for (const [index, one] of packages!.entries()) {
      if (one.weight === undefined) refuse('v2_field_is_empty', `packages[${index}].weight`)
      for (const size of [one.weight, one.length, one.width, one.height])
        if (size !== undefined && !Number.isInteger(size))
          refuse('v2_invalid_value_type', `packages[${index}]`)
      if (one.weight <= 0) refuse('ve_package_weight_too_small', '0.001')
    }
    const from = cityOf(from_location!) ?? refuse('v2_sender_location_not_recognized')
    const to = cityOf(to_location!) ?? refuse('v2_recipient_location_not_recognized')
    return { from, to, packages: packages! }
  }

  const startOf = ({ date }: Calculated) => {
    if (date === undefined) return clock.now()
    const at = Date.parse(date.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    return Number.isNaN(at) ? refuse('v2_invalid_format', date, 'date') : at
  }

  routes.post('/v2/calculator/tarifflist', async (c) => {
    const body = await readJson<Calculated>(c)
    return answer(c, 'quote', undefined, (struck) => {
      const { from, to, packages } = endsOf(body)
      const found =
        struck.has('couriers-busy') || struck.has('reject') ? [] : calculateAll(from, to, packages)
      if (found.length === 0)
        return json({
          errors: [{ ...cdekError('err_result_servicelist_empty'), additional_code: '0xBC236B02' }],
        })
      return json({ tariff_codes: found.map((one) => tariffJson(one, startOf(body))) })
    })
  })

  routes.post('/v2/calculator/tariff', async (c) => {
    const body = await readJson<Calculated & { tariff_code?: number; currency?: number }>(c)
    return answer(c, 'quote', undefined, (struck) => {
      if (body.tariff_code === undefined) refuse('v2_field_is_empty', 'tariff_code')
      const { from, to, packages } = endsOf(body)
      const tariff = tariffByCode(body.tariff_code!)
      const isRefused = struck.has('couriers-busy') || struck.has('reject')
      const found = tariff && !isRefused && calculate(tariff, from, to, packages)
      if (!found)
        throw new Refused({
          ...cdekError('err_result_service_empty'),
          additional_code: '0xBC236B01',
        })
      return json({
        ...{ delivery_sum: found.price / 100, total_sum: found.price / 100 },
        ...{ currency: CURRENCIES[body.currency ?? 1] ?? 'RUB', weight_calc: found.billedGrams },
        ...termsOf(found, startOf(body)),
      })
    })
  })
}

function tariffJson(one: Calculation, from: number) {
  return {
    ...{ tariff_code: one.tariff.code, tariff_name: one.tariff.name },
    ...{ tariff_description: one.tariff.name, delivery_mode: deliveryMode(one.tariff) },
    delivery_sum: one.price / 100,
    ...termsOf(one, from),
  }
}
