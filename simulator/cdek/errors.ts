/** Codes and texts are the vendor's (api-docs.cdek.ru, table of errors, January 2026): those that this simulator answers. */
const texts = {
  v2_internal_error: 'Internal error',
  v2_similar_request_still_processed: 'Similar request is still being processed {0}',
  v2_bad_request: 'Bad request',
  v2_invalid_format: 'Invalid value [{0}] in [{1}] parameter',
  v2_field_is_empty: '[{0}] is empty',
  v2_parameters_empty: 'All parameters are empty',
  v2_invalid_value_type: 'Invalid value type in [{0}] field',
  v2_entity_not_found: 'Entity is not found by uuid {0}',
  v2_entity_forbidden: 'Entity is forbidden {0}',
  v2_entity_invalid: 'Entity is invalid {0}',
  v2_order_not_found: 'Order not found by cdek_number {0}',
  v2_entity_not_found_im_number: 'Entity is not found by number {0}',
  v2_shipment_address_multivalued: "Sender address and sender shipment point can't be filled both",
  v2_delivery_address_multivalued:
    "Recipient address and recipient delivery point can't be filled both",
  v2_sender_location_not_recognized: 'Sender location is not recognized',
  v2_recipient_location_not_recognized: 'Recipient location is not recognized',
  v2_number_items_is_more_126: 'The number of commodity items is more than 126',
  orders_number_is_empty: 'Entity is empty. All orders are incorrect',
  v2_webhook_type_incorrect: 'Webhook type is incorrect',
  v2_entity_not_ready: 'v2_entity_not_ready',
  v2_exceeded_size: 'The size parameter cannot exceed 10000',
  v2_token_expired: 'Access token is expired: {0}',
  v2_authorization_incorrect: 'Authorization header is incorrect',
  unauthorized: 'Full authentication is required to access this resource',
  code_invalid: 'Передано недопустимое значение кода ПВЗ отправителя / получателя',
  error_validate_im_dep_number_has_already_had_integration:
    'Введенный номер отправления ИМ не уникальный. Введите уникальный номер.',
  error_validate_order_delete_status:
    'Ошибка удаления заказа. Заказ может быть удален только в статусе Создан.',
  error_validate_order_delete_documents_in_warehouse_is_not_empty:
    'Ошибка удаления заказа. По заказу есть операции на складе.',
  error_validate_postamat_package_count:
    'В заказе с режимом "До постамата" количество мест не может быть больше 1',
  error_validate_postamat_package_weight:
    'Вес места не должен превышать 15 кг для заказов с режимом "до постамата"',
  error_validate_postamat_pvz_not_postamat: 'Выбранный офис не является постаматом',
  error_validate_package_one_of_size_is_zero: 'Один из габаритов места заказе равен 0',
  error_validate_package_number_not_unique: 'Номер места в заказе должен быть уникален',
  error_validate_package_im_wrong_amount: 'Количество товаров может быть не более 999',
  error_validate_tariff_not_supported_for_this_direction:
    'Услуга не поддерживается на выбранном направлении',
  ve_receiver_pickup_point_empty: 'При режиме «до склада» ПВЗ для доставки обязателен',
  ve_receiver_pickup_point_wrong_city:
    'Неверно указан офис получателя, офис получателя не находится в городе получателе!',
  ve_package_weight_too_large: 'Физический вес > {0}',
  ve_package_weight_too_small: 'Физический вес < {0}',
  err_result_service_empty:
    'По данному направлению при заданных условиях выбранный тариф недоступен',
  err_result_servicelist_empty:
    'По данному направлению при заданных условиях нет доступных тарифов',
  err_invalid_tariff_with_dimentions: 'Для выбранной услуги превышены габариты или вес',
  ERR_PVZ_WEIGHT_LIMIT:
    'Расчетный вес заказа выходит за рамки весового ограничения выбранного офиса получателя',
  v2_delivery_point_changed:
    'Order cannot be processed by delivery point {0}. Shipment point has been changed to {1}',
  v2_shipment_point_changed:
    'Order cannot be processed by shipment point {0}. Shipment point has been changed to {1}',
} as const

export type CdekCode = keyof typeof texts
export type CdekError = { code: string; message: string; additional_code?: string }

export function cdekError(code: CdekCode, ...values: (string | number)[]): CdekError {
  const message = texts[code].replaceAll(/\{(\d)\}/g, (_, index: string) =>
    String(values[Number(index)] ?? ''),
  )
  return { code, message }
}

/** The order cannot be as it is asked for. */
export class Refused extends Error {
  override name = 'Refused'
  readonly errors: CdekError[]
  constructor(...errors: CdekError[]) {
    super(errors.map(({ code }) => code).join(', '))
    this.errors = errors
  }
}
export const refuse = (code: CdekCode, ...values: (string | number)[]): never => {
  throw new Refused(cdekError(code, ...values))
}
