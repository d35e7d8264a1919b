import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SETTINGS } from '../../api/logistics/account-fields.ts'
import { cdekSettings } from '../../clients/carriers/cdek/settings.ts'
import { dpdSettings } from '../../clients/carriers/dpd/settings.ts'
import { uberSettings } from '../../clients/carriers/uber/settings.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import { findChoicePolicy, findSlaPolicies } from '../../db/logistics/rules.ts'
import { DEFAULT_COMPENSATION } from '../../domain/logistics/compensation.ts'
import { DEFAULT_WEIGHTS } from '../../domain/logistics/weights.ts'
import { createSecretBox } from '../../clients/secret-box.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, CARRIER_URLS, SECRETS_KEY, testApp } from './app.ts'

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let shop: TestShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  const { owner, seller, storefront, system } = database
  ;({ app } = testApp({ seller: seller.db, storefront: storefront.db, system: system.db }))
  shop = await createShop(owner.db)
  auth = await authorised(owner.db, shop.sellerId)
  theirs = await authorised(owner.db, (await createShop(owner.db)).sellerId)
})
afterAll(() => database.drop())

const at = (carrier: string) => `/v1/carrier-accounts/${carrier}`
const put = (carrier: string, body: object, headers = auth) =>
  app.request(at(carrier), {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
const kept = (carrier: CarrierId) =>
  database.owner.db
    .selectFrom('carrierAccount')
    .selectAll()
    .where('carrier', '=', carrier)
    .where('sellerId', '=', shop.sellerId)
    .executeTakeFirstOrThrow()
const opened = ({ id }: { id: string }, sealed: string | null) =>
  createSecretBox([SECRETS_KEY]).open(sealed ?? '', `carrier-account:${id}`)

describe('a seller’s own contract with a carrier', () => {
  it('is kept with its secret sealed, at the carrier’s address, and shown without it', async () => {
    const response = await put('cdek', { clientId: 'ours', clientSecret: 'sesame' })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).not.toContain('sesame')
    const row = await kept('cdek')
    expect(JSON.parse(text)).toMatchObject({ id: row.id, carrier: 'cdek', clientId: 'ours' })
    expect(row.baseUrl).toBe(CARRIER_URLS.cdek)
    expect(opened(row, row.sealedSecret)).toBe('sesame')
    const shown = await app.request(at('cdek'), { headers: auth })
    expect(await shown.json()).toEqual(JSON.parse(text))
  })

  it('has an address of its own that CDEK calls, the same for as long as it lasts', async () => {
    await put('cdek', { clientId: 'ours', clientSecret: 'one' })
    const before = await kept('cdek')
    expect(opened(before, before.sealedWebhookKey)).toMatch(/^[\w-]{32}$/)
    await put('cdek', { clientId: 'ours', clientSecret: 'two' })
    const after = await kept('cdek')
    expect(opened(after, after.sealedWebhookKey)).toBe(opened(before, before.sealedWebhookKey))
    expect([after.id, opened(after, after.sealedSecret)]).toEqual([before.id, 'two'])
  })

  it('has the key by which Uber signs, when it is told', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame', customerId: 'cus_1' }
    expect((await put('uber', told)).status).toBe(200)
    expect((await kept('uber')).sealedWebhookKey).toBeNull()
    expect((await put('uber', { ...told, webhookKey: 'whk' })).status).toBe(200)
    const row = await kept('uber')
    expect(opened(row, row.sealedWebhookKey)).toBe('whk')
  })

  it('leaves the event by which it is polled', async () => {
    await put('dpd', { clientId: '1001', clientSecret: 'sesame' })
    const { id } = await kept('dpd')
    const { data } = await database.owner.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'carrier-account.changed')
      .where('subject', '=', `carrier-account:${id}`)
      .executeTakeFirstOrThrow()
    expect(data).toEqual({ accountId: id, carrier: 'dpd', enabled: true })
  })

  it('is 400 for Uber without its customer, for no such carrier, and for an address', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame' }
    expect((await put('uber', told)).status).toBe(400)
    expect((await put('boxberry', told)).status).toBe(400)
    expect((await put('cdek', { ...told, baseUrl: 'http://evil.example' })).status).toBe(400)
  })

  it('is 404 for another seller', async () => {
    expect((await app.request(at('cdek'), { headers: theirs })).status).toBe(404)
  })

  it('has settings of its carrier, which stay unless others are told', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame' }
    const settings = { shipmentPoint: 'MSK65', tariffs: [136, 368] }
    const response = await put('cdek', { ...told, settings })
    expect([response.status, await response.json()]).toMatchObject([200, { settings }])
    expect((await kept('cdek')).settings).toEqual(settings)
    await put('cdek', told)
    expect((await kept('cdek')).settings).toEqual(settings)
    await put('cdek', { ...told, settings: {} })
    expect((await kept('cdek')).settings).toEqual({})
  })

  it('is 400 with settings of another carrier, or such as its adapter would not take', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame' }
    const dpd = await put('cdek', { ...told, settings: { pickupTerminal: 'M13' } })
    expect(dpd.status).toBe(400)
    expect(await dpd.json()).toMatchObject({ errors: [{ path: 'settings.pickupTerminal' }] })
    expect((await put('cdek', { ...told, settings: { tariffs: ['136'] } })).status).toBe(400)
    expect((await put('dpd', { ...told, settings: { pickupTimePeriod: 'never' } })).status).toBe(
      400,
    )
  })
})

describe('what the API takes as settings', () => {
  it.each([
    ['cdek', cdekSettings, { shipmentPoint: 'MSK65', tariffs: [136], currency: 'KZT' }],
    ['dpd', dpdSettings, { pickupTerminal: 'M13', services: ['PCL'], pickupTimePeriod: '9-18' }],
    ['dpd', dpdSettings, { payer: '1001000000', cargoCategory: 'Посуда' }],
    ['uber', uberSettings, {}],
  ] as const)('is what the adapter of %s does', (carrier, adapters, settings) => {
    expect(SETTINGS[carrier].parse(settings)).toEqual(settings)
    expect(adapters.parse(settings)).toMatchObject(settings)
    // No field of ours is one that the adapter does not know.
    for (const field of Object.keys(SETTINGS[carrier].shape))
      expect(Object.keys(adapters.shape)).toContain(field)
  })
})

describe('the marketplace’s own contract', () => {
  it('is put and shown to operators alone, and belongs to no seller', async () => {
    const admin = await authorised(database.owner.db, null, ['admin'])
    const path = '/v1/admin/carrier-accounts/dpd'
    const send = (method: string, headers: object, body?: object) =>
      app.request(path, {
        method,
        headers: { ...headers, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
    expect((await send('GET', admin)).status).toBe(404)
    const told = { clientId: '1001', clientSecret: 'sesame', settings: { pickupTerminal: 'M13' } }
    expect((await send('PUT', auth, told)).status).toBe(403)
    const response = await send('PUT', admin, told)
    expect(response.status).toBe(200)
    const shown = (await response.json()) as { id: string }
    expect(shown).toMatchObject({ carrier: 'dpd', clientId: '1001', settings: told.settings })
    expect(await (await send('GET', admin)).json()).toEqual(shown)
    const row = await database.owner.db
      .selectFrom('carrierAccount')
      .selectAll()
      .where('id', '=', shown.id)
      .executeTakeFirstOrThrow()
    expect(row.sellerId).toBeNull()
    expect(opened(row, row.sealedSecret)).toBe('sesame')
  })
})

describe('what carriers are chosen by', () => {
  const choice = (method: string, path: string, headers: object, body?: object) =>
    app.request(path, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  const own = '/v1/delivery-choice'
  const all = '/v1/admin/delivery-choice'

  it('is another version each time, and what the next list is ranked by', async () => {
    const told = { weights: { time: 0.5 }, carriers: ['dpd'], maxPriceMinor: 90_000 }
    const admin = await authorised(database.owner.db, null, ['admin'])
    expect((await choice('GET', own, auth)).status).toBe(404)
    expect((await choice('PUT', all, admin, { weights: { price: 3 } })).status).toBe(200)
    const find = () => findChoicePolicy(database.system.db, shop.sellerId)
    expect(await find()).toEqual({ weights: { ...DEFAULT_WEIGHTS, price: 3 } })
    expect(await (await choice('PUT', own, auth, {})).json()).toMatchObject({ version: 1 })
    const shown = await (await choice('PUT', own, auth, told)).json()
    const weights = { ...DEFAULT_WEIGHTS, time: 0.5 }
    expect(shown).toMatchObject({ ...told, version: 2, weights })
    expect(await (await choice('GET', own, auth)).json()).toEqual(shown)
    expect(await find()).toEqual({ ...told, weights })
    expect((await choice('GET', own, theirs)).status).toBe(404)
  })

  it.each([
    ['a weight below nothing', { weights: { price: -1 } }],
    ['a weight of nothing known', { weights: { luck: 1 } }],
    ['no carrier at all', { carriers: [] }],
    ['a price of nothing', { maxPriceMinor: 0 }],
    ['references of nothing', { weights: { referenceMinor: 0 } }],
  ])('is 400 with %s', async (_, body) => {
    expect((await choice('PUT', own, auth, body)).status).toBe(400)
  })
})

describe('an SLA policy', () => {
  const policy = (method: string, tariff: string, body?: object) =>
    app.request(`/v1/sla-policies/${tariff}`, {
      method,
      headers: { ...auth, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })

  it('is another version each time', async () => {
    const told = { handOverHours: 24, silenceHours: { 'in-transit': 36 } }
    expect(await (await policy('PUT', 'cdek:136', told)).json()).toMatchObject({ version: 1 })
    const second = await policy('PUT', 'cdek:136', { ...told, confirmMinutes: 5 })
    const shown = { ...told, confirmMinutes: 5, tariff: 'cdek:136', version: 2 }
    expect(await second.json()).toMatchObject(shown)
    expect(await (await policy('GET', 'cdek:136')).json()).toMatchObject(shown)
    expect(await (await policy('PUT', 'all', told)).json()).toMatchObject({ version: 1 })
  })

  it('says what is due, and what it does not say is the law’s', async () => {
    const compensation = { perDayLatePercent: 3, lostDeclaredPercent: 0 }
    expect(await (await policy('PUT', 'dpd:PCL', { compensation })).json()).toMatchObject({
      compensation,
    })
    expect(await (await policy('GET', 'dpd:PCL')).json()).toMatchObject({ compensation })
    const { terms } = await findSlaPolicies(database.system.db, shop.sellerId)
    expect(terms.byTariff!['dpd:PCL']!.compensation).toEqual({
      ...{ ...DEFAULT_COMPENSATION, ...compensation },
    })
    for (const wrong of [{ perDayLatePercent: 101 }, { perDayLatePercent: -1 }, { gift: 1 }])
      expect((await policy('PUT', 'all', { compensation: wrong })).status).toBe(400)
  })

  it('is 404 where there is none, 400 for what is no tariff and no time', async () => {
    expect((await policy('GET', 'dpd')).status).toBe(404)
    expect((await policy('GET', 'boxberry')).status).toBe(400)
    expect((await policy('PUT', 'all', { handOverHours: 0 })).status).toBe(400)
    expect((await policy('PUT', 'all', { silenceHours: { gone: 1 } })).status).toBe(400)
  })
})
