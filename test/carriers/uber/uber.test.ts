import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Carrier } from '../../../clients/carriers/carrier.ts'
import { createCarriers } from '../../../clients/carriers/create-carriers.ts'
import { isKnownError } from '../../../clients/carriers/uber/errors.ts'
import { phoneOf } from '../../../clients/carriers/uber/place.ts'
import { bookRequest, booking, home, quoteRequest, uberQuote } from '../samples.ts'
import { startScripted, type Scripted } from '../scripted.ts'
import { areSpecificationsHere, titleOfSpecifications } from '../../simulator/specifications.ts'
import { readJson, vendorSchemas } from '../vendor-schemas.ts'
import * as documents from './documents.ts'
import { delivery, error, event, id } from './documents.ts'

const vendor = vendorSchemas('uber/openapi-deliveries.yaml')
const CUSTOMER = '/customers/{customer_id}'
let server: Scripted
let uber: Carrier

beforeAll(async () => {
  server = await startScripted()
})
beforeEach(() => {
  server.reset()
  server.on('POST', /oauth\/v2\/token$/, { body: documents.token })
  uber = createUber()
})
afterAll(() => server.close())

const createUber = (more: object = {}) =>
  createCarriers([
    {
      ...{ carrier: 'uber', baseUrl: server.baseUrl, clientId: 'sim', clientSecret: 'sim' },
      ...{ customerId: 'cus_sim', webhookKey: 'sim-webhook-key', ...more },
    },
  ])[0]!
const bodyOf = (path: RegExp) =>
  JSON.parse(server.at('POST', path).at(-1)!.body) as Record<string, unknown>
const known = { ...booking, carrierId: id }

describe('what Uber is sent', () => {
  it('is what its specification asks for', async () => {
    server.on('POST', /delivery_quotes$/, { body: documents.quote })
    server.on('POST', /deliveries$/, { body: delivery() })
    await uber.quote(quoteRequest, {})
    await uber.book(bookRequest(uberQuote), {})
    expect(vendor.request('POST', `${CUSTOMER}/delivery_quotes`, bodyOf(/quotes$/))).toEqual([])
    expect(vendor.request('POST', `${CUSTOMER}/deliveries`, bodyOf(/deliveries$/))).toEqual([])
    expect(server.asked.map(({ path }) => path)).toContain('/v1/customers/cus_sim/deliveries')
    expect(bodyOf(/deliveries$/)).toMatchObject({
      ...{ quote_id: 'dqt_1', external_id: 'A-1001-1', idempotency_key: 'A-1001-1' },
      ...{ dropoff_phone_number: '+79161234567', manifest_total_value: 259_900 },
    })
    const address = bodyOf(/deliveries$/)['dropoff_address'] as string
    expect(JSON.parse(address)).toMatchObject({ street_address: [home.address], country: 'RU' })
    expect(bodyOf(/deliveries$/)).not.toHaveProperty('test_specifications')
  })

  it('has a courier made of software only where the account says so', async () => {
    server.on('POST', /deliveries$/, { body: delivery() })
    const settings = { roboCourier: { mode: 'auto' } }
    await createUber({ settings }).book(bookRequest(uberQuote), {})
    expect(bodyOf(/deliveries$/)['test_specifications']).toEqual({
      robo_courier_specification: { mode: 'auto' },
    })
    expect(() => createUber({ settings: { roboCourier: { mode: 'manual' } } })).toThrow()
  })

  it('takes one token for many calls, for a month', async () => {
    server.on('POST', /delivery_quotes$/, { body: documents.quote })
    for (let call = 0; call < 3; call++) await uber.quote(quoteRequest, {})
    expect(server.at('POST', /token/)).toHaveLength(1)
  })

  it.each([
    ['8 (916) 123-45-67', '+79161234567'],
    ['+7 916 123 45 67', '+79161234567'],
    ['79161234567', '+79161234567'],
    ['позвоните', undefined],
  ])('has the number %s as %s', (phone, number) => expect(phoneOf(phone)).toBe(number))
})

describe('a quote', () => {
  it('has its price in cents and its end', async () => {
    expect(vendor.answer('DeliveryQuoteResp', documents.quote)).toEqual([])
    server.on('POST', /delivery_quotes$/, { body: documents.quote })
    expect(await uber.quote(quoteRequest, {})).toEqual({
      outcome: 'quoted',
      quotes: [
        {
          ...{ carrier: 'uber', service: 'courier', serviceName: 'Uber Direct', mode: 'door-door' },
          price: { amount: 1_099, currency: 'USD' },
          transit: {
            unit: 'instant',
            ...{ earliest: '2030-01-15T09:40:00.000Z', latest: '2030-01-15T10:15:00.000Z' },
          },
          ...{ quoteId: 'dqt_1', expiresAt: '2030-01-15T09:15:00.000Z' },
        },
      ],
    })
  })

  it.each([
    [400, 'address_undeliverable', 'permanent'],
    [400, 'address_undeliverable_limited_couriers', 'capacity'],
    [503, 'couriers_busy', 'capacity'],
  ])('is refused by %d %s', async (status, code, kind) => {
    server.on('POST', /delivery_quotes$/, { status, body: error(code) })
    expect(await uber.quote(quoteRequest, {})).toMatchObject({
      ...{ outcome: 'refused', reason: { code, kind } },
    })
  })

  it('to a point there is none', async () => {
    expect(await uber.quote({ ...quoteRequest, pointCode: 'X' }, {})).toMatchObject({
      ...{ outcome: 'refused', reason: { code: 'no-points' } },
    })
    expect(server.asked).toEqual([])
  })

  it.each([
    [402, 'customer_suspended', 'credentials'],
    [403, 'customer_blocked', 'credentials'],
    [404, 'customer_not_found', 'credentials'],
    [429, 'customer_limited', 'unavailable'],
    [500, 'internal_server_error', 'unavailable'],
  ])('fails by %d %s: %s', async (status, code, kind) => {
    server.on('POST', /delivery_quotes$/, { status, body: error(code) })
    await expect(uber.quote(quoteRequest, {})).rejects.toMatchObject({ kind })
  })
})

describe('a delivery', () => {
  const bookWith = (status: number, body: object) => {
    server.on('POST', /deliveries$/, { status, body })
    return uber.book(bookRequest(uberQuote), {})
  }

  it.each<[string, number, object, object]>([
    ['is booked', 200, delivery(), { outcome: 'booked', carrierId: id, trackingNumber: id }],
    [
      'is there already',
      409,
      error('duplicate_delivery', { delivery_id: id }),
      { outcome: 'duplicate', carrierId: id },
    ],
    [
      'comes after its quote’s end',
      400,
      error('expired_quote'),
      { outcome: 'rejected', reason: { kind: 'quote-expired' } },
    ],
    [
      'comes with a quote that was used',
      400,
      error('used_quote'),
      { outcome: 'rejected', reason: { kind: 'quote-expired' } },
    ],
    [
      'finds no courier',
      503,
      error('couriers_busy'),
      { outcome: 'rejected', reason: { code: 'couriers_busy', kind: 'capacity' } },
    ],
    [
      'is refused',
      400,
      error('invalid_params'),
      { outcome: 'rejected', reason: { code: 'invalid_params', kind: 'permanent' } },
    ],
    ['takes too long', 408, error('request_timeout'), { outcome: 'unknown' }],
    ['meets an error', 500, error('unknown_error'), { outcome: 'unknown' }],
    ['is unavailable', 503, error('service_unavailable'), { outcome: 'unknown' }],
    ['is refused without a word', 400, {}, { outcome: 'unknown' }],
    ['is another one', 200, delivery({ external_id: 'A-2' }), { outcome: 'unknown' }],
    ['has a status of its own', 200, delivery({ status: 'lost' }), { outcome: 'unknown' }],
    ['has no id', 200, delivery({ id: 'order_1' }), { outcome: 'unknown' }],
    ['is cancelled at once', 200, delivery({ status: 'canceled' }), { outcome: 'rejected' }],
  ])('%s', async (_, status, body, answer) => {
    expect(await bookWith(status, body)).toMatchObject(answer)
  })

  it('is not sent with a quote whose end has come', async () => {
    const quote = { ...uberQuote, expiresAt: '2020-01-01T00:00:00Z' }
    expect(await uber.book(bookRequest(quote), {})).toMatchObject({
      ...{ outcome: 'rejected', reason: { kind: 'quote-expired' } },
    })
    expect(server.asked).toEqual([])
  })

  it('is found among those under way, or else among all, page by page', async () => {
    const others = Array.from({ length: 100 }, (_, index) => ({
      ...delivery({ id: `del_${index}`, external_id: `B-${index}` }),
    }))
    const list = (pages: Record<string, object[]>) =>
      server.on('GET', /deliveries$/, ({ query }) => ({
        body: { data: pages[`${query.get('filter')}/${query.get('Offset')}`] ?? [] },
      }))
    list({ 'ongoing/0': others, 'ongoing/100': [delivery()] })
    expect(await uber.find(booking, {})).toMatchObject({ outcome: 'booked', carrierId: id })

    list({ 'ongoing/0': others, 'null/0': [delivery({ status: 'canceled' })] })
    expect(await uber.find(booking, {})).toMatchObject({ outcome: 'rejected' })

    list({ 'ongoing/0': others, 'null/0': others })
    expect(await uber.find(booking, {})).toEqual({ outcome: 'absent' })

    server.on('GET', /deliveries$/, { body: { data: [{ ...delivery(), id: 5 }] } })
    await expect(uber.find(booking, {})).rejects.toMatchObject({ kind: 'malformed' })
  })

  it('is looked for only among those that were made since, where the newest come first', async () => {
    const page = (offset: number, order: 1 | -1) =>
      Array.from({ length: 100 }, (_, index) =>
        delivery({
          ...{ id: `del_${offset + index}`, external_id: `B-${offset + index}` },
          created: new Date(
            Date.parse('2030-01-15T09:05:00Z') + order * (offset + index) * 60_000,
          ).toISOString(),
        }),
      )
    const ever = (order: 1 | -1) =>
      server.on('GET', /deliveries$/, ({ query }) => ({
        body: { data: query.has('filter') ? [] : page(Number(query.get('Offset')), order) },
      }))
    const key = { ...booking, askedAt: '2030-01-15T06:00:00.000Z' }
    ever(-1)
    expect(await uber.find(key, {})).toEqual({ outcome: 'absent' })
    expect(server.asked.filter(({ path }) => path.includes('deliveries'))).toHaveLength(5)
    await expect(uber.find(booking, {})).rejects.toMatchObject({ kind: 'malformed' })
    ever(1)
    const late = { ...booking, askedAt: '2030-02-01T06:00:00.000Z' }
    await expect(uber.find(late, {})).rejects.toMatchObject({ kind: 'malformed' })
  })

  it('is confirmed by its id', async () => {
    server.on('GET', RegExp(`${id}$`), { body: delivery({ status: 'pickup' }) })
    expect(await uber.confirm(known, {})).toMatchObject({ outcome: 'booked' })
    server.on('GET', RegExp(`${id}$`), { status: 404, body: error('delivery_not_found') })
    expect(await uber.confirm(known, {})).toMatchObject({ outcome: 'unknown' })
  })

  it.each<[string, number, object, object, object]>([
    ['is done', 200, delivery({ status: 'canceled' }), {}, { outcome: 'cancelled' }],
    [
      'comes too late',
      400,
      error('noncancelable_delivery'),
      delivery({ status: 'dropoff' }),
      { outcome: 'too-late', returnable: false },
    ],
    [
      'is for the support to do',
      400,
      error('noncancelable_delivery'),
      delivery({ status: 'pickup' }),
      { outcome: 'needs-human' },
    ],
    [
      'was done before',
      400,
      error('noncancelable_delivery'),
      delivery({ status: 'canceled' }),
      { outcome: 'already' },
    ],
    ['is of none', 404, error('delivery_not_found'), {}, { outcome: 'already' }],
    ['meets an error', 500, error('internal_server_error'), {}, { outcome: 'unknown' }],
  ])('cancelled, %s', async (_, status, body, standing, answer) => {
    server.on('POST', /cancel$/, { status, body })
    server.on('GET', RegExp(`${id}$`), { body: standing })
    expect(await uber.cancel(known, {})).toMatchObject(answer)
  })
})

describe('tracking', () => {
  const trackWith = (more: object) => {
    const body = delivery(more)
    expect(vendor.answer('GetDeliveryResp', body)).toEqual([])
    server.on('GET', RegExp(`${id}$`), { body })
    return uber.track(known, {})
  }

  it('tells what is known of the way', async () => {
    const { events, ...rest } = await trackWith({
      status: 'delivered',
      pickup: { status: 'completed', status_timestamp: '2030-01-15T09:20:00Z' },
      dropoff: { status: 'completed', status_timestamp: '2030-01-15T09:39:00Z' },
      updated: '2030-01-15T09:45:00Z',
    })
    expect(rest).toEqual({
      eta: '2030-01-15T09:40:00.000Z',
      finalPrice: { amount: 1_099, currency: 'USD' },
    })
    expect(events.map(({ status, occurredAt, key }) => [status, occurredAt, key])).toEqual([
      ['booked', '2030-01-15T09:05:00.000Z', `${id}:pending`],
      ['in-transit', '2030-01-15T09:20:00.000Z', `${id}:pickup_complete`],
      ['delivered', '2030-01-15T09:39:00.000Z', `${id}:delivered`],
    ])
  })

  it('knows every status, and why it came back', async () => {
    const statuses = {
      pickup: 'courier-assigned',
      dropoff: 'out-for-delivery',
      canceled: 'cancelled',
    }
    for (const [raw, status] of Object.entries(statuses))
      expect((await trackWith({ status: raw })).events.at(-1)).toMatchObject({
        status,
        rawCode: raw,
      })
    const back = { status: 'returned', undeliverable_reason: 'CUSTOMER_UNAVAILABLE' }
    expect((await trackWith(back)).events.at(-1)).toMatchObject({
      ...{ status: 'returned', reason: 'customer-unavailable' },
    })
  })
})

it('the way back is told with the way there', async () => {
  const related_deliveries = [{ id: 'ret_1', relationship: 'return' }]
  server.on('GET', RegExp(`${id}$`), {
    body: delivery({ status: 'returned', undeliverable_reason: 'refused', related_deliveries }),
  })
  server.on('GET', /ret_1$/, {
    body: delivery({
      ...{ id: 'ret_1', status: 'delivered', created: '2030-01-15T09:50:00.000Z' },
      updated: '2030-01-15T10:20:00.000Z',
      related_deliveries: { id, relationship: 'original' },
    }),
  })
  const { events } = await uber.track(known, {})
  expect(events.map(({ status }) => status)).toEqual([
    ...['booked', 'returning', 'returning', 'returned'],
  ])
})

describe('webhooks', () => {
  const sign = (body: string, key = 'sim-webhook-key') =>
    createHmac('sha256', key).update(body).digest('hex')
  const parse = (body: string, headers: Record<string, string>, carrier = uber) =>
    carrier.parseWebhook!(Buffer.from(body), new Headers(headers))
  const text = JSON.stringify(event())

  it.each(['x-uber-signature', 'X-Postmates-Signature'])('are believed when %s fits', (header) => {
    expect(parse(text, { [header]: sign(text) })).toEqual({
      ...{ outcome: 'told', id: 'evt_1', carrierId: id, reference: 'A-1001-1', isHint: false },
      events: [
        {
          ...{ status: 'courier-assigned', rawCode: 'pickup', key: `${id}:pickup` },
          occurredAt: '2030-01-15T09:30:00.000Z',
        },
      ],
    })
  })

  it.each<[string, Record<string, string>]>([
    ['without a signature', {}],
    ['signed with another key', { 'x-uber-signature': sign(text, 'client-secret') }],
    ['signed for another body', { 'x-uber-signature': sign(`${text} `) }],
    ['signed in part', { 'x-uber-signature': sign(text).slice(0, 32) }],
  ])('%s are forged', (_, headers) => {
    expect(parse(text, headers)).toEqual({ outcome: 'forged' })
  })

  it('are forged where the account has no key', () => {
    const keyless = createUber({ webhookKey: '' })
    expect(parse(text, { 'x-uber-signature': sign(text, '') }, keyless).outcome).toBe('forged')
  })

  it.skipIf(!areSpecificationsHere)(titleOfSpecifications('fit the vendor’s own example'), () => {
    const example = readJson('uber/webhook-signature-vector.json') as Record<string, string>
    const carrier = createUber({ webhookKey: example['signing_key'] })
    const headers = { 'x-uber-signature': example['hmac_sha256_hex']! }
    expect(parse(example['raw_body']!, headers, carrier)).toEqual({
      ...{ outcome: 'ignored', why: 'event.courier_update' },
    })
  })

  it.each([
    [
      'of another customer',
      JSON.stringify(event({}, { customer_id: 'cus_2' })),
      'another customer',
    ],
    ['without a delivery', JSON.stringify({ ...event(), data: null }), 'malformed'],
    ['that are no JSON', '{', 'malformed'],
  ])('%s are ignored', (_, body, why) => {
    expect(parse(body, { 'x-uber-signature': sign(body) })).toEqual({ outcome: 'ignored', why })
  })
})

it.skipIf(!areSpecificationsHere)(
  titleOfSpecifications('every error of Uber’s means something'),
  () => {
    const examples = readJson('uber/errors.json') as Record<string, { body: { code: string } }>
    const codes = Object.values(examples).map(({ body }) => body.code)
    expect(codes.length).toBeGreaterThan(40)
    expect(codes.filter((code) => !isKnownError(code))).toEqual([])
  },
)
