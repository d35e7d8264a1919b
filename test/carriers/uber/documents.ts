export const token = {
  ...{ access_token: 'u1', token_type: 'Bearer', expires_in: 2_592_000, scope: 'eats.deliveries' },
}
export const id = 'del_gDcyfRgyQcyN0obpqqS_1B'

export const quote = {
  ...{ kind: 'delivery_quote', id: 'dqt_1', created: '2030-01-15T09:00:00.000Z' },
  ...{ expires: '2030-01-15T09:15:00.000Z', fee: 1_099, currency: 'usd', currency_type: 'USD' },
  ...{ dropoff_eta: '2030-01-15T09:40:00Z', dropoff_deadline: '2030-01-15T10:15:00Z' },
  ...{ duration: 40, pickup_duration: 15 },
}
export const delivery = (more: object = {}) => ({
  ...{ id, kind: 'delivery', quote_id: 'dqt_1', uuid: '62105936E41340D5AECD4C335C3CD3C2' },
  ...{ status: 'pending', complete: false, live_mode: false, courier_imminent: false },
  ...{ external_id: 'A-1001-1', fee: 1_099, currency: 'usd' },
  ...{ created: '2030-01-15T09:05:00.000Z', updated: '2030-01-15T09:05:00.000Z' },
  ...{
    dropoff_eta: '2030-01-15T09:40:00.000Z',
    undeliverable_action: '',
    undeliverable_reason: '',
  },
  ...more,
})
export const error = (code: string, metadata?: object) => ({
  ...{ code, message: `because of ${code}`, kind: 'error' },
  ...(metadata ? { metadata } : {}),
})
export const event = (data: object = {}, more: object = {}) => ({
  ...{ kind: 'event.delivery_status', id: 'evt_1', customer_id: 'cus_sim', delivery_id: id },
  ...{ created: '2030-01-15T09:31:00.000Z', live_mode: false, status: 'pickup' },
  data: delivery({ status: 'pickup', updated: '2030-01-15T09:30:00.000Z', ...data }),
  ...more,
})
