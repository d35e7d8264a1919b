import { uuidOf } from '../random.ts'
import type { City } from '../places.ts'
import { billedGrams } from './calculate.ts'
import { cdekDate, cdekInstant } from './dates.ts'
import { currentStatus, lastTask, type Order, type OrderTask } from './order.ts'
import { STATUSES } from './statuses.ts'
import { deliveryMode, tariffByCode } from './tariffs.ts'

const shownTypes = { CREATE: 'CREATE', DELETE: 'DELETE', UPDATE: 'UPDATE', REFUSAL: 'UPDATE' }

export const taskToJson = ({ uuid, type, at, state, errors, warnings }: OrderTask) => ({
  ...{ request_uuid: uuid, type: shownTypes[type], date_time: cdekInstant(at), state },
  // What is found wrong later is not known before.
  ...(errors && state === 'INVALID' ? { errors } : {}),
  ...(warnings ? { warnings } : {}),
})

/** As `GET /v2/orders/{uuid}` gives it. */
export function orderToJson(order: Order, from: City | undefined, to: City | undefined) {
  const { request, statuses } = order
  const tariff = tariffByCode(request.tariff_code)
  const delivered = currentStatus(order).code === 'DELIVERED'
  const point = order.deliveryPoint ?? request.delivery_point
  return {
    entity: {
      ...{ uuid: order.uuid, type: request.type ?? 1, is_return: order.isReturn ?? false },
      ...{ is_reverse: false, is_client_return: false },
      ...(order.cdekNumber ? { cdek_number: order.cdekNumber } : {}),
      ...(request.number ? { number: request.number } : {}),
      tariff_code: request.tariff_code,
      ...(request.comment ? { comment: request.comment } : {}),
      ...(request.shipment_point ? { shipment_point: request.shipment_point } : {}),
      ...(point ? { delivery_point: point } : {}),
      ...(order.keepFreeUntil ? { keep_free_until: cdekInstant(order.keepFreeUntil) } : {}),
      sender: { name: 'Отправитель', ...request.sender },
      recipient: request.recipient,
      from_location: location(from, request.from_location),
      to_location: location(to, request.to_location),
      ...(request.services ? { services: request.services } : {}),
      packages: request.packages.map((one) => ({
        ...one,
        package_id: uuidOf(order.uuid, one.number),
        weight_volume: Math.ceil(((one.length ?? 0) * (one.width ?? 0) * (one.height ?? 0)) / 5),
        weight_calc: billedGrams(one),
      })),
      statuses: statuses
        .toSorted((a, b) => b.at - a.at)
        .map(({ code, at, city, reason, deleted }) => ({
          ...{ code, name: STATUSES[code]?.name ?? code, date_time: cdekInstant(at) },
          ...(reason ? { reason_code: reason } : {}),
          ...{ city, deleted: deleted ?? false },
        })),
      ...(tariff ? { delivery_mode: String(deliveryMode(tariff)) } : {}),
      ...(order.plannedAt ? { planned_delivery_date: cdekDate(order.plannedAt) } : {}),
      ...(order.delayedAt
        ? {
            delay_reasons: order.delayedAt.map((at) => ({
              ...{ create_date: cdekInstant(at), description: 'Задержка в пути' },
            })),
          }
        : {}),
      ...(order.problems.length > 0
        ? {
            delivery_problem: order.problems.map(({ code, at }) => ({
              ...{ code, create_date: cdekInstant(at) },
            })),
          }
        : {}),
      ...(order.price > 0 ? { delivery_detail: detail(order, delivered) } : {}),
    },
    requests: order.tasks.toReversed().map(taskToJson),
    related_entities: order.related,
  }
}

function detail(order: Order, delivered: boolean) {
  const { at } = currentStatus(order)
  return {
    ...(delivered
      ? { date: cdekDate(at), recipient_name: order.request.recipient.name, payment_sum: 0 }
      : {}),
    delivery_sum: order.price / 100,
    total_sum: order.price / 100,
  }
}

function location(city: City | undefined, given: { address?: string } = {}) {
  return {
    ...{ code: city?.cdekCode ?? 0, city: city?.name ?? '', country_code: 'RU' },
    ...(city ? { country: 'Россия', region: city.region, region_code: city.regionCode } : {}),
    ...(city ? { longitude: city.lon, latitude: city.lat, time_zone: city.timeZone } : {}),
    ...(given.address ? { address: given.address } : {}),
  }
}

/** What is told when the order has just been taken. */
export const acceptedJson = (order: Order, type: OrderTask['type']) => ({
  entity: { uuid: order.uuid },
  requests: [taskToJson(lastTask(order, type)!)],
  related_entities: [],
})
