import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
let document: OpenApi | undefined

beforeAll(async () => {
  simulator = await startTestSimulator()
  const { body } = await simulator.call('POST', '/uber/oauth/v2/token', form('sim'), urlencoded)
  bearer = (body as { access_token: string }).access_token
  if (areSpecificationsHere)
    document = openApi('uber/openapi-deliveries.yaml', (schemas) => {
      // Lists on the wire, as in the document's own examples; nobody has been found yet, so there is no courier.
      for (const name of ['GetDeliveryResp', 'CreateDeliveryResp', 'DeliveryResp']) {
        const fields = schemas[name]!.properties as Record<string, object>
        for (const list of ['manifest_items', 'related_deliveries'])
          fields[list] = { type: 'array', items: fields[list] }
        fields.courier = { oneOf: [{ type: 'null' }, fields.courier] }
        fields.batch_id = { type: 'string' }
      }
      // What is wrong is named by its field.
      schemas.ErrorWithMetadata!.properties = {
        ...(schemas.ErrorWithMetadata!.properties as object),
        metadata: { type: 'object', additionalProperties: { type: 'string' } },
      }
      schemas.Error = schemas.ErrorWithMetadata!
      // Written down in the documentation of robo couriers, not in the OpenAPI.
      Object.assign(schemas.DeliveryReq!.properties as object, { test_specifications: {} })
    })
})
afterAll(() => simulator[Symbol.asyncDispose]())

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const form = (secret: string) =>
  `client_id=sim&client_secret=${secret}&grant_type=client_credentials&scope=eats.deliveries`

/** Calls for the customer, and checks both ways by the vendor's description where it is here. */
async function uber(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await simulator.call(method, `/uber/v1/customers/cus_sim${path}`, body, {
    authorization: `Bearer ${bearer}`,
  })
  const bare = `/customers/cus_sim${path.split('?')[0]}`
  if (document) {
    if (body !== undefined && answer.status < 300)
      expect(document.request(method, bare, body), `${method} ${path} asked`).toEqual([])
    expect(document.answer(method, bare, answer.status, answer.body), `${method} ${path}`).toEqual(
      [],
    )
  }
  return answer
}

const address = (street: string, city = 'Москва') =>
  JSON.stringify({ street_address: [street], city, state: '', zip_code: '101000', country: 'RU' })
const way = { pickup_address: address('Мира, 1'), dropoff_address: address('Ленина, 7') }
const delivery = (key: string, more: object = {}) => ({
  ...way,
  ...{ pickup_name: 'Склад', pickup_phone_number: '+74950000000' },
  ...{ dropoff_name: 'Иван', dropoff_phone_number: '+79990000000', idempotency_key: key },
  manifest_items: [{ name: 'Чайник', quantity: 1, size: 'small', price: 199_000, weight: 1500 }],
  ...more,
})
type Delivery = {
  id: string
  status: string
  courier_imminent: boolean
  courier: object | null
  complete: boolean
  undeliverable_action: string
  related_deliveries: { id: string; relationship: string }[]
}
async function book(key: string, more: object = {}): Promise<Delivery> {
  const { status, body } = await uber('POST', '/deliveries', delivery(key, more))
  expect(status, JSON.stringify(body)).toBe(200)
  return body as Delivery
}
const show = async (id: string) => (await uber('GET', `/deliveries/${id}`)).body as Delivery
const quote = async () =>
  (await uber('POST', '/delivery_quotes', way)).body as {
    id: string
    fee: number
    expires: string
    created: string
  }

describe(titleOfSpecifications('Uber Direct'), () => {
  it('gives a token for a month to who knows the secret', async () => {
    const good = await simulator.call('POST', '/uber/oauth/v2/token', form('sim'), urlencoded)
    expect(good).toMatchObject({
      status: 200,
      body: { expires_in: 2_592_000, token_type: 'Bearer' },
    })
    const bad = await simulator.call('POST', '/uber/oauth/v2/token', form('x'), urlencoded)
    expect(bad).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it('refuses nobody’s token, and another customer’s', async () => {
    const none = await simulator.call('GET', '/uber/v1/customers/cus_sim/deliveries')
    expect(none).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    const authorization = `Bearer ${bearer}`
    const other = await simulator.call('GET', '/uber/v1/customers/cus_two/deliveries', undefined, {
      authorization,
    })
    expect(other).toMatchObject({ status: 404, body: { code: 'customer_not_found' } })
  })

  it('quotes for a quarter of an hour, in minor units', async () => {
    const { created, expires, fee } = await quote()
    expect(Date.parse(expires) - Date.parse(created)).toBe(15 * 60_000)
    expect(Number.isInteger(fee)).toBe(true)
    expect(fee).toBeGreaterThan(10_000)
  })

  it.each([
    ['to another city', { dropoff_address: address('Мира, 1', 'Казань') }, 'address_undeliverable'],
    ['to nowhere', { dropoff_address: 'Where the wild things are' }, 'unknown_location'],
    ['from the past', { pickup_ready_dt: '2020-01-01T00:00:00Z' }, 'pickup_ready_too_early'],
    ['in a year', { pickup_ready_dt: '2099-01-01T00:00:00Z' }, 'pickup_ready_too_late'],
  ])('does not quote %s', async (_what, more, code) => {
    const { status, body } = await uber('POST', '/delivery_quotes', { ...way, ...more })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code })
  })

  it('takes a quote once, unchanged, in time', async () => {
    const { id, fee } = await quote()
    const moved = delivery('quote-0', { quote_id: id, dropoff_address: address('Ленина, 8') })
    expect((await uber('POST', '/deliveries', moved)).body).toMatchObject({
      code: 'mismatched_price_quote',
    })
    expect(await book('quote-1', { quote_id: id })).toMatchObject({ fee, quote_id: id })
    const again = await uber('POST', '/deliveries', delivery('quote-2', { quote_id: id }))
    expect(again).toMatchObject({ status: 400, body: { code: 'used_quote' } })
    const late = await quote()
    await simulator.advance(15 * 60_000)
    const expired = await uber('POST', '/deliveries', delivery('quote-3', { quote_id: late.id }))
    expect(expired).toMatchObject({ status: 400, body: { code: 'expired_quote' } })
    expect(await simulator.ledger('quote-')).toHaveLength(1)
  })

  it('names every field that is wrong', async () => {
    const wrong = delivery('wrong-1', {
      pickup_phone_number: '8 495',
      dropoff_name: '',
      manifest_items: [],
    })
    const { status, body } = await uber('POST', '/deliveries', wrong)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 'invalid_params',
      metadata: {
        pickup_phone_number: 'pickup phone number is not valid.',
        dropoff_name: 'This field is required.',
        manifest_items: 'This field is required.',
      },
    })
  })

  it('books once under a key for an hour, and again after it', async () => {
    const { id } = await book('key-1')
    const again = await uber('POST', '/deliveries', delivery('key-1'))
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'duplicate_delivery', metadata: { delivery_id: id } },
    })
    await simulator.advance(60 * 60_000)
    expect((await book('key-1')).id).not.toBe(id)
    expect(await simulator.ledger('key-1')).toHaveLength(2)
  })

  it('cancels until the courier has it', async () => {
    const early = await book('cancel-1')
    const { status, body } = await uber('POST', `/deliveries/${early.id}/cancel`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'canceled', complete: true })
    const late = await book('cancel-2')
    await simulator.move(late.id, 'in-transit')
    const refused = await uber('POST', `/deliveries/${late.id}/cancel`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'noncancelable_delivery' } })
    const nobody = await uber('POST', '/deliveries/del_nobody/cancel')
    expect(nobody).toMatchObject({ status: 404, body: { code: 'delivery_not_found' } })
    expect(await simulator.ledger('cancel-')).toMatchObject([
      { state: 'cancelled', isLive: false },
      { state: 'in-transit', isLive: true },
    ])
  })

  it('lists, page by page, by status', async () => {
    const { id } = await book('list-1')
    const { body } = await uber('GET', '/deliveries?filter=pending&limit=1')
    expect(body).toMatchObject({ data: [{ id }] })
    const { next_href: next } = body as { next_href: string }
    expect(next).toContain('Offset=1')
    const second = (await uber('GET', '/deliveries?filter=pending&limit=1&Offset=1')).body as {
      data: Delivery[]
    }
    expect(second.data[0]?.id).not.toBe(id)
    const done = (await uber('GET', '/deliveries?filter=ongoing&limit=100')).body as {
      data: Delivery[]
    }
    expect(done.data.every(({ complete }) => !complete)).toBe(true)
  })

  it('takes notes and a tip until the end', async () => {
    const { id } = await book('update-1')
    const changed = await uber('POST', `/deliveries/${id}`, {
      dropoff_notes: 'Код 12',
      tip_by_customer: 500,
    })
    expect(changed.body).toMatchObject({ tip: 500, dropoff: { notes: 'Код 12' } })
    await simulator.move(id, 'delivered')
    expect((await uber('POST', `/deliveries/${id}`, { dropoff_notes: 'x' })).status).toBe(400)
  })

  it('proves that it was delivered', async () => {
    const { id } = await book('proof-1')
    const ask = () =>
      uber('POST', `/deliveries/${id}/proof-of-delivery`, { waypoint: 'dropoff', type: 'picture' })
    expect((await ask()).status).toBe(404)
    await simulator.move(id, 'delivered')
    const { document: proof } = (await ask()).body as { document: string }
    expect(Buffer.from(proof, 'base64').toString()).toContain(id)
  })

  it('sends a robo courier that goes by itself: assigned at once, then a step each half minute', async () => {
    const { id } = await book('robo-1', robo({ mode: 'auto' }))
    const seen: unknown[] = []
    for (let step = 0; step <= 5; step++) {
      await simulator.advance(step === 0 ? 0 : 30_000)
      const { status, courier_imminent: imminent, courier } = await show(id)
      seen.push([status, imminent, courier !== null])
    }
    expect(seen).toEqual([
      ['pending', false, true],
      ['pickup', false, true],
      ['pickup', true, true],
      ['pickup_complete', false, true],
      ['dropoff', true, true],
      ['delivered', false, true],
    ])
  })

  it('sends a robo courier by a timetable', async () => {
    const now = Date.parse(
      ((await simulator.call('GET', '/_admin/clock')).body as { now: string }).now,
    )
    const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
    const { id } = await book(
      'robo-2',
      robo({
        ...{ mode: 'custom', enroute_for_pickup_at: at(5), pickup_imminent_at: at(6) },
        ...{ pickup_at: at(10), dropoff_imminent_at: at(20), dropoff_at: at(21) },
      }),
    )
    const statuses: string[] = []
    for (const minutes of [4, 1.5, 5, 7, 4]) {
      await simulator.advance(minutes * 60_000)
      statuses.push((await show(id)).status)
    }
    expect(statuses).toEqual(['pending', 'pickup', 'pickup_complete', 'dropoff', 'delivered'])
  })

  it.each([
    ['return', 'returned', 'returned'],
    ['leave_at_door', 'delivered', 'left_at_door'],
    ['discard', 'canceled', ''],
  ])('does what is asked for (%s) where nobody opens', async (action, status, done) => {
    const { id } = await book(`robo-${action}`, {
      ...robo({ mode: 'auto', cancel_reason: 'customer_unavailable' }),
      undeliverable_action: action,
    })
    await simulator.advance(150_000)
    const shown = await show(id)
    expect(shown).toMatchObject({
      ...{ status, undeliverable_action: done, undeliverable_reason: 'customer_unavailable' },
    })
    if (action !== 'return') return
    const [back] = shown.related_deliveries
    expect(back).toMatchObject({ relationship: 'return', id: expect.stringMatching(/^ret_/) })
    expect(await show(back!.id)).toMatchObject({
      related_deliveries: [{ id, relationship: 'original' }],
    })
  })

  const robo = (specification: object) => ({
    test_specifications: { robo_courier_specification: specification },
  })

  it('calls with a signature over the bytes, under both names', async () => {
    await using client = await startClient()
    await using other = await startTestSimulator({ uberWebhook: { url: client.url, key: 'k' } })
    const { id } = await bookAt(other, 'hook-1', robo({ mode: 'auto' }))
    await until(() => client.told.length > 0)
    const [first] = client.told
    const signature = createHmac('sha256', 'k').update(first!.raw).digest('hex')
    expect(first!.headers).toMatchObject({
      ...{ 'x-uber-signature': signature, 'x-postmates-signature': signature },
    })
    expect(first!.body).toMatchObject({
      ...{ id: expect.stringMatching(/^evt_/), kind: 'event.delivery_status', status: 'pending' },
      ...{ delivery_id: id, customer_id: 'cus_sim', live_mode: false, data: { id } },
    })
  })

  it('tells where the courier is every twenty seconds of its clock', async () => {
    await using client = await startClient()
    await using other = await startTestSimulator({ uberWebhook: { url: client.url, key: 'k' } })
    await bookAt(other, 'hook-2', robo({ mode: 'auto' }))
    for (let step = 0; step < 3; step++) await other.advance(20_000)
    const updates = () => client.told.filter(({ body }) => body.kind === 'event.courier_update')
    await until(() => updates().length === 3)
    expect(updates()[0]!.body).toMatchObject({ location: { lat: expect.any(Number) } })
    expect(updates()[0]!.body).not.toHaveProperty('status')
  })

  it('tries three times, ten and thirty seconds later, and then no more', async () => {
    await using client = await startClient()
    client.status = 500
    await using other = await startTestSimulator({ uberWebhook: { url: client.url, key: 'k' } })
    await bookAt(other, 'hook-3')
    await until(() => client.told.length === 1)
    await other.advance(10_000)
    await until(() => client.told.length === 2)
    await other.advance(30_000)
    await until(() => client.told.length === 3)
    await until(
      async () => ((await other.call('GET', '/_admin/clock')).body as { jobs: number }).jobs === 0,
    )
    expect(new Set(client.told.map(({ body }) => body.id)).size).toBe(1)
  })

  async function bookAt(other: TestSimulator, key: string, more: object = {}): Promise<Delivery> {
    const { body } = await other.call('POST', '/uber/oauth/v2/token', form('sim'), urlencoded)
    const authorization = `Bearer ${(body as { access_token: string }).access_token}`
    const booked = await other.call(
      'POST',
      '/uber/v1/customers/cus_sim/deliveries',
      delivery(key, more),
      { authorization },
    )
    return booked.body as Delivery
  }

  it.skipIf(!areSpecificationsHere)('signs as the vendor’s example is signed', () => {
    const vector = JSON.parse(readSpecification('uber/webhook-signature-vector.json')) as Record<
      string,
      string
    >
    const signature = createHmac('sha256', vector.signing_key!)
      .update(vector.raw_body!)
      .digest('hex')
    expect(signature).toBe(vector.hmac_sha256_hex)
  })
})
