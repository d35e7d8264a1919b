import type { State } from '../booking.ts'
import type { End } from './tariffs.ts'

type Status = { number: number; name: string; state: State }

/** Codes, numbers and names are the vendor's (api-docs.cdek.ru, appendix 1 of webhooks); many share a number. */
export const STATUSES: Readonly<Record<string, Status>> = {
  ACCEPTED: status(0, 'Принят', 'booking-pending'),
  CREATED: status(1, 'Создан', 'booked'),
  REMOVED: status(2, 'Удален', 'cancelled'),
  INVALID: status(404, 'Некорректный заказ', 'rejected'),
  RECEIVED_AT_SHIPMENT_WAREHOUSE: status(3, 'Принят на склад отправителя', 'accepted'),
  READY_TO_SHIP_AT_SENDING_OFFICE: status(6, 'Выдан на отправку в г. отправителе', 'in-transit'),
  READY_FOR_SHIPMENT_IN_SENDER_CITY: status(
    6,
    'Готов к отправке в городе отправителе',
    'in-transit',
  ),
  READY_FOR_SHIPMENT_IN_TRANSIT_CITY: status(6, 'Готов к отправке в г. транзите', 'in-transit'),
  RETURNED_TO_SENDER_CITY_WAREHOUSE: status(16, 'Возвращен на склад отправителя', 'in-transit'),
  TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY: status(
    7,
    'Сдан перевозчику в городе отправителе',
    'in-transit',
  ),
  SENT_TO_TRANSIT_CITY: status(21, 'Отправлен в город-транзит', 'in-transit'),
  ACCEPTED_IN_TRANSIT_CITY: status(22, 'Встречен в городе-транзите', 'in-transit'),
  ACCEPTED_AT_TRANSIT_WAREHOUSE: status(13, 'Принят на склад транзита', 'in-transit'),
  RETURNED_TO_TRANSIT_WAREHOUSE: status(17, 'Возвращен на склад транзита', 'in-transit'),
  READY_TO_SHIP_IN_TRANSIT_OFFICE: status(19, 'Выдан на отправку в г. транзите', 'in-transit'),
  TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY: status(
    20,
    'Сдан перевозчику в городе-транзите',
    'in-transit',
  ),
  SENT_TO_SENDER_CITY: status(27, 'Отправлен в г. отправитель', 'in-transit'),
  ACCEPTED_IN_SENDER_CITY: status(28, 'Встречен в г. отправителе', 'in-transit'),
  SENT_TO_RECIPIENT_CITY: status(8, 'Отправлен в город-получатель', 'in-transit'),
  ACCEPTED_IN_RECIPIENT_CITY: status(9, 'Встречен в городе-получателе', 'in-transit'),
  ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE: status(1000, 'Поступил в г. транзита', 'in-transit'),
  ENTERED_TO_DELIVERY_WAREHOUSE: status(1000, 'Поступил на склад доставки', 'at-destination'),
  ENTERED_TO_WAREHOUSE_ON_DEMAND: status(
    1000,
    'Поступил на склад до востребования',
    'at-destination',
  ),
  ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE: status(10, 'Принят на склад доставки', 'at-destination'),
  ACCEPTED_AT_PICK_UP_POINT: status(12, 'Принят на склад до востребования', 'ready-for-pickup'),
  POSTOMAT_POSTED: status(1000, 'Заложен в постамат', 'ready-for-pickup'),
  TAKEN_BY_COURIER: status(11, 'Выдан на доставку', 'out-for-delivery'),
  RETURNED_TO_RECIPIENT_CITY_WAREHOUSE: status(18, 'Возвращен на склад доставки', 'attempt-failed'),
  DELIVERED: status(4, 'Вручен', 'delivered'),
  POSTOMAT_RECEIVED: status(1000, 'Изъят из постамата клиентом', 'delivered'),
  POSTOMAT_SEIZED: status(1000, 'Изъят из постамата курьером', 'returning'),
  NOT_DELIVERED: status(5, 'Не вручен', 'returning'),
  IN_CUSTOMS_INTERNATIONAL: status(
    1000,
    'Таможенное оформление в стране отправления',
    'in-transit',
  ),
  SHIPPED_TO_DESTINATION: status(1000, 'Отправлено в страну назначения', 'in-transit'),
  PASSED_TO_TRANSIT_CARRIER: status(1000, 'Передано транзитному перевозчику', 'in-transit'),
  IN_CUSTOMS_LOCAL: status(1000, 'Таможенное оформление в стране назначения', 'in-transit'),
  CUSTOMS_COMPLETE: status(1000, 'Таможенное оформление завершено', 'in-transit'),
}

function status(number: number, name: string, state: State): Status {
  return { number, name, state }
}

const onTheRoad = [
  'RECEIVED_AT_SHIPMENT_WAREHOUSE',
  'READY_FOR_SHIPMENT_IN_SENDER_CITY',
  'TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY',
  'SENT_TO_RECIPIENT_CITY',
  'ACCEPTED_IN_RECIPIENT_CITY',
]
/** What a parcel goes through when all goes well, after it was created. */
export const JOURNEYS: Readonly<Record<End, readonly string[]>> = {
  door: [...onTheRoad, 'ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE', 'TAKEN_BY_COURIER', 'DELIVERED'],
  pvz: [...onTheRoad, 'ACCEPTED_AT_PICK_UP_POINT', 'DELIVERED'],
  postamat: [...onTheRoad, 'POSTOMAT_POSTED', 'POSTOMAT_RECEIVED', 'DELIVERED'],
}

/** The code by which a parcel reaches a state. */
export function codeFor(state: string, to: End): string | undefined {
  return {
    booked: 'CREATED',
    cancelled: 'REMOVED',
    rejected: 'INVALID',
    accepted: 'RECEIVED_AT_SHIPMENT_WAREHOUSE',
    'in-transit': 'SENT_TO_RECIPIENT_CITY',
    'at-destination': 'ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE',
    'ready-for-pickup': to === 'postamat' ? 'POSTOMAT_POSTED' : 'ACCEPTED_AT_PICK_UP_POINT',
    'out-for-delivery': 'TAKEN_BY_COURIER',
    'attempt-failed': 'RETURNED_TO_RECIPIENT_CITY_WAREHOUSE',
    delivered: 'DELIVERED',
    returning: 'NOT_DELIVERED',
    lost: 'NOT_DELIVERED',
  }[state]
}

export const END_CODES: readonly string[] = ['DELIVERED', 'NOT_DELIVERED', 'REMOVED', 'INVALID']
