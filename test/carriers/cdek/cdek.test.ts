import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BookAnswer, Carrier, CarrierPoint } from '../../../clients/carriers/carrier.ts'
import { createCarriers } from '../../../clients/carriers/create-carriers.ts'
import { bookRequest, booking, cdekQuote, home, parcel, quoteRequest, without } from '../samples.ts'
import { startScripted, type Scripted } from '../scripted.ts'
import { vendorSchemas } from '../vendor-schemas.ts'
import * as documents from './documents.ts'
import { number, order, refused, registered, uuid } from './documents.ts'

const vendor = vendorSchemas('cdek/openapi-integration.json')
let server: Scripted
let cdek: Carrier

beforeAll(async () => {
  server = await startScripted()
})
beforeEach(() => {
  server.reset()
  server.on('POST', /oauth\/token/, { body: documents.token })
  cdek = createCdek()
})
afterAll(() => server.close())

const createCdek = (settings: Record<string, unknown> = {}) =>
  createCarriers([
    {
      ...{ carrier: 'cdek', baseUrl: server.baseUrl, clientId: 'sim', clientSecret: 'sim' },
      settings,
    },
  ])[0]!
const bodyOf = (method: string, path: RegExp) =>
  JSON.parse(server.at(method, path).at(-1)!.body) as Record<string, unknown>
const known = { ...booking, carrierId: uuid }

describe('what CDEK is sent', () => {
  it('is what its specification asks for', async () => {
    server.on('POST', /tarifflist/, { body: documents.tariffs })
    server.on('POST', /orders$/, { status: 202, body: registered({ state: 'ACCEPTED' }) })
    await cdek.quote(quoteRequest, {})
    await cdek.book(bookRequest(cdekQuote), {})
    for (const path of ['/v2/calculator/tarifflist', '/v2/orders'])
      expect(vendor.request('POST', path, bodyOf('POST', RegExp(`${path}$`)))).toEqual([])
    expect(bodyOf('POST', /tarifflist/)).toMatchObject({
      ...{ date: '2026-01-15T09:00:00+0000', type: 1, currency: 1 },
      packages: [{ weight: 1250, length: 31, width: 20, height: 11 }],
    })
  })

  it('has one end of each kind, and goods in every parcel', async () => {
    server.on('POST', /orders$/, { status: 202, body: registered({ state: 'ACCEPTED' }) })
    const request = bookRequest({ ...cdekQuote, mode: 'point-point' })
    const parcels = [parcel, parcel]
    await createCdek({ shipmentPoint: 'MSK5' }).book(
      { ...request, pointCode: 'SPB12', parcels },
      {},
    )
    const body = bodyOf('POST', /orders$/)
    expect(body).toMatchObject({ shipment_point: 'MSK5', delivery_point: 'SPB12' })
    expect(body).not.toHaveProperty('from_location')
    expect(body).not.toHaveProperty('to_location')
    expect(body['packages']).toMatchObject([
      {
        items: [
          { ware_key: 'TEA-1', amount: 1 },
          { ware_key: 'CUP-7', cost: 1000 },
        ],
      },
      { items: [{ ware_key: 'TEA-1', amount: 1, payment: { value: 0 } }] },
    ])
  })
})

describe('quotes', () => {
  it('are cheapest first, from and to where the parcel goes', async () => {
    server.on('POST', /tarifflist/, { body: documents.tariffs })
    expect(await cdek.quote(quoteRequest, {})).toEqual({
      outcome: 'quoted',
      quotes: [
        expect.objectContaining({
          ...{ service: '233', mode: 'door-door', price: { amount: 41_001, currency: 'RUB' } },
          transit: { unit: 'working-days', min: 2, max: 3 },
        }),
        expect.objectContaining({
          ...{ service: '139', price: { amount: 74_550, currency: 'RUB' } },
          transit: { unit: 'calendar-days', min: 2, max: 4 },
        }),
      ],
    })
  })

  it('to a point are of offices or of lockers, and start at an office only where there is one', async () => {
    server.on('POST', /tarifflist/, { body: documents.tariffs })
    const services = async (carrier: Carrier, pointKind: CarrierPoint['kind']) => {
      const answer = await carrier.quote({ ...quoteRequest, pointCode: 'SPB1', pointKind }, {})
      return answer.outcome === 'quoted' && answer.quotes.map(({ service }) => service)
    }
    expect(await services(cdek, 'pvz')).toEqual(['138'])
    expect(await services(cdek, 'locker')).toEqual(['366'])
    expect(await services(createCdek({ shipmentPoint: 'MSK5' }), 'pvz')).toEqual(['136', '138'])
    expect(await services(createCdek({ tariffs: [136] }), 'pvz')).toBe(false)
  })

  it.each([
    ['two parcels', [parcel, parcel], 'error_validate_postamat_package_count'],
    ['16 kg', [{ ...parcel, weightG: 16_000 }], 'error_validate_postamat_package_weight'],
    [
      'a parcel without sizes',
      [{ ...parcel, heightMm: 0 }],
      'error_validate_package_one_of_size_is_zero',
    ],
  ])('to a locker are refused for %s, unasked', async (_, parcels, code) => {
    const request = { ...quoteRequest, parcels, pointCode: 'SPB900', pointKind: 'locker' as const }
    expect(await cdek.quote(request, {})).toMatchObject({ outcome: 'refused', reason: { code } })
    expect(server.asked).toEqual([])
  })

  it('may be refused inside of a 200, in any case of letters', async () => {
    const body = { errors: [{ code: 'ERR_RESULT_SERVICELIST_EMPTY', message: 'нет тарифов' }] }
    server.on('POST', /tarifflist/, { body })
    expect(await cdek.quote(quoteRequest, {})).toEqual({
      outcome: 'refused',
      reason: {
        ...{ code: 'err_result_servicelist_empty', message: 'нет тарифов', kind: 'permanent' },
      },
    })
  })

  it('fail where the trouble is CDEK’s own', async () => {
    server.on('POST', /tarifflist/, { body: refused({ code: 'v2_internal_error' }) })
    await expect(cdek.quote(quoteRequest, {})).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('a token', () => {
  it('is asked for once, however many wait for it', async () => {
    server.on('POST', /tarifflist/, { body: documents.tariffs })
    await Promise.all(Array.from({ length: 8 }, () => cdek.quote(quoteRequest, {})))
    expect(server.at('POST', /token/)).toHaveLength(1)
    expect(server.at('POST', /token/)[0]!.body).toContain('grant_type=client_credentials')
  })

  it('that is refused is asked for again, once', async () => {
    let given = 0
    server.on('POST', /token/, () => ({
      body: { ...documents.token, access_token: `t${++given}` },
    }))
    server.on('POST', /tarifflist/, ({ headers }) =>
      headers.authorization === 'Bearer t2'
        ? { body: documents.tariffs }
        : { status: 401, body: { error: 'unauthorized' } },
    )
    expect(await cdek.quote(quoteRequest, {})).toMatchObject({ outcome: 'quoted' })
    server.on('POST', /tarifflist/, { status: 400, body: refused({ code: 'V2_TOKEN_EXPIRED' }) })
    await expect(cdek.quote(quoteRequest, {})).rejects.toMatchObject({ kind: 'credentials' })
    expect(given).toBe(3)
  })

  it('that is not granted is a matter of credentials', async () => {
    server.on('POST', /token/, {
      ...{ status: 400, body: { error: 'invalid_client', error_description: 'no' } },
    })
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(cdek.book(bookRequest(cdekQuote), {})).rejects.toMatchObject({
        kind: 'credentials',
      })
    expect(server.at('POST', /orders/)).toEqual([])
    expect(server.at('POST', /token/)).toHaveLength(1)
  })
})

const SECOND = '5f0f3b52-0000-4000-8000-000000000002'
describe('an order', () => {
  const bookWith = (status: number, body: object) => {
    server.on('POST', /orders$/, { status, body })
    return cdek.book(bookRequest(cdekQuote), {})
  }

  it('that has been taken in is pending', async () => {
    const body = registered({ state: 'ACCEPTED' })
    expect(vendor.answer('ResponseDtoRootEntityDto', body)).toEqual([])
    expect(await bookWith(202, body)).toEqual({ outcome: 'pending', carrierId: uuid })
  })

  it.each<[string, number, object, object]>([
    [
      'is refused',
      400,
      refused({ code: 'v2_recipient_location_not_recognized' }),
      { outcome: 'rejected', reason: { code: 'v2_recipient_location_not_recognized' } },
    ],
    [
      'is refused at once',
      202,
      registered({ state: 'INVALID', errors: [{ code: 'v2_field_is_empty' }] }, null),
      { outcome: 'rejected', reason: { code: 'v2_field_is_empty', kind: 'permanent' } },
    ],
    [
      'is there already',
      400,
      registered({
        state: 'INVALID',
        errors: [{ code: 'ERROR_VALIDATE_IM_DEP_NUMBER_HAS_ALREADY_HAD_INTEGRATION' }],
      }),
      { outcome: 'duplicate' },
    ],
    ['is refused without a word', 400, {}, { outcome: 'unknown', reason: { code: 'malformed' } }],
    [
      'meets trouble',
      400,
      refused({ code: 'v2_internal_error' }),
      { outcome: 'unknown', reason: { code: 'internal' } },
    ],
    ['meets an error', 502, { any: 1 }, { outcome: 'unknown', reason: { code: 'http-502' } }],
    [
      'is taken in without a number',
      202,
      registered({ state: 'ACCEPTED' }, null),
      { outcome: 'unknown', reason: { code: 'malformed' } },
    ],
  ])('%s', async (_, status, body, answer) => {
    expect(await bookWith(status, body)).toMatchObject(answer)
  })

  it('is not sent where CDEK would refuse it only later', async () => {
    const request = bookRequest(cdekQuote)
    for (const wrong of [
      { ...request, reference: 'Заказ 1' },
      { ...request, to: without(home, 'address') },
      { ...request, quote: { ...cdekQuote, mode: 'door-point' as const } },
      { ...request, quote: { ...cdekQuote, mode: 'point-door' as const } },
      { ...request, parcels: Array.from({ length: 9 }, () => request.parcels[0]!) },
    ])
      expect(await cdek.book(wrong, {})).toMatchObject({ outcome: 'rejected' })
    expect(server.asked).toEqual([])
  })

  const confirmWith = (body: object, status = 200): Promise<BookAnswer> => {
    server.on('GET', /orders/, { status, body })
    return cdek.confirm(known, {})
  }

  it('is booked when its creation was successful, it has a number, and a status says so', async () => {
    const body = order({
      requests: [
        { state: 'ACCEPTED', at: '2026-01-15T09:00:00+0000' },
        { type: 'UPDATE', state: 'INVALID', errors: [{ code: 'v2_update_forbidden' }] },
        {
          ...{ state: 'SUCCESSFUL', at: '2026-01-15T09:00:03+0000' },
          warnings: [{ code: 'v2_delivery_point_changed' }],
        },
      ],
      entity: { delivery_point: 'MSK66' },
    })
    expect(vendor.answer('ResponseDtoOrderResponseDto', body)).toEqual([])
    expect(await confirmWith(body)).toEqual({
      outcome: 'booked',
      carrierId: uuid,
      trackingNumber: number,
      warnings: [{ code: 'v2_delivery_point_changed', message: 'сообщение', kind: 'permanent' }],
      pointCode: 'MSK66',
    })
  })

  it.each([
    ['its creation has not ended', order({ requests: [{ state: 'ACCEPTED' }] })],
    ['its creation waits', order({ requests: [{ state: 'WAITING' }] })],
    ['nothing is said of its creation', order({ requests: [] })],
    ['it has no number', order({ entity: { cdek_number: undefined } })],
    ['no status says so', order({ statuses: [{ code: 'ACCEPTED' }] })],
    ['the status was taken back', order({ statuses: [{ code: 'CREATED', deleted: true }] })],
  ])('is pending while %s', async (_, body) => {
    expect(await confirmWith(body)).toEqual({ outcome: 'pending', carrierId: uuid })
  })

  it.each([
    [
      'its creation failed',
      order({
        ...{ statuses: [{ code: 'INVALID' }] },
        requests: [{ state: 'INVALID', errors: [{ code: 've_package_weight_too_large' }] }],
      }),
      've_package_weight_too_large',
    ],
    [
      'it was removed',
      order({ statuses: [{ code: 'CREATED' }, { code: 'REMOVED ', at: '2026-01-16T00:00:00Z' }] }),
      'removed',
    ],
    [
      'it is deleted',
      order({
        requests: [
          { state: 'SUCCESSFUL' },
          { type: 'DELETE', state: 'SUCCESSFUL', at: '2026-01-16T00:00:00+0000' },
        ],
      }),
      'removed',
    ],
  ])('is rejected when %s', async (_, body, code) => {
    expect(await confirmWith(body)).toMatchObject({ outcome: 'rejected', reason: { code } })
  })

  it('is booked again when its removal is taken back', async () => {
    const body = order({
      statuses: [
        { code: 'CREATED' },
        { code: 'REMOVED', at: '2026-01-16T00:00:00+0000', deleted: true },
        { code: 'CREATED', at: '2026-01-17T00:00:00+0000' },
      ],
      requests: [
        { state: 'SUCCESSFUL' },
        { type: 'DELETE', state: 'SUCCESSFUL', at: '2026-01-16T00:00:00+0000' },
      ],
    })
    expect(await confirmWith(body)).toMatchObject({ outcome: 'booked' })
    server.on('DELETE', /./, {
      ...{ status: 202, body: registered({ type: 'DELETE', state: 'ACCEPTED' }) },
    })
    expect(await cdek.cancel(known, {})).toEqual({ outcome: 'pending' })
  })

  it('is never booked from what is about another order', async () => {
    for (const entity of [{ uuid: 'other' }, { number: 'A-1001-2' }])
      await expect(confirmWith(order({ entity }))).rejects.toMatchObject({ kind: 'malformed' })
  })

  it('that came twice under our number is the first of the two', async () => {
    const twice = 'error_validate_im_dep_number_has_already_had_integration'
    const second = order({
      entity: { uuid: SECOND, cdek_number: undefined },
      ...{ statuses: [{ code: 'INVALID' }] },
      requests: [{ state: 'INVALID', errors: [{ code: twice }] }],
    })
    const key = { ...booking, carrierId: SECOND }
    server.on('GET', new RegExp(`orders/${SECOND}$`), { body: second })
    server.on('GET', /orders$/, { body: order() })
    expect(await cdek.confirm(key, {})).toMatchObject({ outcome: 'booked', carrierId: uuid })

    server.on('DELETE', /./, {
      ...{ status: 202, body: registered({ type: 'DELETE', state: 'ACCEPTED' }) },
    })
    expect(await cdek.cancel(key, {})).toEqual({ outcome: 'pending' })
    expect(server.at('DELETE', /./)[0]!.path).toContain(uuid)

    server.on('GET', /orders$/, { body: second })
    expect(await cdek.confirm(key, {})).toEqual({ outcome: 'duplicate' })
    expect(await cdek.cancel(key, {})).toMatchObject({ outcome: 'unknown' })
  })

  it('is unknown while CDEK does not know it', async () => {
    const answer = await confirmWith(refused({ code: 'v2_entity_not_found' }), 400)
    expect(answer).toMatchObject({ outcome: 'unknown', reason: { code: 'absent' } })
  })

  it('is found by our number, or said to be absent', async () => {
    server.on('GET', /orders$/, { body: order() })
    expect(await cdek.find(booking, {})).toMatchObject({ outcome: 'booked', carrierId: uuid })
    expect(server.at('GET', /orders$/)[0]!.query.get('im_number')).toBe('A-1001-1')

    server.on('GET', /orders$/, {
      ...{ status: 400, body: refused({ code: 'v2_entity_not_found_im_number' }) },
    })
    expect(await cdek.find(booking, {})).toEqual({ outcome: 'absent' })

    server.on('GET', /orders$/, { body: order({ entity: { number: undefined } }) })
    await expect(cdek.find(booking, {})).rejects.toMatchObject({ kind: 'malformed' })
  })
})

describe('a cancellation', () => {
  const cancelWith = (standing: object, reply?: { status: number; body: object }) => {
    server.on('GET', /orders/, { body: standing })
    if (reply) server.on('DELETE', /orders/, reply)
    return cdek.cancel(known, {})
  }
  const deletion = (state: string, code?: string) =>
    registered({ type: 'DELETE', state, ...(code ? { errors: [{ code }] } : {}) })

  it.each<[string, { status: number; body: object }, object]>([
    ['is taken in', { status: 202, body: deletion('ACCEPTED') }, { outcome: 'pending' }],
    ['is done', { status: 202, body: deletion('SUCCESSFUL') }, { outcome: 'cancelled' }],
    [
      'comes too late',
      { status: 400, body: deletion('INVALID', 'error_validate_order_delete_status') },
      { outcome: 'too-late', returnable: true },
    ],
    [
      'is of what never was valid',
      { status: 400, body: refused({ code: 'v2_entity_invalid' }) },
      { outcome: 'already' },
    ],
    [
      'is of what is not there',
      { status: 400, body: refused({ code: 'v2_entity_not_found' }) },
      { outcome: 'already' },
    ],
    [
      'was asked for before',
      { status: 400, body: refused({ code: 'v2_similar_request_still_processed' }) },
      { outcome: 'pending' },
    ],
    [
      'meets a claim',
      { status: 400, body: refused({ code: 'error_validate_order_delete_claims_is_not_empty' }) },
      { outcome: 'needs-human' },
    ],
    ['meets an error', { status: 500, body: {} }, { outcome: 'unknown' }],
  ])('%s', async (_, reply, answer) => {
    expect(await cancelWith(order(), reply)).toMatchObject(answer)
  })

  it('is not asked for again while it is under way, and told when it is done', async () => {
    const created = { state: 'SUCCESSFUL' }
    const waiting = order({ requests: [created, { type: 'DELETE', state: 'ACCEPTED' }] })
    expect(await cancelWith(waiting)).toEqual({ outcome: 'pending' })
    const at = '2026-01-16T00:00:00+0000'
    const done = order({ requests: [created, { type: 'DELETE', state: 'SUCCESSFUL', at }] })
    expect(await cancelWith(done)).toEqual({ outcome: 'cancelled' })
    const removed = order({
      statuses: [{ code: 'CREATED' }, { code: 'REMOVED', at: '2026-01-16T00:00:00+0000' }],
    })
    expect(await cancelWith(removed)).toEqual({ outcome: 'already' })
    expect(server.at('DELETE', /./)).toEqual([])
  })

  it('that CDEK took in and refused later comes too late', async () => {
    const deletionWith = (code: string) =>
      order({
        requests: [
          { state: 'SUCCESSFUL' },
          { type: 'DELETE', state: 'INVALID', errors: [{ code }] },
        ],
      })
    const code = 'error_validate_order_delete_documents_in_warehouse_is_not_empty'
    expect(await cancelWith(deletionWith(code))).toMatchObject({
      ...{ outcome: 'too-late', returnable: true, reason: { code } },
    })
    expect(server.at('DELETE', /./)).toEqual([])
    const again = { status: 202, body: deletion('ACCEPTED') }
    expect(await cancelWith(deletionWith('v2_internal_error'), again)).toEqual({
      outcome: 'pending',
    })
  })

  it('of a delivered order comes too late for good', async () => {
    const moved = (code: string) =>
      order({ statuses: [{ code: 'CREATED' }, { code, at: '2026-01-20T00:00:00+0000' }] })
    expect(await cancelWith(moved('DELIVERED'))).toMatchObject({
      ...{ outcome: 'too-late', returnable: false },
    })
    expect(await cancelWith(moved('TAKEN_BY_COURIER'))).toMatchObject({
      ...{ outcome: 'too-late', returnable: true },
    })
  })

  it('by our number finds the order first', async () => {
    server.on('GET', /orders$/, { body: order() })
    server.on('DELETE', RegExp(uuid), { status: 202, body: deletion('ACCEPTED') })
    expect(await cdek.cancel(booking, {})).toEqual({ outcome: 'pending' })
  })
})

describe('tracking', () => {
  it('tells the whole log, also what was taken back', async () => {
    const body = order({
      statuses: [
        { code: 'CREATED' },
        { code: 'delivered ', at: '2026-01-20T10:00:00+0300', deleted: true },
        { code: 'NOT_DELIVERED', at: '2026-01-21T10:00:00+0300', reason_code: '26' },
        { code: 'SOMETHING_NEW', at: '2026-01-18T10:00:00+0300' },
      ],
      entity: {
        planned_delivery_date: '2026-01-19',
        keep_free_until: '2026-01-27T21:00:00+0000',
        delivery_point: 'MSK65',
        delivery_problem: [{ code: '37', create_date: '2026-01-19T12:00:00+0000' }],
        delivery_detail: { delivery_sum: 500, total_sum: 612.35 },
      },
    })
    server.on('GET', /orders/, { body })
    const { events, ...rest } = await cdek.track(known, {})
    expect(rest).toEqual({
      ...{ eta: '2026-01-19', storedUntil: '2026-01-27T21:00:00.000Z' },
      ...{ finalPrice: { amount: 61_235, currency: 'RUB' }, pointCode: 'MSK65' },
    })
    expect(events).toMatchObject([
      { status: 'booked', rawCode: 'CREATED', place: 'Москва' },
      { status: 'in-transit', rawCode: 'SOMETHING_NEW', isUnknownCode: true },
      { status: 'exception', reason: 'locker-full', rawCode: 'problem/37', needsPlan: true },
      { status: 'delivered', isRevoked: true, key: 'DELIVERED@2026-01-20T07:00:00.000Z' },
      { status: 'lost', reason: 'lost', rawCode: 'NOT_DELIVERED/26' },
    ])
  })

  it('expects nothing where what is planned makes no sense', async () => {
    const entity = { planned_delivery_date: '0000-00-00', keep_free_until: '9999-12-31' }
    server.on('GET', /orders/, { body: order({ statuses: [{ code: 'CREATED' }], entity }) })
    const told = await cdek.track(known, {})
    expect(told).toEqual({ events: [expect.objectContaining({ status: 'booked' })] })
  })

  it('goes on with the order that brings the goods back', async () => {
    const back = '0b2f2c3e-0000-4000-8000-000000000001'
    server.on('GET', RegExp(uuid), {
      body: order({
        related: [{ type: 'return_order', uuid: back }],
        statuses: [{ code: 'NOT_DELIVERED', reason_code: '23' }],
      }),
    })
    server.on('GET', RegExp(back), {
      body: order({
        entity: { uuid: back, is_return: true },
        statuses: [
          { code: 'CREATED', at: '2026-01-22T00:00:00+0000' },
          { code: 'DELIVERED', at: '2026-01-25T00:00:00+0000' },
        ],
      }),
    })
    const { events } = await cdek.track(known, {})
    expect(events.map(({ status }) => status)).toEqual(['returning', 'returning', 'returned'])
  })

  it.each(['26', '27'])('ends where what comes back is lost on its way, by reason %s', (reason) => {
    const lost = order({
      entity: { uuid, is_return: true },
      statuses: [{ code: 'NOT_DELIVERED', reason_code: reason }],
    })
    server.on('GET', RegExp(uuid), { body: lost })
    return expect(cdek.track(known, {})).resolves.toMatchObject({ events: [{ status: 'lost' }] })
  })
})

describe('points', () => {
  const all = async () => {
    const pages: CarrierPoint[][] = []
    for await (const page of cdek.points!({ countryCode: 'RU' }, {})) pages.push(page)
    return pages
  }

  it('come with their hours, limits and cells', async () => {
    expect(vendor.answer('OfficeDto', documents.office())).toEqual([])
    server.on('GET', /deliverypoints/, { body: [documents.office(), documents.locker] })
    expect(await all()).toEqual([
      [
        {
          ...{ carrier: 'cdek', code: 'SPB12', kind: 'pvz', name: 'На Невском', state: 'open' },
          ...{ cityCode: '137', cityName: 'Санкт-Петербург', address: 'Невский пр-кт, 28' },
          ...{ lat: 59.93, lon: 30.33, limits: {}, takesBack: true },
          hours: [
            { day: 1, from: '09:00', to: '21:00' },
            { day: 6, from: '10:00', to: '16:00' },
          ],
          exceptions: [
            { from: '2026-03-08', to: '2026-03-08' },
            { from: '2026-04-30', to: '2026-05-01', open: ['10:00', '15:00'] },
          ],
          payment: { cash: false, card: true },
        },
        expect.objectContaining({
          ...{ code: 'SPB900', kind: 'locker', name: 'Невский пр-кт, 28' },
          limits: { maxWeightG: 15_000, cells: [{ lengthMm: 600, widthMm: 350, heightMm: 180 }] },
        }),
      ],
    ])
  })

  it('come page by page, as many as there are said to be, without those that make no sense', async () => {
    server.on('GET', /deliverypoints/, ({ query }) => {
      const page = Number(query.get('page'))
      const count = page === 0 ? 1000 : 2
      return {
        headers: { 'x-total-elements': '1002' },
        body: Array.from({ length: count }, (_, index) =>
          index === 1 ? { code: 'BROKEN' } : documents.office({ code: `P${page}-${index}` }),
        ),
      }
    })
    expect((await all()).map((page) => page.length)).toEqual([999, 1])
    expect(server.at('GET', /deliverypoints/)).toHaveLength(2)
  })

  it('can be asked after one by one', async () => {
    server.on('GET', /deliverypoints/, ({ query }) => ({
      body: query.get('code') === 'SPB12' ? [documents.office({ is_handout: false })] : [],
    }))
    expect(await cdek.point!('SPB12', {})).toMatchObject({ code: 'SPB12', state: 'closed' })
    expect(await cdek.point!('GONE', {})).toBeUndefined()
  })
})

const FORM = '5f0f3b52-0000-4000-8000-000000000001'
describe('a label', () => {
  const pdf = Buffer.from('%PDF-1.4 …')

  it('is ordered, waited for and fetched', async () => {
    let asked = 0
    server.on('GET', /orders\//, { body: order() })
    server.on('POST', /print/, { status: 202, body: registered({ state: 'ACCEPTED' }) })
    server.on('GET', /print/, () => ({
      body: documents.form(...['ACCEPTED', 'READY'].slice(0, ++asked)),
    }))
    server.on('GET', /pdf$/, { body: pdf })
    expect(await cdek.label!(known, {})).toEqual({ outcome: 'ready', pdf })
    expect(vendor.request('POST', '/v2/print/orders', bodyOf('POST', /print/))).toEqual([])
    expect(asked).toBe(2)
  })

  it('that is there already is taken, and one that has gone is not', async () => {
    const related = [{ type: 'waybill', uuid: FORM }]
    server.on('GET', /orders\//, { body: order({ related }) })
    server.on('GET', new RegExp(`print.*${FORM}$`), { body: documents.form('ACCEPTED', 'READY') })
    server.on('GET', /pdf$/, { body: pdf })
    expect(await cdek.label!(known, {})).toEqual({ outcome: 'ready', pdf })
    expect(server.at('POST', /print/)).toEqual([])

    server.on('GET', new RegExp(`print.*${FORM}$`), { body: documents.form('READY', 'REMOVED') })
    server.on('POST', /print/, { status: 400, body: refused({ code: 'v2_entity_not_ready' }) })
    expect(await cdek.label!(known, {})).toEqual({ outcome: 'pending' })
  })
})

describe('webhooks', () => {
  const parse = (body: object | string) =>
    cdek.parseWebhook!(
      Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      new Headers(),
    )
  const status = (attributes: object = {}) => ({
    ...{ type: 'ORDER_STATUS', date_time: '2026-01-18T12:00:00+0000', uuid },
    attributes: {
      ...{ is_return: false, cdek_number: number, number: 'A-1001-1', code: 'TAKEN_BY_COURIER' },
      ...{ status_code: '11', status_date_time: '2026-01-18T14:59:00+0300', city_name: 'Тверь' },
      ...attributes,
    },
  })

  it('are hints that tell the same event as tracking does', async () => {
    const told = parse(status())
    expect(told).toMatchObject({
      ...{ outcome: 'told', carrierId: uuid, reference: 'A-1001-1', isHint: true },
      events: [
        {
          ...{ status: 'out-for-delivery', place: 'Тверь' },
          key: 'TAKEN_BY_COURIER@2026-01-18T11:59:00.000Z',
        },
      ],
    })
    server.on('GET', /orders/, {
      body: order({ statuses: [{ code: 'TAKEN_BY_COURIER', at: '2026-01-18T11:59:00+0000' }] }),
    })
    const { events } = await cdek.track(known, {})
    expect(told.outcome === 'told' && told.events[0]!.key).toBe(events[0]!.key)
  })

  it('of an order that brings the goods back are of the one that was booked', () => {
    const related_entities = [{ type: 'direct_order', uuid }]
    const back = status({ is_return: true, code: 'DELIVERED', related_entities })
    expect(parse({ ...back, uuid: 'back' })).toMatchObject({
      ...{ carrierId: uuid, events: [{ status: 'returned' }] },
    })
  })

  it('have the same id when they come again, and another when they take it back', () => {
    const ids = [status(), status({ city_name: 'Клин' }), status({ deleted: true })].map((body) => {
      const answer = parse(body)
      return answer.outcome === 'told' && answer.id
    })
    expect(ids[0]).toMatch(/^[\da-f]{64}$/)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('tell of problems, of changes and of points', () => {
    const head = { date_time: '2026-01-18T12:00:00+0000', uuid }
    expect(
      parse({ ...head, type: 'DELIV_PROBLEM', attributes: { code: '38', number: 'A-1001-1' } }),
    ).toMatchObject({ outcome: 'told', events: [{ reason: 'locker-broken' }] })
    expect(
      parse({
        ...{ ...head, type: 'ORDER_MODIFIED' },
        attributes: { modification_type: 'PLANED_DELIVERY_DATE_CHANGED' },
      }),
    ).toMatchObject({ outcome: 'told', isHint: true, events: [] })
    expect(
      parse({
        ...{ ...without(head, 'uuid'), type: 'OFFICE_AVAILABILITY' },
        attributes: { type: 'UNAVAILABLE_OFFICE', code: 'SPB12' },
      }),
    ).toMatchObject({ outcome: 'point-changed', code: 'SPB12', state: 'closed' })
  })

  it.each(['', 'null', '[]', '{"type":"ORDER_STATUS"}', '{"type":1}', '{'])(
    'that make no sense are ignored: %s',
    (body) => expect(parse(body)).toEqual({ outcome: 'ignored', why: 'malformed' }),
  )

  it('are subscribed to, each once', async () => {
    const url = 'https://shop.example/hooks/cdek/secret'
    const one = (type: string, id: string, where = url) => ({ type, uuid: id, url: where })
    server.on('GET', /webhooks$/, {
      body: [
        one('ORDER_STATUS', 'w1'),
        one('ORDER_STATUS', 'w2'),
        one('PRINT_FORM', 'w3'),
        one('ORDER_STATUS', 'w4', 'https://elsewhere.example'),
      ],
    })
    server.on('DELETE', /webhooks/, { body: registered({ type: 'DELETE', state: 'SUCCESSFUL' }) })
    server.on('POST', /webhooks$/, ({ body }) =>
      body.includes('DELIV_PROBLEM')
        ? { body: registered({ state: 'SUCCESSFUL' }) }
        : { status: 400, body: refused({ code: 'v2_bad_request' }) },
    )
    expect(await cdek.ensureWebhooks!(url, {})).toEqual({
      refused: ['ORDER_MODIFIED', 'OFFICE_AVAILABILITY'],
    })
    expect(server.at('DELETE', /./).map(({ path }) => path.slice(-2))).toEqual(['w2', 'w3'])
    expect(server.at('POST', /webhooks$/).map(({ body }) => JSON.parse(body) as object)).toEqual(
      ['DELIV_PROBLEM', 'ORDER_MODIFIED', 'OFFICE_AVAILABILITY'].map((type) => ({ type, url })),
    )
    const webhooks = vendorSchemas('cdek/openapi-webhook.json')
    // They want the id that they give.
    const body = { ...bodyOf('POST', /webhooks$/), uuid }
    expect(webhooks.request('POST', '/v2/webhooks', body)).toEqual([])
  })
})
