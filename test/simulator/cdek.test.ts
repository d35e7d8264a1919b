import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STATUSES } from '../../simulator/cdek/statuses.ts'
import { startTestSimulator, type Answer, type TestSimulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { startClient } from './client.ts'
import { openApi, type OpenApi } from './openapi.ts'
import {
  areSpecificationsHere,
  readSpecification,
  titleOfSpecifications,
} from './specifications.ts'

let simulator: TestSimulator
let bearer: string
let documents: OpenApi[] = []

beforeAll(async () => {
  simulator = await startTestSimulator()
  bearer = await login()
  if (!areSpecificationsHere) return
  documents = [
    openApi('cdek/openapi-auth.json'),
    openApi('cdek/openapi-integration.json', (schemas) => {
      // The vendor's manual has a name, and its statuses of printed forms have no usable list in the OpenAPI.
      Object.assign(schemas.OfficeDto!.properties as object, { name: { type: 'string' } })
      const status = schemas.PrintStatusDto!.properties as Record<string, Record<string, unknown>>
      delete status.code!.enum
    }),
    openApi('cdek/openapi-location.json'),
    openApi('cdek/openapi-webhook.json', (schemas) => {
      // One schema for what is sent and for what is listed: who subscribes has no uuid yet.
      schemas.WebhookDto!.required = ['type', 'url']
    }),
  ]
})
afterAll(() => simulator[Symbol.asyncDispose]())

async function login(): Promise<string> {
  const form = 'grant_type=client_credentials&client_id=sim&client_secret=sim'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { body } = await simulator.call('POST', '/cdek/v2/oauth/token?parameters', form, headers)
  return (body as { access_token: string }).access_token
}

/** Calls, and checks both ways by the vendor's description where it is here. */
async function cdek(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await simulator.call(method, `/cdek${path}`, body, {
    authorization: `Bearer ${bearer}`,
  })
  const bare = path.split('?')[0]!
  const document = documents.find((one) => describes(one, method, bare, answer.status))
  if (document && typeof answer.body === 'object' && !bare.endsWith('.pdf')) {
    if (body !== undefined && answer.status < 300)
      expect(document.request(method, bare, body), `${method} ${path} asked`).toEqual([])
    expect(document.answer(method, bare, answer.status, answer.body), `${method} ${path}`).toEqual(
      [],
    )
  } else if (areSpecificationsHere && !document) {
    throw new Error(`nobody describes ${method} ${path}`)
  }
  return answer
}

function describes(document: OpenApi, method: string, path: string, status: number): boolean {
  try {
    document.answer(method, path, status, {})
    return true
  } catch {
    return false
  }
}

const order = (number: string, more: object = {}) => ({
  ...{ type: 1, number, tariff_code: 136, shipment_point: 'MSK3', delivery_point: 'NSK2' },
  recipient: { name: 'Иван Петров', phones: [{ number: '+79990000000' }] },
  packages: [pack()],
  ...more,
})
const pack = (more: object = {}) => ({
  ...{ number: '1', weight: 1500, length: 20, width: 20, height: 10 },
  items: [
    { name: 'Чайник', ware_key: 'k-1', payment: { value: 0 }, cost: 1990, weight: 1500, amount: 1 },
  ],
  ...more,
})
const offices = async (query: string) =>
  (await cdek('GET', `/v2/deliverypoints?${query}`)).body as { code: string; type: string }[]

async function officeOf(city: number, type: 'PVZ' | 'POSTAMAT') {
  const [first] = (await offices(`city_code=${city}&type=${type}`)) as { code: string }[]
  return first!.code
}
async function create(number: string, more: object = {}): Promise<string> {
  const shipment =
    more && 'from_location' in more ? {} : { shipment_point: await officeOf(44, 'PVZ') }
  const point =
    'to_location' in more || 'delivery_point' in more
      ? {}
      : { delivery_point: await officeOf(270, 'PVZ') }
  const body = { ...order(number), ...shipment, ...point, ...more } as Record<string, unknown>
  if ('from_location' in more) delete body.shipment_point
  if ('to_location' in more) delete body.delivery_point
  const { status, body: said } = await cdek('POST', '/v2/orders', body)
  expect(status).toBe(202)
  return (said as { entity: { uuid: string } }).entity.uuid
}
type Shown = {
  entity: {
    cdek_number?: string
    statuses: { code: string; date_time: string; deleted: boolean }[]
    delivery_point?: string
    planned_delivery_date?: string
    [more: string]: unknown
  }
  requests: {
    type: string
    state: string
    errors?: { code: string }[]
    warnings?: { code: string }[]
  }[]
}
const show = async (uuid: string) => (await cdek('GET', `/v2/orders/${uuid}`)).body as Shown
const stateOf = ({ requests }: Shown, type = 'CREATE') =>
  requests.find((request) => request.type === type)?.state
const errorsOf = ({ requests }: Shown, type = 'CREATE') =>
  requests.find((request) => request.type === type)?.errors?.map(({ code }) => code)

describe(titleOfSpecifications('CDEK'), () => {
  it('gives a token for a form, for a query, and none for a wrong secret', async () => {
    const credentials = 'grant_type=client_credentials&client_id=sim&client_secret='
    const good = await cdek('POST', `/v2/oauth/token?${credentials}sim`)
    expect(good).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 3599 } })
    const bad = await simulator.call('POST', `/cdek/v2/oauth/token?${credentials}wrong`)
    expect(bad).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it.each([
    ['no token', {}, 'unauthorized'],
    ['a token of nobody', { authorization: 'Bearer x.y.z' }, 'v2_authorization_incorrect'],
  ])('refuses %s', async (_what, headers, code) => {
    const { status, body } = await simulator.call('GET', '/cdek/v2/orders', undefined, headers)
    expect(status).toBe(401)
    expect((body as Shown).requests[0]?.errors?.[0]?.code).toBe(code)
  })

  it('lets a token expire after an hour of its own clock', async () => {
    await using other = await startTestSimulator()
    const login =
      '/cdek/v2/oauth/token?grant_type=client_credentials&client_id=sim&client_secret=sim'
    const { body } = await other.call('POST', login)
    const headers = { authorization: `Bearer ${(body as { access_token: string }).access_token}` }
    const ask = () => other.call('GET', '/cdek/v2/webhooks', undefined, headers)
    expect((await ask()).status).toBe(200)
    await other.advance(3_601_000)
    const { status, body: said } = await ask()
    expect(status).toBe(401)
    expect((said as Shown).requests[0]?.errors?.[0]?.code).toBe('v2_token_expired')
  })

  const calculation = {
    ...{ type: 1, currency: 1, from_location: { code: 44 }, to_location: { code: 270 } },
    packages: [{ weight: 1500, length: 20, width: 20, height: 10 }],
  }

  it('lists what its tariffs cost, and more for what is heavier', async () => {
    const light = await cdek('POST', '/v2/calculator/tarifflist', calculation)
    const heavy = { ...calculation, packages: [{ ...calculation.packages[0], weight: 14_000 }] }
    const dear = await cdek('POST', '/v2/calculator/tarifflist', heavy)
    const priceOf = ({ body }: Answer) =>
      (body as { tariff_codes: { tariff_code: number; delivery_sum: number }[] }).tariff_codes.find(
        ({ tariff_code: code }) => code === 136,
      )!.delivery_sum
    expect(priceOf(dear)).toBeGreaterThan(priceOf(light))
  })

  it('counts the volume where it weighs more', async () => {
    const big = { ...calculation, packages: [{ weight: 1000, length: 50, width: 50, height: 50 }] }
    const { body } = await cdek('POST', '/v2/calculator/tariff', { ...big, tariff_code: 139 })
    expect(body).toMatchObject({ weight_calc: 25_000, currency: 'RUB' })
  })

  it('says in a good answer that no tariff goes, and in a bad one that this tariff does not', async () => {
    const huge = { ...calculation, packages: [{ weight: 900_000 }] }
    const list = await cdek('POST', '/v2/calculator/tarifflist', huge)
    expect(list).toMatchObject({
      status: 200,
      body: { errors: [{ code: 'err_result_servicelist_empty' }] },
    })
    const one = await cdek('POST', '/v2/calculator/tariff', { ...huge, tariff_code: 139 })
    expect(one).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'err_result_service_empty' }] },
    })
  })

  it('does not know every place', async () => {
    const lost = { ...calculation, to_location: { city: 'Урюпинск' } }
    const { status, body } = await cdek('POST', '/v2/calculator/tarifflist', lost)
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ code: 'v2_recipient_location_not_recognized' }] })
  })

  it('takes an order, decides a moment later, and gives it a number', async () => {
    const uuid = await create('taken-1')
    const taken = await show(uuid)
    expect(stateOf(taken)).toBe('ACCEPTED')
    expect(taken.entity.cdek_number).toBeUndefined()
    await simulator.advance(1000)
    const decided = await show(uuid)
    expect(stateOf(decided)).toBe('SUCCESSFUL')
    expect(decided.entity.cdek_number).toMatch(/^\d{10}$/)
    expect(decided.entity.statuses.map(({ code }) => code)).toEqual(['CREATED', 'ACCEPTED'])
    const { body: byNumber } = await cdek('GET', '/v2/orders?im_number=taken-1')
    expect(byNumber).toEqual(decided)
    const { body } = await cdek('GET', `/v2/orders?cdek_number=${decided.entity.cdek_number}`)
    expect(body).toEqual(decided)
    expect(await simulator.ledger('taken-1')).toMatchObject([
      { carrier: 'cdek', id: uuid, state: 'booked', isLive: true },
    ])
  })

  it('refuses a second order under the same number, and lets one that was refused be repeated', async () => {
    await create('twice-1')
    const second = await create('twice-1')
    await simulator.advance(1000)
    expect(errorsOf(await show(second))).toEqual([
      'error_validate_im_dep_number_has_already_had_integration',
    ])
    const invalid = await create('twice-2', { packages: [pack({ weight: 60_000 })] })
    await simulator.advance(1000)
    expect(errorsOf(await show(invalid))).toEqual(['ve_package_weight_too_large'])
    const repeated = await create('twice-2')
    await simulator.advance(1000)
    expect(stateOf(await show(repeated))).toBe('SUCCESSFUL')
  })

  it.each([
    ['no recipient', { recipient: undefined }, 'v2_field_is_empty'],
    ['no parcels', { packages: [] }, 'v2_field_is_empty'],
    ['goods of a shop without goods', { packages: [pack({ items: [] })] }, 'v2_field_is_empty'],
    ['a weight in parts of a gram', { packages: [pack({ weight: 1.5 })] }, 'v2_invalid_value_type'],
    ['a number in Russian', { number: 'заказ' }, 'v2_invalid_format'],
    [
      'two starts',
      { from_location: { code: 44, address: 'ул. Мира, 1' } },
      'v2_shipment_address_multivalued',
    ],
    [
      'two ends',
      { to_location: { code: 270, address: 'ул. Мира, 1' } },
      'v2_delivery_address_multivalued',
    ],
  ])('refuses at once an order with %s', async (_what, more, code) => {
    const { status, body } = await cdek('POST', '/v2/orders', order('form-1', more))
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ code }] })
    expect(await simulator.ledger('form-1')).toEqual([])
  })

  it.each([
    ['an unknown tariff', { tariff_code: 999 }, 'err_result_service_empty'],
    ['an unknown point', { delivery_point: 'NOWHERE1' }, 'code_invalid'],
    ['zero weight', { packages: [pack({ weight: 0 })] }, 've_package_weight_too_small'],
    [
      'a side of zero',
      { packages: [pack({ length: 0 })] },
      'error_validate_package_one_of_size_is_zero',
    ],
    [
      'parcels of one number',
      { packages: [pack(), pack()] },
      'error_validate_package_number_not_unique',
    ],
    [
      'a door where a point must be',
      { to_location: { code: 270, address: 'ул. Мира, 1' } },
      've_receiver_pickup_point_empty',
    ],
  ])('refuses a moment later an order with %s', async (what, more, code) => {
    const uuid = await create(`later-${what}`.replaceAll(' ', '-'), more)
    await simulator.advance(1000)
    const shown = await show(uuid)
    expect(stateOf(shown)).toBe('INVALID')
    expect(errorsOf(shown)).toContain(code)
    expect(shown.entity.statuses[0]?.code).toBe('INVALID')
  })

  it('brings to a locker one parcel that fits it, and no other', async () => {
    const locker = await officeOf(270, 'POSTAMAT')
    const to = { tariff_code: 368, delivery_point: locker }
    const fits = await create('locker-1', to)
    const heavy = await create('locker-2', { ...to, packages: [pack({ weight: 16_000 })] })
    const two = await create('locker-3', { ...to, packages: [pack(), pack({ number: '2' })] })
    const long = await create('locker-4', { ...to, packages: [pack({ length: 70 })] })
    await simulator.advance(1000)
    expect(stateOf(await show(fits))).toBe('SUCCESSFUL')
    expect(errorsOf(await show(heavy))).toContain('error_validate_postamat_package_weight')
    expect(errorsOf(await show(two))).toContain('error_validate_postamat_package_count')
    expect(errorsOf(await show(long))).toEqual(['ERR_PVZ_WEIGHT_LIMIT'])
  })

  it('sends what was for a full locker to a point near it, and says so', async () => {
    const locker = await officeOf(424, 'POSTAMAT')
    await simulator.call('PUT', `/_admin/points/cdek/${locker}`, { state: 'full' })
    const listed = await offices('city_code=424')
    expect(listed.map(({ code }) => code)).not.toContain(locker)
    const uuid = await create('full-1', { tariff_code: 368, delivery_point: locker })
    await simulator.advance(1000)
    const shown = await show(uuid)
    const elsewhere = listed.find(({ code }) => code === shown.entity.delivery_point)
    expect(elsewhere?.type).toBe('PVZ')
    expect(shown.requests[0]?.warnings?.[0]?.code).toBe('v2_delivery_point_changed')
  })

  it('deletes what has not moved, once', async () => {
    const uuid = await create('delete-1')
    await simulator.advance(1000)
    const { status, body } = await cdek('DELETE', `/v2/orders/${uuid}`)
    expect(status).toBe(202)
    expect(body).toMatchObject({ requests: [{ type: 'DELETE', state: 'ACCEPTED' }] })
    const again = await cdek('DELETE', `/v2/orders/${uuid}`)
    expect(again).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'v2_similar_request_still_processed' }] },
    })
    await simulator.advance(1000)
    const shown = await show(uuid)
    expect(stateOf(shown, 'DELETE')).toBe('SUCCESSFUL')
    expect(shown.entity.statuses[0]?.code).toBe('REMOVED')
    expect(await simulator.ledger('delete-1')).toMatchObject([
      { state: 'cancelled', isLive: false },
    ])
  })

  it('deletes nothing that is on its way; takes a refusal then', async () => {
    const uuid = await create('refuse-1')
    await simulator.advance(1000)
    await simulator.move(uuid, 'accepted')
    await cdek('DELETE', `/v2/orders/${uuid}`)
    await simulator.advance(1000)
    expect(errorsOf(await show(uuid), 'DELETE')).toEqual(['error_validate_order_delete_status'])
    expect((await show(uuid)).entity.planned_delivery_date).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect((await cdek('POST', `/v2/orders/${uuid}/refusal`)).status).toBe(202)
    await simulator.advance(1000)
    expect((await show(uuid)).entity.statuses[0]).toMatchObject({
      ...{ code: 'NOT_DELIVERED', reason_code: '11' },
    })
  })

  it('does not show what is of another contract, or of nobody', async () => {
    const uuid = await create('other-1')
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect((await cdek('GET', `/v2/orders/${nobody}`)).body).toMatchObject({
      errors: [{ code: 'v2_entity_not_found' }],
    })
    const login =
      '/cdek/v2/oauth/token?grant_type=client_credentials&client_id=two&client_secret=two'
    const token = (await simulator.call('POST', login)).body as { access_token: string }
    const authorization = `Bearer ${token.access_token}`
    const theirs = await simulator.call('GET', `/cdek/v2/orders/${uuid}`, undefined, {
      authorization,
    })
    expect(theirs).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'v2_entity_forbidden' }] },
    })
    const { body } = await cdek('GET', '/v2/orders?im_number=never')
    expect(body).toMatchObject({ errors: [{ code: 'v2_entity_not_found_im_number' }] })
  })

  it('moves a parcel by every code it has, and takes the last one back', async () => {
    const uuid = await create('codes-1')
    await simulator.advance(1000)
    const codes = Object.keys(STATUSES).filter((code) => !['ACCEPTED', 'INVALID'].includes(code))
    for (const code of codes) await simulator.move(uuid, code)
    const { statuses } = (await show(uuid)).entity
    expect(new Set(statuses.map(({ code }) => code))).toEqual(
      new Set([...codes, 'ACCEPTED', 'CREATED']),
    )
    await simulator.move(uuid, 'revoke')
    expect((await show(uuid)).entity.statuses[0]).toMatchObject({ deleted: true })
  })

  it('tells of a problem, and brings back what is not wanted', async () => {
    const uuid = await create('back-1')
    await simulator.advance(1000)
    await simulator.move(uuid, 'problem:37')
    expect((await show(uuid)).entity.delivery_problem).toMatchObject([{ code: '37' }])
    expect(await simulator.move(uuid, 'returned')).toMatchObject({ state: 'returned' })
    const { related_entities: related } = (await cdek('GET', `/v2/orders/${uuid}`)).body as {
      related_entities: { uuid: string; type: string }[]
    }
    expect(related[0]?.type).toBe('return_order')
    expect((await show(related[0]!.uuid)).entity).toMatchObject({ is_return: true })
  })

  it('prints, after a moment, a PDF', async () => {
    const uuid = await create('print-1')
    await simulator.advance(1000)
    const asked = { orders: [{ order_uuid: uuid }], copy_count: 1, type: 'tpl_russia' }
    const { status, body } = await cdek('POST', '/v2/print/orders', asked)
    expect(status).toBe(202)
    const form = (body as { entity: { uuid: string } }).entity.uuid
    expect((await cdek('GET', `/v2/print/orders/${form}.pdf`)).status).toBe(400)
    await simulator.advance(1000)
    const ready = (await cdek('GET', `/v2/print/orders/${form}`)).body as {
      entity: { url: string }
    }
    expect(new URL(ready.entity.url).pathname).toBe(`/cdek/v2/print/orders/${form}.pdf`)
    const pdf = await cdek('GET', `/v2/print/orders/${form}.pdf`)
    expect(pdf.headers.get('content-type')).toBe('application/pdf')
    expect(pdf.body).toMatch(/^%PDF-1\.4[\s\S]*%%EOF\n$/)
  })

  it('lists its points page by page, by what is asked for, the same every time', async () => {
    const all = await cdek('GET', '/v2/deliverypoints')
    const total = Number(all.headers.get('x-total-elements'))
    expect((all.body as unknown[]).length).toBe(total)
    expect(total).toBeGreaterThan(350)
    const pages = [await offices('size=200&page=0'), await offices('size=200&page=1')].flat()
    expect(new Set(pages.map(({ code }) => code)).size).toBe(pages.length)
    const lockers = await offices('type=POSTAMAT&city_code=44')
    expect(lockers.length).toBeGreaterThan(5)
    expect(lockers.every(({ type }) => type === 'POSTAMAT')).toBe(true)
    await using other = await startTestSimulator()
    const login =
      '/cdek/v2/oauth/token?grant_type=client_credentials&client_id=sim&client_secret=sim'
    const token = ((await other.call('POST', login)).body as { access_token: string }).access_token
    const same = await other.call('GET', '/cdek/v2/deliverypoints?size=1', undefined, {
      authorization: `Bearer ${token}`,
    })
    expect(same.body).toEqual(pages.slice(0, 1))
  })

  it('knows its cities by code, by name and by the first letters', async () => {
    const one = [expect.objectContaining({ code: 270, city: 'Новосибирск' })]
    expect((await cdek('GET', '/v2/location/cities?code=270')).body).toEqual(one)
    const byName = `/v2/location/cities?city=${encodeURIComponent('Новосибирск')}&country_codes=RU`
    expect((await cdek('GET', byName)).body).toEqual(one)
    const suggested = await cdek(
      'GET',
      `/v2/location/suggest/cities?name=${encodeURIComponent('Ново')}`,
    )
    expect(suggested.body).toMatchObject([{ code: 270 }])
    expect((await cdek('GET', '/v2/location/regions')).body).toHaveLength(16)
    expect((await cdek('GET', '/v2/location/postalcodes?code=44')).status).toBe(200)
  })

  it('calls those who have subscribed, without a signature', async () => {
    await using client = await startClient()
    const { body } = await cdek('POST', '/v2/webhooks', { url: client.url, type: 'ORDER_STATUS' })
    const subscription = (body as { entity: { uuid: string } }).entity.uuid
    await cdek('POST', '/v2/webhooks', { url: client.url, type: 'DELIV_PROBLEM' })
    const uuid = await create('hook-1')
    await simulator.advance(1000)
    await simulator.move(uuid, 'problem:38')
    await until(() => client.told.length === 2)
    expect(client.told.map(({ body }) => body)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...{ type: 'ORDER_STATUS', uuid },
          attributes: expect.objectContaining({
            code: 'CREATED',
            status_code: '1',
            number: 'hook-1',
          }),
        }),
        expect.objectContaining({ type: 'DELIV_PROBLEM', uuid }),
      ]),
    )
    expect(client.told[0]!.headers).not.toHaveProperty('x-uber-signature')
    expect((await cdek('GET', `/v2/webhooks/${subscription}`)).body).toMatchObject({
      entity: { url: client.url },
    })
    expect((await cdek('GET', '/v2/webhooks')).body).toHaveLength(2)
    await cdek('DELETE', `/v2/webhooks/${subscription}`)
    expect((await cdek('GET', '/v2/webhooks')).body).toHaveLength(1)
  })

  it('tries a client that is not there again, and drops a subscription that failed for a day', async () => {
    await using other = await startTestSimulator()
    await using client = await startClient()
    const login =
      '/cdek/v2/oauth/token?grant_type=client_credentials&client_id=sim&client_secret=sim'
    let headers = { authorization: '' }
    const logIn = async () => {
      const token = ((await other.call('POST', login)).body as { access_token: string })
        .access_token
      headers = { authorization: `Bearer ${token}` }
    }
    const listed = async () =>
      (await other.call('GET', '/cdek/v2/webhooks', undefined, headers)).body
    await logIn()
    await other.call(
      'POST',
      '/cdek/v2/webhooks',
      { url: client.url, type: 'ORDER_STATUS' },
      headers,
    )
    client.status = 503
    const body = { ...order('hook-2'), shipment_point: await officeOf(44, 'PVZ') }
    await other.call(
      'POST',
      '/cdek/v2/orders',
      { ...body, delivery_point: await officeOf(270, 'PVZ') },
      headers,
    )
    await other.advance(1000)
    await until(() => client.told.length === 1)
    await other.advance(7 * 60_000)
    await until(() => client.told.length === 2)
    expect(await listed()).toHaveLength(1)
    await until(async () => {
      await other.advance(24 * 3_600_000)
      await logIn()
      return ((await listed()) as unknown[]).length === 0
    })
  })

  it.skipIf(!areSpecificationsHere)('has every status of the vendor by its number', () => {
    const rows = JSON.parse(
      readSpecification('cdek/table-order-statuses-webhook.json'),
    ) as string[][]
    const old = [
      'PASSED_TO_CARRIER_AT_SENDING_OFFICE',
      'SEND_TO_TRANSIT_OFFICE',
      'MET_AT_TRANSIT_OFFICE',
    ]
    const older = [
      'PASSED_TO_CARRIER_AT_TRANSIT_OFFICE',
      'MET_AT_SENDING_OFFICE',
      'MET_AT_RECIPIENT_OFFICE',
    ]
    for (const [number, codes = ''] of rows.slice(1))
      for (const code of codes.trim().split(' или '))
        if (![...old, ...older].includes(code))
          expect(STATUSES[code]?.number, code).toBe(Number(number))
  })
})
