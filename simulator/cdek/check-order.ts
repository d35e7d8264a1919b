import { calculate, cityOf, type Calculation } from './calculate.ts'
import { cdekError, refuse, Refused, type CdekError } from './errors.ts'
import type { OrderRequest } from './order.ts'
import { holds, type Office } from './points.ts'
import { tariffByCode, type Tariff } from './tariffs.ts'
import { cityByCdekCode, type City } from '../places.ts'

/**
 * What is wrong with the form of an order: refused at once.
 *
 * @throws {Refused}
 */
export function checkForm(body: OrderRequest): void {
  const empty = (field: string): never => refuse('v2_field_is_empty', field)
  if (body.tariff_code === undefined) empty('tariff_code')
  if (!Number.isInteger(body.tariff_code)) refuse('v2_invalid_value_type', 'tariff_code')
  if (!body.recipient?.name) empty('recipient.name')
  if (!body.recipient.phones?.length) empty('recipient.phones')
  if (!Array.isArray(body.packages) || body.packages.length === 0) empty('packages')
  if (body.number !== undefined && !/^[\x20-\x7e]{1,40}$/.test(body.number))
    refuse('v2_invalid_format', body.number, 'number')
  if (body.shipment_point && body.from_location) refuse('v2_shipment_address_multivalued')
  if (body.delivery_point && body.to_location) refuse('v2_delivery_address_multivalued')
  if (!body.shipment_point && !body.from_location) empty('from_location')
  if (!body.delivery_point && !body.to_location) empty('to_location')
  if (body.packages.length > 255) refuse('v2_invalid_format', body.packages.length, 'packages')

  const items = body.packages.flatMap((one) => one.items ?? [])
  if (items.length > 126) refuse('v2_number_items_is_more_126')
  for (const [index, { number, weight }] of body.packages.entries()) {
    if (!number) empty(`packages[${index}].number`)
    if (weight === undefined) empty(`packages[${index}].weight`)
    if (!Number.isInteger(weight)) refuse('v2_invalid_value_type', `packages[${index}].weight`)
  }
  const isShop = (body.type ?? 1) === 1
  for (const [index, one] of body.packages.entries()) {
    if (isShop && !one.items?.length) empty(`packages[${index}].items`)
    for (const [at, item] of (one.items ?? []).entries())
      for (const field of ['name', 'ware_key', 'payment', 'cost', 'weight', 'amount'] as const)
        if (item[field] === undefined) empty(`packages[${index}].items[${at}].${field}`)
  }
}

type Offices = {
  find(code: string): Office | undefined
  isOpen(code: string): boolean
  inCity(cityCode: number): readonly Office[]
}

export type Checked = {
  calculation: Calculation
  /** Where the vendor sends it instead. */
  deliveryPoint?: string
  warnings: CdekError[]
}

/**
 * What the vendor finds out after it has taken an order.
 *
 * @throws {Refused}
 */
export function checkOrder(body: OrderRequest, offices: Offices): Checked {
  const tariff = tariffByCode(body.tariff_code) ?? refuse('err_result_service_empty')
  const { from, to, office, warnings } = endsOf(body, tariff, offices)
  const errors = packageErrors(body, tariff)
  if (errors.length > 0) throw new Refused(...errors)

  if (office) {
    for (const { weight, length = 0, width = 0, height = 0 } of body.packages)
      if (!holds(office, { grams: weight, sidesCm: [length, width, height] }))
        refuse('ERR_PVZ_WEIGHT_LIMIT')
  }
  const calculation =
    calculate(tariff, from, to, body.packages) ??
    refuse('error_validate_tariff_not_supported_for_this_direction')
  return {
    calculation,
    warnings,
    ...(office && office.code !== body.delivery_point ? { deliveryPoint: office.code } : {}),
  }
}

function packageErrors({ packages }: OrderRequest, tariff: Tariff): CdekError[] {
  const errors: CdekError[] = []
  if (new Set(packages.map(({ number }) => number)).size < packages.length)
    errors.push(cdekError('error_validate_package_number_not_unique'))
  for (const { weight, length, width, height, items = [] } of packages) {
    if (weight <= 0) errors.push(cdekError('ve_package_weight_too_small', '0.001'))
    if (weight > tariff.maxKg * 1000)
      errors.push(cdekError('ve_package_weight_too_large', tariff.maxKg))
    if ([length, width, height].some((side) => side !== undefined && side <= 0))
      errors.push(cdekError('error_validate_package_one_of_size_is_zero'))
    if (tariff.to === 'postamat') {
      if (weight > 15_000) errors.push(cdekError('error_validate_postamat_package_weight'))
      if (length === undefined || width === undefined || height === undefined)
        errors.push(cdekError('error_validate_package_one_of_size_is_zero'))
    }
    if (items.some(({ amount }) => amount < 1 || amount > 999))
      errors.push(cdekError('error_validate_package_im_wrong_amount'))
  }
  if (tariff.to === 'postamat' && packages.length > 1)
    errors.push(cdekError('error_validate_postamat_package_count'))
  return errors
}

type Ends = { from: City; to: City; office?: Office; warnings: CdekError[] }

function endsOf(body: OrderRequest, tariff: Tariff, offices: Offices): Ends {
  const warnings: CdekError[] = []
  const from = body.shipment_point
    ? cityOfOffice(offices.find(body.shipment_point))
    : cityOf(body.from_location!)
  if (!from)
    return body.shipment_point
      ? refuse('code_invalid')
      : refuse('v2_sender_location_not_recognized')

  if (!body.delivery_point) {
    if (tariff.to !== 'door') refuse('ve_receiver_pickup_point_empty')
    const to = cityOf(body.to_location!) ?? refuse('v2_recipient_location_not_recognized')
    return { from, to, warnings }
  }
  const asked = offices.find(body.delivery_point)
  if (!asked) return refuse('code_invalid')
  if (tariff.to === 'postamat' && asked.type !== 'POSTAMAT')
    refuse('error_validate_postamat_pvz_not_postamat')
  let office: Office | undefined = asked
  if (!offices.isOpen(asked.code)) {
    office = nearestOpen(asked, offices) ?? refuse('code_invalid')
    warnings.push(cdekError('v2_delivery_point_changed', asked.code, office.code))
  }
  const to = cityOfOffice(office)!
  return tariff.to === 'door' ? { from, to, warnings } : { from, to, office, warnings }
}

const cityOfOffice = (office: Office | undefined) =>
  office && cityByCdekCode(office.location.city_code)

/** Another office of the city; a locker may become one, an office never a locker. */
function nearestOpen({ location }: Office, offices: Offices): Office | undefined {
  const distance = (one: Office) =>
    Math.hypot(
      one.location.latitude - location.latitude,
      one.location.longitude - location.longitude,
    )
  return offices
    .inCity(location.city_code)
    .filter(({ type, code }) => type === 'PVZ' && offices.isOpen(code))
    .reduce<Office | undefined>(
      (best, one) => (best && distance(best) <= distance(one) ? best : one),
      undefined,
    )
}
